"""The viewer's own drafts. Somebody else's is answered as one that does not exist."""

from collections.abc import Sequence
from typing import Any

import msgspec

from petrel.core import seal
from petrel.core.doors import Reader, Row
from petrel.core.errors import NotFound
from petrel.core.pages import Page
from petrel.features.drafts.shapes import Kept, Saved

MINE = "select * from drafts.mine($1, $2, $3, $4, $5, $6, $7)"


def opened(key: bytes, number: int, sealed: bytes) -> Kept:
    return msgspec.json.decode(seal.open_sealed(key, number, sealed), type=Kept)


def told(plain: bytes) -> dict[str, Any]:
    """For an export: what is sealed of a draft, numbers of posts and files as text."""
    kept = msgspec.to_builtins(msgspec.json.decode(plain, type=Kept))
    said: dict[str, Any] = {**kept["draft"], "refused": kept["refused"]}
    for name in ("reply_to", "quote_of"):
        said[name] = str(said[name]) if said.get(name) else None
    return said | {"media": [str(one) for one in said.get("media", ())]}


async def _saved(rows: Sequence[Row]) -> list[Saved]:
    keys = await seal.keys(row["id"] for row in rows)
    found = []
    for row in rows:
        if row["id"] in keys:
            kept = opened(keys[row["id"]], row["id"], row["sealed"])
            found.append(Saved(row["id"], kept.draft, row["changed_at"], row["due_at"], row["app"], kept.refused))
    return found


async def mine(r: Reader, page: Page, *, is_due: bool) -> list[Saved]:
    """The viewer's scheduled posts (`is_due`) or drafts, newest first."""
    rows = await r.fetch(MINE, r.digest, is_due, None, page.limit, page.max_id, page.since_id, page.min_id)
    found = await _saved(rows)
    return found[::-1] if page.min_id is not None else found


async def get(r: Reader, number: int, *, is_due: bool) -> Saved:
    """Errors: NotFound."""
    found = await _saved(await r.fetch(MINE, r.digest, is_due, number, 1, None, None, None))
    if not found:
        raise NotFound
    return found[0]
