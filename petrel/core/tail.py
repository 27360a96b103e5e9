"""The end of the journal, as a process that follows it sees it: woken by hints, read once for all its followers.

Only entries below the horizon (the oldest transaction still running) are handed out, in commit order: by then
nothing can appear before them any more. Tailing by number loses the entries of slow transactions.
source: DESIGN section 5.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import structlog
from msgspec import Struct

from petrel.core.errors import PetrelError
from petrel.core.journal import Entry

log = structlog.get_logger("petrel.tail")

Position = tuple[int, int, int]          # epoch, xid, id: where an entry stands in commit order
Fetch = Callable[..., Awaitable[list[Any]]]

START: Position = (0, 0, 0)
LAST_ID = (1 << 63) - 1
READ_ENTRIES = 2_000
KEEP_ENTRIES = 20_000                    # about 10 MB
PULSE_S = 0.01                           # between two reads while much is written: fewer, larger batches
SETTLE_S = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.25)
AGAIN_S = 0.25
IDLE_S = (1.0, 1.0, 2.0, 4.0, 5.0)       # hints do not cross machines, so an idle follower looks by itself

AFTER = """
with s as materialized (select pg_current_snapshot() as s),
     h as materialized (select pg_snapshot_xmin(s)::text::bigint as low, pg_snapshot_xmax(s)::text::bigint as high,
                               (select max(epoch) from journal.epoch) as now_epoch from s)
select h.low, h.high, h.now_epoch, e.*
  from h left join lateral (
    select cell, id, epoch, xid, at, kind, subject, actor, refs from journal.entry
     where (epoch, xid, id) > ($1::int, $2::bigint, $3::bigint) and (epoch < h.now_epoch or xid < h.low)
     order by epoch, xid, id limit $4) e on true
 order by e.epoch, e.xid, e.id
"""


class Batch(Struct, frozen=True):
    """What stands after a position. `low` and `high`: transactions below `low` have ended, those from `high` on had
    not begun; while `low < high` something may still appear."""

    entries: list[Entry]
    positions: list[Position]
    epoch: int
    low: int
    high: int


async def after(fetch: Fetch, position: Position, limit: int = READ_ENTRIES) -> Batch:
    """Reads the journal below the horizon, in commit order. `fetch` needs the right to select journal.entry."""
    rows = await fetch(AFTER, *position, limit)
    found = [r for r in rows if r["id"] is not None]
    entries = [Entry(cell=r["cell"], id=r["id"], epoch=r["epoch"], xid=r["xid"], at=r["at"], kind=r["kind"],
                     subject=r["subject"], actor=r["actor"], refs=r["refs"]) for r in found]
    return Batch(entries, [(r["epoch"], r["xid"], r["id"]) for r in found],
                 rows[0]["now_epoch"], rows[0]["low"], rows[0]["high"])


class Tail:
    """Keeps the latest entries in memory and says when there are more. One per process; `run` is its loop."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._entries: list[Entry] = []
        self._positions: list[Position] = []
        self._begin: Position | None = None
        self._end: Position = START
        self._hint = asyncio.Event()
        self._grown = asyncio.Condition()

    def hint(self) -> None:
        """Somebody has committed: look at once."""
        self._hint.set()

    async def begin(self) -> Position:
        """Sets the tail to the horizon, once; everything that is written from now on will be handed out."""
        if self._begin is None:
            seen = await after(self._fetch, (1 << 30, 0, 0), 1)
            async with self._grown:
                self._begin = self._end = (seen.epoch, seen.low - 1, LAST_ID)
                self._grown.notify_all()
        return self._begin

    async def beyond(self, position: Position) -> None:
        """Returns when there is something after `position`."""
        async with self._grown:
            await self._grown.wait_for(lambda: self._end > position)

    async def read(self, position: Position, limit: int = READ_ENTRIES) -> tuple[list[Entry], Position]:
        """The next entries after `position` and the position to go on from; from memory when that reaches back."""
        if self._begin is not None and position >= self._begin:
            first = bisect_right(self._positions, position)
            entries = self._entries[first:first + limit]
            return entries, self._positions[first + len(entries) - 1] if entries else max(position, self._end)
        batch = await after(self._fetch, position, limit)
        if batch.entries:
            return batch.entries, batch.positions[-1]
        return [], max(position, self._begin or START)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; a database that cannot be reached is waited for."""
        idle = 0
        while not stop.is_set():
            try:
                await self.begin()
                grew = await self._catch_up(stop)
            except (PetrelError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError,
                    asyncpg.InternalClientError) as e:
                log.warning("journal cannot be read, trying again", error=repr(e))
                await asyncio.sleep(AGAIN_S)
                continue
            idle = 0 if grew else min(idle + 1, len(IDLE_S) - 1)
            try:
                await asyncio.wait_for(self._hint.wait(), IDLE_S[idle])
            except TimeoutError:
                pass
            self._hint.clear()

    async def _catch_up(self, stop: asyncio.Event) -> bool:
        """Reads until nothing that had begun when a hint came can still appear."""
        grew, settled_at, waited = False, 0, 0
        while not stop.is_set():
            if self._hint.is_set():
                self._hint.clear()
                settled_at = 0
            batch = await after(self._fetch, self._end)
            settled_at = settled_at or batch.high
            if batch.entries:
                grew, waited = True, 0
                await self._append(batch)
                if len(batch.entries) < READ_ENTRIES:
                    await asyncio.sleep(PULSE_S)
                continue
            if batch.low >= settled_at:
                break
            await asyncio.sleep(SETTLE_S[min(waited, len(SETTLE_S) - 1)])
            waited += 1
        return grew

    async def _append(self, batch: Batch) -> None:
        self._entries += batch.entries
        self._positions += batch.positions
        surplus = len(self._entries) - KEEP_ENTRIES
        if surplus > 0:
            self._begin = self._positions[surplus - 1]
            del self._entries[:surplus], self._positions[:surplus]
        async with self._grown:
            self._end = batch.positions[-1]
            self._grown.notify_all()


_current: Tail | None = None


def current() -> Tail:
    """The tail of the followers' process. Errors: RuntimeError in any other process."""
    if _current is None:
        raise RuntimeError("this process does not follow the journal")
    return _current


def install(tail: Tail | None) -> None:
    global _current
    _current = tail
