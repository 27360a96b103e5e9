"""DATA/database.json: addresses that were prepared and not taken yet, and the old databases that are kept after a move.

It holds passwords, as settings.toml does: 0600, of the site's user.
"""

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from petrel.ops.databases.shapes import Unfit, Urls

FILE = "database.json"


class Kept(Struct, frozen=True):
    """The databases from which the site moved at `at_ms`; empty addresses are the embedded ones."""

    urls: Urls
    at_ms: int
    entry: int
    """The last entry of the journal that they have."""


class State(Struct, frozen=True):
    prepared: Urls = Urls()
    kept: Kept | None = None


def read(data: Path) -> State:
    """Errors: Unfit, for a file that somebody broke."""
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=State)
    except FileNotFoundError:
        return State()
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise Unfit(f"{data / FILE} cannot be read: {problem}",
                    "Move it away; the settings say which databases the site uses.") from problem


def write(data: Path, state: State) -> None:
    """Durable when it returns."""
    path, home = data / FILE, data.stat()
    fresh = path.with_name(FILE + ".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        if os.geteuid() == 0:
            os.fchown(file.fileno(), home.st_uid, home.st_gid)
        file.write(msgspec.json.encode(state))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(data, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
