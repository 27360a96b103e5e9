"""How much this site is used: week by week for everybody, and for the crew what by, and who stays. Numbers of nobody.

Weeks are counted as they go and kept, since all posts of twelve weeks are too many to count for whoever asks. When
somebody was last here is known by two things only, the last sign-in and the day of the last post: whoever only reads,
in an app that stays signed in, was last here when it was signed in.
"""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, get_args

from msgspec import Struct

from petrel.core import clock, ids
from petrel.core.doors import Reader, deriving
from petrel.core.errors import Invalid
from petrel.features.discovery import rows
from petrel.features.discovery.shapes import SCOPES
from petrel.features.moderation import crew

WEEKS = 12              # source: the client API
WEEK = timedelta(days=7)
MOST_DAYS = 366
Unit = Literal["day", "month"]
MOST_PERIODS: dict[Unit, int] = {"day": 92, "month": 36}
Used = Literal["languages", "sources"]
USED = frozenset(get_args(Used))
MOST_SHOWN = 100

LISTED = "select week, posts, sign_ins, joined from discovery.weeks($1, $2)"
USED_BY = "select name, accounts from discovery.used($1, $2, $3, $4, $5, $6)"
COHORTS = "select joined, last, accounts from discovery.cohorts($1, $2, $3, $4, $5)"


class Week(Struct, frozen=True):
    """From this Monday (UTC) on: posts that anybody may see, accounts that signed in, accounts that came."""

    monday: date
    posts: int
    sign_ins: int
    joined: int


class Cohort(Struct, frozen=True):
    """Who came in one period. `stayed`: with the beginning of each period from then on, how many were here in it or
    later."""

    first: date
    size: int
    stayed: list[tuple[date, int]]


def _newest() -> list[date]:
    """Mondays of the last twelve weeks, this one first."""
    today = clock.now().astimezone(UTC).date()
    monday = today - timedelta(days=today.weekday())
    return [monday - n * WEEK for n in range(WEEKS)]


async def weeks(r: Reader) -> list[Week]:
    """Newest first; those that were counted."""
    return [Week(*row) for row in await r.fetch(LISTED, r.digest, _newest()[-1])]


async def count() -> int:
    """Counts the weeks that are not over, or were not when they were counted last; how many those were. Each is one
    transaction: a week of a large site takes a while."""
    newest = _newest()
    async with deriving("discovery") as w:
        await w.execute(rows.FORGET_WEEKS, newest[-1])
        done = {row["week"] for row in await w.fetch(rows.COUNTED_WEEKS)}
    left = [monday for monday in newest if monday not in done]
    for monday in left:
        first, end = _start(monday), _start(monday + WEEK)
        async with deriving("discovery") as w:
            await w.execute(rows.COUNT_WEEK, monday, ids.id_at(first), ids.id_at(end), first, end)
    return len(left)


async def used(r: Reader, what: Used, first: date, last: date, limit: int) -> list[tuple[str, int]]:
    """Of accounts that signed in between two days, both included: which languages they read in, or which apps they
    signed in with ("" for the web), and how many did; most first. Errors: NotCrew, Invalid."""
    await crew(r, SCOPES)
    if not 0 <= (last - first).days < MOST_DAYS:
        raise Invalid("end_at", f"must be at most {MOST_DAYS} days after start_at, and not before it")
    rows = await r.fetch(USED_BY, r.digest, SCOPES, what, _start(first), _start(last) + timedelta(days=1),
                         max(1, min(limit, MOST_SHOWN)))
    return [(row["name"], int(row["accounts"])) for row in rows]


async def cohorts(r: Reader, first: date, last: date, unit: Unit) -> list[Cohort]:
    """Who came in each day or month between two days, both included, and how many of them stayed how long.

    Errors: NotCrew, Invalid.
    """
    await crew(r, SCOPES)
    periods = _periods(first, last, unit)
    counted: Counter[tuple[date, date]] = Counter()
    for row in await r.fetch(COHORTS, r.digest, SCOPES, unit, _start(periods[0]), _start(_next(periods[-1], unit))):
        counted[row["joined"], row["last"]] = int(row["accounts"])
    return [_cohort(period, periods[n:], counted) for n, period in enumerate(periods)]


def _cohort(period: date, later: list[date], counted: Counter[tuple[date, date]]) -> Cohort:
    of_period = {last: number for (joined, last), number in counted.items() if joined == period}
    stayed = [(at, sum(number for last, number in of_period.items() if last >= at)) for at in later]
    return Cohort(period, sum(of_period.values()), stayed)


def _periods(first: date, last: date, unit: Unit) -> list[date]:
    if not (first <= last and first.year >= 2000 and last.year <= 2999):
        raise Invalid("end_at", "must not be before start_at")
    at, found = first if unit == "day" else first.replace(day=1), list[date]()
    while at <= last:
        found.append(at)
        at = _next(at, unit)
        if len(found) > MOST_PERIODS[unit]:
            raise Invalid("end_at", f"must be at most {MOST_PERIODS[unit]} {unit}s after start_at")
    return found


def _next(at: date, unit: Unit) -> date:
    return at + timedelta(days=1) if unit == "day" else (at.replace(day=1) + timedelta(days=32)).replace(day=1)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
