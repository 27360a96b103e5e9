"""How long a migration stands in the way: looked at from a second session, and ended before it is a second.

In the way is what is held *or waited for* on a relation that was there before, in a mode that readers or writers of it
would wait for: who asks for such a lock in vain makes everybody queue behind them already. What the migration makes
itself is seen by nobody yet, and does not count.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg

MOST_S = 0.9
"""source: the promise of docs/handbook/upgrade.md, one second; less what a look and the end of a statement take."""
LOOK_EVERY_S = 0.02

IN_THE_WAY = """
select n.nspname || '.' || c.relname from pg_locks l join pg_class c on c.oid = l.relation
  join pg_namespace n on n.oid = c.relnamespace
 where l.pid = $1 and l.locktype = 'relation'
   and l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
"""
SERVED = """
select exists (select from pg_stat_activity where datname = current_database()
                and usename in ('petrel_reader', 'petrel_writer', 'petrel_system'))
"""


class Gauge:
    """The longest time that one relation was in the way, and which. `cut` says that it was ended for that."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self.relation = ""
        self.cut = False
        self._since: dict[str, float] = {}

    def see(self, names: set[str], now: float) -> float:
        """Takes one look; returns how long the longest lasts by now."""
        self._since = {name: self._since.get(name, now) for name in names}
        for name, since in self._since.items():
            if now - since > self.longest_s:
                self.longest_s, self.relation = now - since, name
        return max((now - since for since in self._since.values()), default=0.0)


async def is_served(connection: Any) -> bool:
    """Whether parts of Petrel are signed in here: then somebody would wait."""
    return bool(await connection.fetchval(SERVED))


@asynccontextmanager
async def gauged(connection: Any, watcher: Any | None, *, end_it: bool) -> AsyncIterator[Gauge]:
    """Looks at what `connection` holds while the block runs, from `watcher`, a session of the same login.

    `end_it`: what stands in the way for longer than MOST_S is cancelled; its transaction rolls back.
    """
    gauge = Gauge()
    if watcher is None:
        yield gauge
        return
    ended = asyncio.Event()
    looking = asyncio.create_task(_look(gauge, watcher, connection.get_server_pid(), ended, end_it=end_it))
    try:
        yield gauge
    finally:
        ended.set()
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await looking


async def _look(gauge: Gauge, watcher: Any, pid: int, ended: asyncio.Event, *, end_it: bool) -> None:
    while not ended.is_set():
        names = {row[0] for row in await watcher.fetch(IN_THE_WAY, pid)}
        if gauge.see(names, time.monotonic()) > MOST_S and end_it and not gauge.cut:
            gauge.cut = True
            await watcher.execute("select pg_cancel_backend($1)", pid)
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), LOOK_EVERY_S)
