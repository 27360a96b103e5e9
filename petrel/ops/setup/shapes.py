"""Words of the setup as structs."""

from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from petrel.core.errors import PetrelError

USER = "petrel"
PORT = 8000
"""Where the site listens when it does not do HTTPS itself."""

UNITS = ("petrel.service", "petrel.socket", "petrel-plain.socket")


class CannotWork(PetrelError):
    """This cannot work as it stands; nothing was changed"""


class Answers(Struct, frozen=True):
    """What was asked. `domain` in ASCII; "" for a try-out on this machine only. `proxies`: addresses or networks of
    the proxies in front, for `https` = proxy."""

    domain: str
    contact: str = ""
    https: Literal["own", "proxy", "off"] = "own"
    proxies: str = "127.0.0.1, ::1"
    database: Literal["embedded", "system"] = "embedded"
    try_out: bool = False

    @property
    def address(self) -> str:
        """The base URL; "" leaves the one on this machine."""
        if self.https == "off":
            return f"http://{self.domain}:{PORT}" if self.domain else ""
        return f"https://{self.domain}"


class Layout(Struct, frozen=True):
    """Where things are. `root` stands in front of every absolute path (tests). Without `is_system` there is nothing
    but the data directory, and it belongs to whoever sets up."""

    data: Path
    root: Path = Path("/")
    is_system: bool = True

    def at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    @property
    def config(self) -> Path:
        return self.at("/etc/petrel")

    @property
    def units(self) -> Path:
        return self.at("/etc/systemd/system")

    @property
    def program(self) -> Path:
        return self.at("/usr/local/bin/petrel")

    @property
    def answers(self) -> Path:
        return (self.config if self.is_system else self.data) / "init.json"


class Wish(Struct, frozen=True):
    """A setting that setup writes. `is_first_only`: only where nothing is set, since it is changed later elsewhere."""

    name: str
    value: Any
    is_first_only: bool = False
