"""How much happened on each day, for the crew's apps. Only what is counted here: what nobody keeps is no number."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, get_args

from msgspec import Struct

from petrel.core.doors import Reader
from petrel.core.errors import Invalid
from petrel.features.moderation.cases import SCOPES, crew

Key = Literal["new_users", "opened_reports", "resolved_reports"]
KEYS = frozenset(get_args(Key))
MOST_DAYS = 366
MEASURED = "select day, value from moderation.measured($1, $2, $3, $4, $5)"


class Measure(Struct, frozen=True):
    """`days`: each with its number, oldest first; `before`: the sum of as many days before these."""

    key: Key
    days: list[tuple[date, int]]
    before: int


async def measure(r: Reader, key: Key, first: date, last: date) -> Measure:
    """From `first` to `last`, both included, in UTC. Errors: NotCrew, Invalid."""
    await crew(r, SCOPES)
    length = (last - first).days + 1
    if not 1 <= length <= MOST_DAYS or first.year < 2000 or last.year > 2999:
        raise Invalid("end_at", f"must be at most {MOST_DAYS} days after start_at, and not before it")
    before = first - timedelta(days=length)
    rows = await r.fetch(MEASURED, r.digest, SCOPES, key, _start(before), _start(last + timedelta(days=1)))
    found = {row["day"]: int(row["value"]) for row in rows}
    days = [first + timedelta(days=n) for n in range(length)]
    return Measure(key, [(day, found.get(day, 0)) for day in days],
                   sum(value for day, value in found.items() if day < first))


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
