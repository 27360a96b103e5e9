"""What can be known of deletions: all of it to the crew, their own to members."""

from petrel.core.doors import Reader, Row
from petrel.core.errors import NotFound
from petrel.features.deletions import rows
from petrel.features.deletions.shapes import Deletion, Kind, State


class NoSuchDeletion(NotFound):
    """Nothing with this number was deleted here"""


def deletion(row: Row) -> Deletion:
    return Deletion(row["id"], Kind(row["kind"]), row["account"], row["asked_at"], State(row["state"]), row["entry"],
                    row["keys_gone_at"], row["shredded_at"], row["swept_at"], tuple(row["remains"]),
                    tuple(row["counts"]))


async def find(r: Reader, number: int) -> Deletion:
    """For the crew (System). Errors: NoSuchDeletion."""
    row = await r.row(rows.FIND, number)
    if row is None:
        raise NoSuchDeletion
    return deletion(row)


async def listed(r: Reader, *, account: int | None = None, state: State | None = None, most: int = 50
                 ) -> list[Deletion]:
    """For the crew (System), the newest first."""
    return [deletion(row) for row in await r.fetch(rows.LISTED, account, state, most)]


async def mine(r: Reader, *, below: int | None = None, most: int = 40) -> list[Deletion]:
    """The viewer's own, the newest first; `below` the deletion of this number. Nothing for apps."""
    return [deletion(row) for row in await r.fetch("select * from deletions.mine($1, $2, $3)", r.digest, most, below)]


async def own(r: Reader, number: int) -> Deletion:
    """Errors: NoSuchDeletion, for others' too."""
    row = await r.row("select * from deletions.own($1, $2)", r.digest, number)
    if row is None:
        raise NoSuchDeletion
    return deletion(row)
