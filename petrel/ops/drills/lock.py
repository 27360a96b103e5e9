"""Only one drill or benchmark at a time on a machine: two would measure each other."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from petrel.core import file_lock
from petrel.core.errors import Conflict


def lock_file() -> Path:
    return Path(tempfile.gettempdir()) / "petrel-measuring.lock"


@contextmanager
def measuring(what: str, path: Path | None = None) -> Iterator[None]:
    """Held until the block ends, or the process, however it ends. Errors: Conflict, naming the holder."""
    descriptor = _opened(path or lock_file())
    try:
        if not file_lock.takes(descriptor):
            holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip()
            raise Conflict(f"{holder or 'Another drill or benchmark'} is running on this machine, and two would "
                           "measure each other. Wait until it has ended.")
        _sign(descriptor, f"{what} (process {os.getpid()})")
        yield
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int:
    """For reading: a lock of another user can be taken, though not signed."""
    flags = os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | flags, 0o644)
    except FileExistsError:
        try:
            return os.open(path, os.O_RDWR | flags)
        except PermissionError:
            return os.open(path, os.O_RDONLY | flags)


def _sign(descriptor: int, who: str) -> None:
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, who.encode(), 0)
    except OSError:
        pass
