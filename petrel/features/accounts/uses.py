"""When a session or token was last used: the day and no more, once a day for each, written for many together.

Reading writes nothing; what was used waits here for a minute first. A process that ends loses that minute.
"""

import asyncio
import logging
import time
from collections.abc import Sequence

from petrel.core.doors import deriving
from petrel.core.errors import PetrelError

PAUSE_S = 60.0
MOST = 20_000                   # a flood waits for the next day
DAY_S = 86_400
USED = """
update accounts.token set used_on = current_date
 where id = any ($1::bigint[]) and used_on is distinct from current_date
"""

log = logging.getLogger("petrel.accounts")
_noted: set[int] = set()
_waiting: list[int] = []
_day = 0
_writing: set[asyncio.Task[None]] = set()


def note(token: int) -> None:
    """Called whenever somebody comes by a session or token; within a running loop."""
    global _day
    today = int(time.time()) // DAY_S
    if today != _day:
        _day = today
        _noted.clear()
    if token in _noted or len(_noted) >= MOST:
        return
    _noted.add(token)
    if not _waiting:
        asyncio.get_running_loop().call_later(PAUSE_S, _begin)
    _waiting.append(token)


def _begin() -> None:
    task = asyncio.get_running_loop().create_task(_write_waiting())
    _writing.add(task)
    task.add_done_callback(_writing.discard)


async def _write_waiting() -> None:
    waiting = list(_waiting)
    _waiting.clear()
    try:
        await write(waiting)
    except (PetrelError, RuntimeError) as fault:        # the doors are closed, or the database is away
        log.debug("the day of %d tokens was not written: %r", len(waiting), fault)
        _noted.difference_update(waiting)


async def write(used: Sequence[int]) -> int:
    """Returns how many were not known to be used today."""
    if not used:
        return 0
    async with deriving("accounts.used") as w:
        return await w.execute(USED, sorted(used))
