"""One brain works for each data directory: of two releases while one takes over, or of one that somebody started by
hand beside the site's. With the databases there a call is claimed by a row; without them only this keeps two from
calling."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

log = structlog.get_logger("petrel.incidents")

LOCK = "run/brain.lock"
AGAIN_S = 1.0


@asynccontextmanager
async def alone(data: Path, stop: asyncio.Event, waits: Callable[[], None]) -> AsyncIterator[None]:
    """Begins when no other brain works, or at `stop`; `waits` is called again and again until then. The kernel lets
    the next one in when a process ends, however it ends. Where no lock can be had at all it begins as well: rather two
    than none."""
    try:
        descriptor = os.open(data / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as e:
        log.error("nothing keeps a second brain out", error=e.strerror)
        yield
        return
    try:
        while not stop.is_set() and not _has(descriptor):
            waits()
            await asyncio.sleep(AGAIN_S)
        yield
    finally:
        os.close(descriptor)


def _has(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
