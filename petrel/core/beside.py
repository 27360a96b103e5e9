"""Which cells another release serves, beside this one, and where it listens.

    if (other := beside.serving(account)) is not None: ...

A change of releases (`petrel.ops.changes`) says so; each web process asks every two seconds. While the database is
away everything stays as it was.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from petrel.core.ids import cell_of


class Other(Struct, frozen=True):
    """`home`: the directory of its socket."""

    build: str
    home: Path
    cells: frozenset[int]

    def connect(self) -> socket.socket:
        """At once or not at all. Errors: OSError, when it is not there or does not come after."""
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.setblocking(False)
        try:
            with near(self.home) as short:
                line.connect(f"{short}/{socket_name(self.build)}")
        except OSError:
            line.close()
            raise
        return line


_other: Other | None = None


def install(other: Other | None) -> None:
    """What this process goes by from now on."""
    global _other
    _other = other


def is_any() -> bool:
    return _other is not None


def serving(account: int) -> Other | None:
    """Who answers this member instead of us."""
    return _other if _other is not None and cell_of(account) in _other.cells else None


def socket_name(build: str) -> str:
    """Of its own for each build: nobody is sent to another than the change is about."""
    return f"{build}.sock"


@contextmanager
def near(folder: Path) -> Iterator[str]:
    """A short name of the directory: that of a Unix socket may have 107 bytes."""
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)
