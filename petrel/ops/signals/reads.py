"""What was kept: lines for pictures, days for the search for what grows, and what that found."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import numpy as np
from msgspec import Struct

from petrel.core.doors import Reader
from petrel.core.ids import CELLS_IN_USE
from petrel.ops.signals.drifting import HOURS

PLACES = "select id, name, target from ops.series"
ONE_LINE = """
select at, numbers[$2] as number from ops.look where grain = $1 and at >= $3 and numbers[$2] is not null order by at
"""
BY_CELL = """
select floor(extract(epoch from l.at) / 60)::bigint as minute, s.target::int as cell, avg(l.numbers[s.id]) as number
  from ops.look l join ops.series s on s.name = $1 and s.target ~ '^[0-9]+$'
 where l.grain = 15 and l.at >= $2 and l.numbers[s.id] is not null group by 1, 2
"""
OF_HOUR = """
select floor(extract(epoch from at) / 86400)::int as day, coalesce(most, numbers) as numbers from ops.look
 where grain = 300 and at > $1::timestamptz - make_interval(days => $3) and at <= $1
   and extract(hour from at at time zone 'UTC') = $2
"""
DRIFTS = """
select s.name, s.target, d.hour, d.found_at, d.days, d.first, d.last, d.per_day, d.objective, d.left_days, d.said
  from ops.drift d join ops.series s on s.id = d.series order by d.left_days
"""


class Line(Struct, frozen=True):
    """A series over time, as `(seconds since 1970, number)`, oldest first."""

    name: str
    target: str
    points: tuple[tuple[float, float], ...]


class Found(Struct, frozen=True):
    """What grows, as it was told. `hour`: 24 for the whole day."""

    name: str
    target: str
    hour: int
    found_at: datetime
    days: int
    first: float
    last: float
    per_day: float
    objective: float | None
    left_days: float
    said: str


async def lines(r: Reader, wanted: Iterable[tuple[str, str]], since: datetime, grain: int = 300) -> list[Line]:
    """Those of `wanted` (name, target) that were ever measured. For System readers."""
    places = {(row["name"], row["target"]): row["id"] for row in await r.fetch(PLACES)}
    return [Line(*key, tuple((row["at"].timestamp(), row["number"])
                             for row in await r.fetch(ONE_LINE, grain, places[key], since)))
            for key in wanted if key in places]


async def by_cell(r: Reader, measure: str, since: datetime) -> tuple[float, np.ndarray]:
    """(the first minute, in seconds since 1970; [minute, cell], NaN where nothing was measured). For System readers;
    of the last day."""
    found = [(row["minute"], row["cell"], row["number"]) for row in await r.fetch(BY_CELL, measure, since)
             if row["cell"] < CELLS_IN_USE]
    first = min((minute for minute, _, _ in found), default=0)
    values = np.full((max((minute for minute, _, _ in found), default=first - 1) - first + 1, CELLS_IN_USE), np.nan)
    for minute, cell, number in found:
        values[minute - first, cell] = number
    return 60.0 * first, values


async def targets(r: Reader) -> dict[str, tuple[str, ...]]:
    """Of what each measure was ever taken, by its name."""
    found: dict[str, tuple[str, ...]] = {}
    for row in await r.fetch(PLACES):
        found[row["name"]] = (*found.get(row["name"], ()), row["target"])
    return found


async def drifts(r: Reader) -> list[Found]:
    """The most urgent first. For System readers."""
    return [Found(*row) for row in await r.fetch(DRIFTS)]


async def days_of_hours(r: Reader, until: datetime, days: int) -> tuple[np.ndarray, list[tuple[str, str]], list[int]]:
    """([day, hour, series] with the highest of each hour, the series by place, their numbers), an hour of the day at a
    time, so that a month is never in memory as rows."""
    places = sorted((row["id"], row["name"], row["target"]) for row in await r.fetch(PLACES))
    last_day = int(until.timestamp() // 86_400)
    found = np.full((days, HOURS, len(places)), np.nan, np.float32)
    column = {number: at for at, (number, _, _) in enumerate(places)}
    for hour in range(HOURS):
        for row in await r.fetch(OF_HOUR, until, hour, days):
            at = row["day"] - last_day + days - 1
            if 0 <= at < days:
                _raise(found[at, hour], row["numbers"], column)
    known = ~np.isnan(found).all(axis=(1, 2))
    days_known = found[known.argmax():] if known.any() else found[:0]
    return days_known, [(name, target) for _, name, target in places], [number for number, _, _ in places]


def _raise(into: np.ndarray, numbers: list[float | None], column: Mapping[int, int]) -> None:
    """To the higher of what is there and what came."""
    for place, number in enumerate(numbers, 1):
        if number is not None and (at := column.get(place)) is not None and not into[at] >= number:
            into[at] = number
