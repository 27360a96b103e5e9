"""Ids: `milliseconds since 1970 << 16 | cell << 6 | maker`. When, where, by whom.

63 bits, growing with time, strings in JSON. The time layout is the one that client libraries of the ecosystem
compute with (a datetime becomes an id by `ms << 16`). A maker is a number that one process leases from the
database; an id is unique because one maker gives out one id per millisecond and cell.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from petrel.core import clock
from petrel.core.errors import Unavailable

CELLS_IN_USE = 16
IMPORT_MAKER = 63          # never leased: imports choose their own times
MAX_BORROW_MS = 50         # how far ahead of the clock ids may run when more are wanted than a moment has


def cell_of(any_id: int) -> int:
    return (any_id >> 6) & 1023


def ms_of(any_id: int) -> int:
    return any_id >> 16


def at_of(any_id: int) -> datetime:
    return datetime.fromtimestamp((any_id >> 16) / 1000, UTC)


def id_at(at: datetime) -> int:
    """The lowest id of that millisecond: a bound for paging, never the id of a thing."""
    return int(at.timestamp() * 1000) << 16


class IdMaker:
    """Gives out ids from leased makers. One per process; not for use from several threads.

    `until_ms` is the durable high-water mark of the lease: no id beyond it is ever given out, so that whoever
    leases the same maker later starts after it.
    """

    def __init__(self, makers: list[int], after_ms: int, until_ms: int) -> None:
        self._makers = sorted(makers)
        self._last: dict[int, tuple[int, int]] = {}      # by cell: millisecond and place of the maker
        self._after_ms = after_ms
        self.until_ms = until_ms
        self._next_cell = 0

    def new_id(self, cell: int) -> int:
        """A new id in a cell, greater than every one before it. Errors: Unavailable when the lease ran out."""
        while True:
            now = clock.steady_ms()
            ms, place = self._last.get(cell, (self._after_ms, len(self._makers)))
            if now > ms:
                ms, place = now, 0
            elif place + 1 < len(self._makers):
                place += 1
            else:
                ms, place = ms + 1, 0
            if ms > self.until_ms:
                raise Unavailable(detail="id lease ran out: the database cannot be reached")
            if ms <= now + MAX_BORROW_MS:
                self._last[cell] = (ms, place)
                return ms << 16 | cell << 6 | self._makers[place]
            time.sleep(0.001)

    def any_cell(self) -> int:
        """A cell for something new that has none: round robin over the cells in use."""
        self._next_cell = (self._next_cell + 1) % CELLS_IN_USE
        return self._next_cell

    @property
    def highest_ms(self) -> int:
        return max((ms for ms, _ in self._last.values()), default=self._after_ms)

    @property
    def makers(self) -> list[int]:
        return self._makers


LEASE_S = 20
RENEW_S = 5

_maker: IdMaker | None = None


def install(maker: IdMaker | None) -> None:
    global _maker
    _maker = maker


def new_id(cell: int) -> int:
    if _maker is None:
        raise RuntimeError("no id maker: open the doors first")
    return _maker.new_id(cell)


def any_cell() -> int:
    if _maker is None:
        raise RuntimeError("no id maker: open the doors first")
    return _maker.any_cell()


LEASE_SQL = """
update ops.maker set holder = $1, lease_until = now() + make_interval(secs => $3), high_water = $4
 where maker in (select maker from ops.maker
                  where maker <> 63 and lease_until < now() and high_water < $5
                  order by maker limit $2 for update skip locked)
returning maker
"""
RENEW_SQL = """
update ops.maker set lease_until = now() + make_interval(secs => $3), high_water = $4
 where maker = any($2::smallint[]) and holder = $1 and lease_until >= now() returning maker
"""
RELEASE_SQL = """
update ops.maker set lease_until = '-infinity', high_water = $3 where maker = any($2::smallint[]) and holder = $1
"""

AHEAD_SQL = "select high_water from ops.maker where maker <> 63 and lease_until < now() and high_water > $1"

Fetch = Callable[..., Awaitable[list[object]]]


async def lease(fetch: Fetch, holder: str, count: int = 4, *, patience_s: float = 0) -> IdMaker:
    """Leases free makers. `fetch` runs one statement as the writer role and returns its rows.

    Those of killed processes come free after LEASE_S; `patience_s`: how long to wait for that. Errors: Unavailable.
    """
    until_s = time.monotonic() + patience_s
    while True:
        now = clock.steady_ms()
        until = now + LEASE_S * 1000
        rows = await fetch(LEASE_SQL, holder, count, LEASE_S, until, now)
        if rows or time.monotonic() >= until_s:
            break
        await asyncio.sleep(0.25)
    if not rows:
        if given := [row[0] for row in await fetch(AHEAD_SQL, now + 2 * LEASE_S * 1000)]:      # type: ignore[index]
            raise Unavailable(f"This machine's clock is behind: ids were given out until {_moment(min(given))}, and "
                              "none is given twice. Set the clock and keep it right with NTP (systemd-timesyncd or "
                              "chrony), then start again. Is it right now, and was ahead before: start again then")
        raise Unavailable("No free id maker: too many Petrel processes have started within 20 s; try again shortly")
    return IdMaker([r[0] for r in rows], now, until)   # type: ignore[index]


def _moment(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"


async def renew(fetch: Fetch, holder: str, maker: IdMaker) -> bool:
    """Extends the lease; False when it was lost, and then the process must stop giving out ids."""
    until = clock.steady_ms() + LEASE_S * 1000
    rows = await fetch(RENEW_SQL, holder, maker.makers, LEASE_S, until)
    if len(rows) != len(maker.makers):
        return False
    maker.until_ms = until
    return True


async def release(fetch: Fetch, holder: str, maker: IdMaker) -> None:
    await fetch(RELEASE_SQL, holder, maker.makers, maker.highest_ms)
