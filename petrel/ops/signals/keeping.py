"""Keeping: a row for each look, a coarser one for every five minutes, and each second around what went wrong.

Rows hold numbers only; which series stands at which place is said once, in ops.series.
"""

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog

from petrel.core import whole_file
from petrel.core.doors import Writer, deriving
from petrel.ops.signals.activity import Activity
from petrel.ops.watching import Key, Look, Measure, Tally

log = structlog.get_logger("petrel.signals")

FINE, COARSE, CLOSE = 15, 300, 1
BEFORE_S, AFTER_S = 60, 60
MOST_SERIES = 1_000
"""Of more nothing is kept: whoever makes up targets fills no disk."""

MOST_WAITING = 288
"""Rows of five minutes that are kept while the databases are away: a day."""

WAIT_IN = "run/looks.waiting"

WITHIN_S = 10.0
"""Keeping that takes longer is given up for this time: others follow the same look."""

NO_SERIES = frozenset(("speed_slower_ratio", "drift_left_days", "flag_overdue_days"))
"""Measures whose target is a sentence."""

KNOWN = "select id, name, target from ops.series"
ADD = """
insert into ops.series (name, target) select * from unnest($1::text[], $2::text[]) on conflict (name, target) do nothing
"""
KEEP = """
insert into ops.look (grain, at, numbers, most) values ($1, $2, $3::real[], $4::real[])
on conflict (grain, at) do nothing
"""
Row = dict[tuple[str, str], float]
Waiting = tuple[datetime, Row, Row]


class Keeper:
    """One per brain's process; `keep` follows each look of the watch, `run` counts seconds. `data`: where rows wait for
    the databases, as long as these are away."""

    def __init__(self, tally: Tally | None, data: Path | None = None) -> None:
        self._activity = Activity(tally)
        self._seconds = Activity(tally)
        self._at_s = 0.0
        self._known: dict[tuple[str, str], int] = {}
        self._gathered: tuple[int, list[Row]] = (0, [])
        self._file = data / WAIT_IN if data else None
        self._waiting: deque[Waiting] = deque(_left_in(self._file), MOST_WAITING)
        self._left_at = self._waiting[-1][0] if self._waiting else None
        self._firing: frozenset[Key] = frozenset()
        self._close: deque[tuple[datetime, Row]] = deque(maxlen=BEFORE_S + AFTER_S)
        self._close_until_s = 0.0
        self.now: tuple[Measure, ...] = ()

    async def keep(self, look: Look) -> None:
        """While the databases are away only rows of five minutes are kept, here and in a file, for when they are
        back."""
        now_s = time.monotonic()
        seconds, self._at_s = now_s - self._at_s, now_s
        self.now = tuple(self._activity.measured(seconds))
        row = as_row((*look.measures, *self.now))
        self._gather(look.at, row)
        if frozenset(look.firing) - self._firing:
            self._close_until_s = now_s + AFTER_S
        self._firing = frozenset(look.firing)
        if look.is_blind:
            self._leave()
            return
        async with asyncio.timeout(WITHIN_S), deriving("signals") as w:
            await self._write(w, FINE, look.at, row)
            while self._waiting:
                at, usual, peak = self._waiting[0]
                await self._write(w, COARSE, at, usual, peak)
                self._waiting.popleft()
            self._leave()
            if self._close and now_s >= self._close_until_s > 0:
                self._close_until_s = 0.0
                for at, seen in self._close:
                    await self._write(w, CLOSE, at, seen)

    def _gather(self, at: datetime, row: Row) -> None:
        """Folds five minutes into one row once they are over, whichever way the clock went."""
        slot, rows = self._gathered
        if slot != (now := int(at.timestamp()) // COARSE) and rows:
            self._waiting.append((datetime.fromtimestamp(slot * COARSE, UTC), mean(rows), most(rows)))
            rows = []
        self._gathered = (now, [*rows, row])

    def _leave(self) -> None:
        """What waits, for whoever comes after us."""
        newest = self._waiting[-1][0] if self._waiting else None
        if self._file is None or newest == self._left_at:
            return
        try:
            if newest is None:
                self._file.unlink(missing_ok=True)
            else:
                whole_file.write(self._file, msgspec.msgpack.encode(list(self._waiting)))
            self._left_at = newest
        except OSError as e:
            log.warning("what was measured waits in memory only", error=e.strerror)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`: each second into memory, from where it is kept when something goes wrong."""
        before_s = time.monotonic()
        while not stop.is_set():
            try:
                await asyncio.wait_for(stop.wait(), CLOSE)
            except TimeoutError:
                pass
            now_s = time.monotonic()
            self._close.append((datetime.now(UTC).replace(microsecond=0),
                                as_row(self._seconds.measured(now_s - before_s))))
            before_s = now_s

    async def _write(self, w: Writer, grain: int, at: datetime, row: Row, peak: Row | None = None) -> None:
        if not row.keys() <= self._known.keys():
            await self._know(w, row.keys() - self._known.keys())
        await w.execute(KEEP, grain, at, self._placed(row), None if peak is None else self._placed(peak))

    def _placed(self, row: Row) -> list[float | None]:
        numbers: list[float | None] = [None] * max((self._known.get(key, 0) for key in row), default=0)
        for key, value in row.items():
            if (place := self._known.get(key)) is not None:
                numbers[place - 1] = value
        return numbers

    async def _know(self, w: Writer, new: Iterable[tuple[str, str]]) -> None:
        self._known = {(r["name"], r["target"]): r["id"] for r in await w.fetch(KNOWN)}
        wanted = sorted(key for key in new if key not in self._known)[:max(0, MOST_SERIES - len(self._known))]
        if wanted:
            await w.execute(ADD, [name for name, _ in wanted], [target for _, target in wanted])
            self._known = {(r["name"], r["target"]): r["id"] for r in await w.fetch(KNOWN)}


def _left_in(file: Path | None) -> list[Waiting]:
    """What the one before us could not keep."""
    try:
        return [] if file is None else msgspec.msgpack.decode(file.read_bytes(), type=list[Waiting])
    except (OSError, msgspec.MsgspecError):
        return []


def as_row(measures: Iterable[Measure]) -> Row:
    """Numbers that no `real` can hold are missing: what cannot be drawn is not drawn as 0."""
    return {(m.name, m.target): m.value for m in measures if m.name not in NO_SERIES and abs(m.value) < 1e37}


def mean(rows: Sequence[Row]) -> Row:
    sums: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        for key, value in row.items():
            sums.setdefault(key, []).append(value)
    return {key: sum(values) / len(values) for key, values in sums.items()}


def most(rows: Sequence[Row]) -> Row:
    found: Row = {}
    for row in rows:
        for key, value in row.items():
            found[key] = max(found.get(key, value), value)
    return found
