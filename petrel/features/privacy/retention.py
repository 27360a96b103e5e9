"""Terms of the inventory and what carries them out: looked at, not trusted."""

from datetime import datetime

from msgspec import Struct

from petrel.core import retention
from petrel.core.doors import Reader

RAN = "select ran_at, note from ops.schedule where name = $1"
# The table and the condition come from the rooms' own code, never from outside.
OVERDUE = "select count(*) from {} where {}"


class Standing(Struct, frozen=True):
    """One term. `overdue`: rows that are there longer than they may be; None where only the room can look."""

    table: str
    days: int
    schedule: str
    ran_at: datetime | None
    said: str | None
    overdue: int | None


async def standing(r: Reader) -> list[Standing]:
    found = []
    for rule in sorted(retention.RULES.values(), key=lambda rule: rule.table):
        ran = await r.row(RAN, rule.schedule)
        overdue = await r.value(OVERDUE.format(rule.table, rule.overdue)) if rule.overdue else None
        found.append(Standing(rule.table, rule.days, rule.schedule, ran["ran_at"] if ran else None,
                              ran["note"] if ran else None, overdue))
    return found
