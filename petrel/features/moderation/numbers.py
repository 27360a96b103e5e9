"""The numbers of a year. source: DSA articles 15 (1) and 24 (1): notices, decisions, complaints and what came of them,
at the median how long, and what was decided without a person (nothing)."""

from datetime import UTC, datetime

from msgspec import Struct

from petrel.core.doors import Reader

NUMBERS = "select * from moderation.numbers($1, $2, $3)"
FEW = 10
"""Public numbers under this are not told exactly. source: visibility.md section 8, statistics store."""


class Number(Struct, frozen=True):
    """`sort`: report, notice, decision (kind: what and ground), origin, undone, appeal, counter-notice, unheard (those
    appeals that nobody else looked at for a week, answered since or not). `hours`: at the median, of those that are
    closed; None where none is, or it says nothing."""

    sort: str
    kind: str
    count: int
    hours: float | None


class Year(Struct, frozen=True):
    year: int
    numbers: tuple[Number, ...]
    automated: int = 0

    def of(self, sort: str) -> list[Number]:
        return [one for one in self.numbers if one.sort == sort]

    def total(self, sort: str) -> int:
        return sum(one.count for one in self.of(sort))


async def of_year(r: Reader, year: int) -> Year:
    """By the calendar, UTC."""
    rows = await r.fetch(NUMBERS, r.digest, datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))
    return Year(year, tuple(Number(*row) for row in rows))
