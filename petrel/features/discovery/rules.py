"""Who counts in a trend, and how much. Pure. source: our choice, decision 0050."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from msgspec import Struct

from petrel.core import ids, limits
from petrel.features.discovery.shapes import Day

FIRST_WEEK = timedelta(days=7)
FRESH = 0.25            # what an account weighs in its first week
LEAST = 3.0             # what weighs less than so many older accounts is no trend
HALF_LIFE = timedelta(hours=8)
POST_HALF_LIFE = timedelta(hours=12)
WINDOW = timedelta(days=1)
POST_WINDOW = timedelta(days=3)
DAYS = 7
MOST = 200              # trends of a kind
MOST_POSTS = 200_000    # newest posts that are looked at for one day
MOST_CANDIDATES = 5_000
MOST_REACTIONS = 500    # newest ones of a post that are looked at


class Weights(Struct, frozen=True):
    """Accounts with a number from `new` on weigh nothing, with one from `fresh` on FRESH: numbers grow with time."""

    new: int
    fresh: int


def weights(now: datetime) -> Weights:
    """Whoever is in their first `newcomer_hours` moves no trend, invited or not; links are kept from those only who
    came alone (features/posts/newcomers.py)."""
    hours = limits.current().newcomer_hours
    new = now - timedelta(hours=hours) if hours else now + timedelta(days=1)
    return Weights(ids.id_at(new), ids.id_at(min(new, now - FIRST_WEEK)))


def week(rows: Iterable[tuple[int, date, int, int]], things: Sequence[int], now: datetime) -> list[list[Day]]:
    """Of each of these things seven days (UTC), today first, from rows of (thing, day, uses, accounts): days without
    a row count nothing."""
    found = {(thing, day): Day(day, uses, accounts) for thing, day, uses, accounts in rows}
    days = [now.astimezone(UTC).date() - timedelta(days=back) for back in range(DAYS)]
    return [[found.get((one, day), Day(day, 0, 0)) for day in days] for one in things]


def is_open() -> bool:
    """Whether what the crew has not looked at is shown too."""
    return limits.current().trends == "open"


def is_on() -> bool:
    return limits.current().trends != "off"
