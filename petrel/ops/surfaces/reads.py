"""How the surfaces stand."""

from datetime import datetime

from msgspec import Struct

from petrel.core.doors import Reader

LISTED = """
select surface as number, name, is_open, closed_at, closed_why as why from law.surface
union all select 100, door, false, closed_at, why from ops.closed_door order by 1, 2
"""
DOOR = 100
"""The number of every single door."""


class State(Struct, frozen=True):
    """A surface, or a single door that is closed. `why`: it was closed, or opened last."""

    number: int
    name: str
    is_open: bool
    closed_at: datetime | None
    why: str | None


async def listed(r: Reader) -> list[State]:
    """All surfaces in the order of the law, then the doors that are closed by themselves."""
    return [State(*row) for row in await r.fetch(LISTED)]
