"""One brain works for each data directory: of two releases while one takes over, or of one that somebody started by
hand beside the site's. With the databases there a call is claimed by a row; without them only this keeps two from
calling."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import structlog

from petrel.core import file_lock

log = structlog.get_logger("petrel.incidents")

LOCK = "run/brain.lock"
AGAIN_S = 1.0


@asynccontextmanager
async def alone(data: Path, stop: asyncio.Event, waits: Callable[[], None]) -> AsyncIterator[None]:
    """Begins when no other brain works, or at `stop`; `waits` is called again and again until then. The kernel lets
    the next one in when a process ends, however it ends. Where no lock can be had at all it begins as well: rather two
    than none."""
    with ExitStack() as open_files:
        try:
            lock = open_files.enter_context(file_lock.opened(data / LOCK))
        except OSError as e:
            log.error("nothing keeps a second brain out", error=e.strerror)
        else:
            while not stop.is_set() and not file_lock.takes(lock):
                waits()
                await asyncio.sleep(AGAIN_S)
        yield
