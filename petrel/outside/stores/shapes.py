"""What a store is, whatever stands behind it."""

from collections.abc import Iterator
from typing import Any, Protocol, Self

from msgspec import Struct


class StoreError(OSError):
    """The target cannot do it now; `strerror` says what and the cure."""

    def __init__(self, text: str) -> None:
        super().__init__(5, text)       # EIO

    def __str__(self) -> str:
        return str(self.strerror)


class Access(Struct, frozen=True):
    """How to get in, where the URL does not say it. Empty: as the user's own programs do (~/.ssh, AWS_ variables).
    `named`: how the settings that say it begin, for people."""

    ssh_config: str = ""
    s3_endpoint: str = ""
    s3_region: str = ""
    s3_key: str = ""
    s3_secret: str = ""
    named: str = "backup"


class Item(Struct, frozen=True):
    name: str
    size: int


class Reading(Protocol):
    """An object being read. `read` gives at most so many bytes, and nothing at the end."""

    def read(self, count: int, /) -> bytes: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *_: Any) -> None: ...


class Writing(Protocol):
    """A new object. It is there, durable, when `close` returned; after `abandon` it never was."""

    def write(self, piece: bytes, /) -> object: ...
    def close(self) -> None: ...
    def abandon(self) -> None: ...


class Store(Protocol):
    @property
    def url(self) -> str: ...
    @property
    def is_near(self) -> bool:
        """On this machine: reading it twice costs little."""
    @property
    def rest_s(self) -> float:
        """How long to wait between small objects: where each is paid for, longer."""
    def items(self, folder: str) -> Iterator[Item]:
        """All objects below `folder`, sorted by name; none where there is no such folder."""
    def read(self, name: str, start: int = 0) -> Reading:
        """From this byte on."""
    def write(self, name: str) -> Writing:
        """Replaces what has the name, when it is closed."""
    def has(self, name: str) -> bool: ...
    def remove(self, name: str) -> None:
        """Nothing happens where it is not."""
    def free_bytes(self) -> int | None:
        """None where nobody can say."""
    def close(self) -> None: ...
