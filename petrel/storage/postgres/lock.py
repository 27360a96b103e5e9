"""One supervisor per data directory. The kernel drops the lock when its holder ends, however it ends."""

import fcntl
import os
from pathlib import Path

from petrel.storage.postgres.errors import SiteBusy
from petrel.storage.postgres.folders import make_private


class SiteLock:
    """Held as long as `descriptor` is open in any process: a forked child has to close its copy."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._path = data / "run" / "site.lock"
        self.descriptor = -1

    def take(self) -> None:
        make_private(self._path.parent)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode().strip()
            os.close(descriptor)
            raise SiteBusy(
                f"The site in {self._data} is already running (process {holder or 'unknown'}).",
                f"Use that one, stop it with `kill {holder}`, or start another with --data ANOTHER_DIRECTORY.",
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self.descriptor = descriptor

    def adopt(self, descriptor: int) -> None:
        """One that this process took as an older release, and holds still."""
        self.descriptor = descriptor

    def release(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def holder_of(data: Path) -> int | None:
    """The process that runs the site in `data`, if one does."""
    try:
        descriptor = os.open(data / "run" / "site.lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        said = os.pread(descriptor, 32, 0).decode().strip()
        return int(said) if said.isdigit() else None
    finally:
        os.close(descriptor)
    return None
