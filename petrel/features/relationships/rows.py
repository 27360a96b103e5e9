"""Pairs in the database: locked by `hold`, written by `save`."""

from collections.abc import Sequence
from typing import Any

from petrel.core.doors import Row, Writer
from petrel.core.errors import NotFound, Unauthenticated
from petrel.features.relationships.shapes import Pair, Side, Standing

HOLD = "select * from relationships.hold($1, $2, $3, $4)"
KEEP = "select relationships.keep($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
FOLLOW_MANY = "select * from relationships.follow_many($1, $2, $3, $4)"
SET_NOTE = "update relationships.relation set sealed_note = $3 where cell = law.cell($1) and owner = $1 and other = $2"


async def actor(w: Writer) -> int:
    """Who acts, by the digest they showed. Errors: Unauthenticated (nobody, or somebody who may do nothing)."""
    me = await w.value("select relationships.me($1)", w.digest)
    if me is None:
        raise Unauthenticated
    return int(me)


def side_of(row: Row) -> Side:
    return Side(row["owner"], row["other"], row["bits"], row["following_id"], row["followed_id"],
                row["requested_by_id"], row["blocking_id"], row["muting_id"], row["muting_until"])


async def hold(w: Writer, other: int) -> tuple[Pair, Standing]:
    """Locks the pair of the actor and `other` for something new.

    Errors: NotFound (no such account, hidden from the actor, or the actor's own), Unauthenticated.
    """
    rows = await w.fetch(HOLD, w.account, w.digest, other, True) if other != w.account else []
    if not rows or rows[0]["shell"] == 0:
        raise NotFound
    first = rows[0]
    standing = Standing(first["shell"], first["is_protected"], first["is_remote"], first["other_state"],
                        first["own_state"])
    return Pair(side_of(first), side_of(rows[1])), standing


async def find(w: Writer, other: int) -> Pair | None:
    """Locks the pair of the actor and `other` to end something; None when nothing ever began between them.

    Works on accounts hidden from the actor too, since whoever began something may end it.
    Errors: NotFound (no such account, or hidden and nothing to end), Unauthenticated.
    """
    rows = await w.fetch(HOLD, w.account, w.digest, other, False)
    if rows:
        return Pair(side_of(rows[0]), side_of(rows[1]))
    if not await w.value("select 1 from accounts.cards($1, array[$2::bigint], array[]::integer[])", w.digest, other):
        raise NotFound
    return None


async def save(w: Writer, pair: Pair) -> None:
    sides = (pair.mine, pair.theirs)
    columns: list[list[Any]] = [
        [getattr(s, name) for s in sides]
        for name in ("following_id", "followed_id", "requested_by_id", "blocking_id", "muting_id", "muting_until")]
    # A flag is iterable, which the driver takes for an array: hence int.
    await w.change(KEEP, w.account, [s.owner for s in sides], [s.other for s in sides], [int(s.bits) for s in sides],
                   *columns)


async def follow_many(w: Writer, pairs: Sequence[tuple[int, int]], ids: Sequence[int]) -> list[Row]:
    """Rows (follower, followee, id) of the follows that are new."""
    made = set(ids)
    changed = await w.change(FOLLOW_MANY, None, [a for a, _ in pairs], [b for _, b in pairs], ids)
    return [row for row in changed if row["following_id"] in made]
