"""Collections as one viewer may see them. What is hidden is answered as what does not exist."""

from collections.abc import Sequence

import msgspec

from petrel.core import seal
from petrel.core.doors import Reader, Row
from petrel.core.errors import NotFound
from petrel.features.collections.shapes import Collection, Item, Marks, Text

SHOWN = "select * from collections.shown($1, $2::bigint[])"
ITEMS = "select * from collections.items($1, $2::bigint[])"
OF_ACCOUNT = "select id from collections.of_account($1, $2, $3, $4)"
HOLDING = "select id from collections.holding($1, $2, $3)"


def _collection(row: Row, key: bytes) -> Collection:
    text = msgspec.json.decode(seal.open_sealed(key, row["owner"], row["sealed_text"]), type=Text)
    marks = Marks(row["language"], row["is_sensitive"], row["is_discoverable"])
    return Collection(row["id"], row["owner"], text, marks, row["changed_at"], row["is_taken_down"])


async def many(r: Reader, ids: Sequence[int]) -> list[Collection]:
    """Those that the viewer may see, in the order asked."""
    rows = await r.fetch(SHOWN, r.digest, list(ids)) if ids else []
    keys = await seal.keys({row["owner"] for row in rows})
    return [_collection(row, keys[row["owner"]]) for row in rows if row["owner"] in keys]


async def get(r: Reader, number: int) -> Collection:
    """Errors: NotFound."""
    found = await many(r, [number])
    if not found:
        raise NotFound
    return found[0]


async def items(r: Reader, ids: Sequence[int]) -> dict[int, list[Item]]:
    """Who is in these collections, as far as the viewer may see it, in the order in which they were added."""
    found: dict[int, list[Item]] = {number: [] for number in ids}
    for row in await r.fetch(ITEMS, r.digest, list(ids)) if ids else ():
        found[row["collection"]].append(
            Item(row["id"], row["account"], "accepted" if row["consents"] else "pending"))
    return found


async def of_account(r: Reader, account: int, limit: int, offset: int = 0) -> list[Collection]:
    """An account's, newest first: all of the viewer's own, of others those that they want found."""
    return await many(r, [row["id"] for row in await r.fetch(OF_ACCOUNT, r.digest, account, limit, offset)])


async def holding(r: Reader, limit: int, offset: int = 0) -> list[Collection]:
    """Those that the viewer is in, the one they were added to last first."""
    return await many(r, [row["id"] for row in await r.fetch(HOLDING, r.digest, limit, offset)])


async def concerning(r: Reader, ids: Sequence[int]) -> list[tuple[Collection, list[Item]]]:
    """Those of these that the viewer may see and is in, each with who is in it: what they are told of."""
    found = await many(r, ids)
    within = await items(r, [one.id for one in found])
    return [(one, within[one.id]) for one in found if any(item.account == r.account for item in within[one.id])]
