"""Who counts in a trend, and how much. Pure. source: our choice, decision 0050."""

from datetime import datetime, timedelta

from msgspec import Struct

from petrel.core import ids, limits

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
    """Whoever may not yet post links moves no trend either (features/posts/newcomers.py)."""
    hours = limits.current().newcomer_hours
    new = now - timedelta(hours=hours) if hours else now + timedelta(days=1)
    return Weights(ids.id_at(new), ids.id_at(min(new, now - FIRST_WEEK) if FIRST_WEEK else new))


def is_open() -> bool:
    """Whether what the crew has not looked at is shown too."""
    return limits.current().trends == "open"


def is_on() -> bool:
    return limits.current().trends != "off"
