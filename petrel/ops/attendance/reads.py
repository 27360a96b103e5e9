"""What waits, and how careful the site is."""

from petrel.core.doors import Reader, Row
from petrel.ops.attendance.shapes import Standing, Waiting

STANDING = "select mode, since, oldest_at from ops.attendance"


async def waiting(r: Reader) -> list[Waiting]:
    """For the site itself and the command line. The heaviest first, then the oldest; at most 500."""
    return [_waiting(row) for row in await r.fetch("select * from ops.waiting($1)", "attendance")]


async def waiting_for(r: Reader) -> list[Waiting]:
    """As `waiting`, for a viewer of the crew; empty for anybody else."""
    return [_waiting(row) for row in await r.fetch("select * from ops.waiting_for($1)", r.digest)]


async def standing(r: Reader) -> Standing | None:
    """None where nobody has looked yet."""
    row = await r.row(STANDING)
    return None if row is None else Standing(*row)


def _waiting(row: Row) -> Waiting:
    return Waiting(*row)
