"""How the surfaces stand."""

from datetime import datetime

from msgspec import Struct

from petrel.core.doors import Reader

LISTED = "select surface as number, name, is_open, closed_at, closed_why as why from law.surface order by surface"


class State(Struct, frozen=True):
    """`why` it was closed, or opened last."""

    number: int
    name: str
    is_open: bool
    closed_at: datetime | None
    why: str | None


async def listed(r: Reader) -> list[State]:
    """All, in the order of the law."""
    return [State(*row) for row in await r.fetch(LISTED)]
