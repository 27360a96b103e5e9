"""One at a time on this machine: a file that is locked for as long as it is open. The kernel lets go of it when its
holder ends, however it ends. The file stays: removing it would let a third one lock another of the same name."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """To be locked by `takes`, at once or again and again, or by `waits`. Errors: OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def takes(descriptor: int) -> bool:
    """Whether nobody else has it; then it is ours from now on."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def waits(descriptor: int) -> None:
    """Until whoever has it ends."""
    fcntl.flock(descriptor, fcntl.LOCK_EX)
