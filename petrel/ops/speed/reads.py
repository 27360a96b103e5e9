"""What the crew's page shows: quantiles by day, page, endpoint and release."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from typing import TypeVar

from petrel.core.doors import Reader, Row
from petrel.core.errors import NotFound
from petrel.core.metrics import BUCKETS, middle, quantile
from petrel.ops.speed import changes
from petrel.ops.speed.rules import ANSWER, MEASURES, Measure
from petrel.ops.speed.shapes import Line, Point, Series, Speed

MOST_ENDPOINTS = 40
Key = TypeVar("Key", bound=Hashable)


async def seen_by_crew(r: Reader, days: int) -> Speed:
    """Of the last so many days. Errors: NotFound, for everybody else."""
    if not await r.value("select ops.sees_speed($1)", r.digest):
        raise NotFound
    field = await r.fetch("select * from ops.speed_of_field($1, $2)", r.digest, days)
    answers = await r.fetch("select * from ops.speed_of_answers($1, $2)", r.digest, days)
    by_measure = {name: [row for row in field if row["measure"] == name] for name in MEASURES}
    return Speed(
        days=days,
        field=tuple(_series(MEASURES[name].title, MEASURES[name], rows) for name, rows in by_measure.items() if rows),
        pages={MEASURES[name].title: _lines(MEASURES[name], rows, "page") for name, rows in by_measure.items() if rows},
        answers=_series(ANSWER.title, ANSWER, answers) if answers else None,
        endpoints=_lines(ANSWER, answers, "endpoint")[:MOST_ENDPOINTS], changes=await changes.listed(r))


def _series(name: str, measure: Measure, rows: Sequence[Row]) -> Series:
    by_day = _summed((row["day"], row["counts"]) for row in rows)
    first: dict[str, date] = {}
    for row in rows:
        first[row["release"]] = min(first.get(row["release"], row["day"]), row["day"])
    points = tuple(Point(day, sum(counts), *_quantiles(counts, measure)) for day, counts in sorted(by_day.items()))
    return Series(name, measure.unit, points, tuple(sorted((day, release) for release, day in first.items())))


def _lines(measure: Measure, rows: Sequence[Row], what: str) -> tuple[Line, ...]:
    """Those first that took most in all."""
    found = _summed(((row[what], row["release"]), row["counts"]) for row in rows)
    lines = [(_weight(counts), Line(*key, sum(counts), *_quantiles(counts, measure))) for key, counts in found.items()]
    return tuple(line for _, line in sorted(lines, key=lambda one: -one[0]))


def _weight(counts: Sequence[int]) -> float:
    return sum(count * middle(number) for number, count in enumerate(counts) if count)


def _summed(parts: Iterable[tuple[Key, Sequence[int]]]) -> dict[Key, list[int]]:
    found: dict[Key, list[int]] = {}
    for key, counts in parts:
        have = found.setdefault(key, [0] * BUCKETS)
        for number, count in enumerate(counts[:BUCKETS]):
            have[number] += count
    return found


def _quantiles(counts: Sequence[int], measure: Measure) -> tuple[float, float, float]:
    found = [(quantile(counts, share) or 0.0) / measure.scale for share in (0.5, 0.75, 0.95)]
    return found[0], found[1], found[2]
