"""What there is of breaches, for the crew."""

from typing import Any

from petrel.core import seal
from petrel.core.doors import Reader, Row
from petrel.core.errors import NotFound
from petrel.ops.breaches.shapes import Breach, Note

COLUMNS = "id, state, surface, door, viewer, kinds, policy, build, first_at, found_at, until_at, due_at"
LISTED = f"select {COLUMNS} from ops.breach order by found_at desc limit $1"   
FIND = f"select {COLUMNS} from ops.breach where cell = law.cell($1) and id = $1"
NOTES = "select * from ops.breach_notes($1, $2)"


async def listed(r: Reader, limit: int = 100) -> list[Breach]:
    """Newest first."""
    return [_breach(row) for row in await r.fetch(LISTED, limit)]


async def find(r: Reader, number: int) -> Breach:
    """Errors: NotFound."""
    row = await r.row(FIND, number)
    if row is None:
        raise NotFound(f"There is no breach {number}. `petrel privacy breach list` shows all.")
    return _breach(row)


async def notes(r: Reader, number: int) -> list[Note]:
    """Oldest first."""
    rows = await r.fetch(NOTES, "breaches", number)
    key = (await seal.keys([number])).get(number) if rows else None
    return [Note(row["at"], row["state"], seal.open_sealed(key, number, row["sealed"]).decode() if key else None)
            for row in rows]


def _breach(row: Row) -> Breach:
    values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in row]
    return Breach(*values)
