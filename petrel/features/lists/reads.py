"""The viewer's own lists. Somebody else's list is answered as one that does not exist."""

from collections.abc import Sequence

from petrel.core import seal
from petrel.core.doors import Reader
from petrel.core.errors import NotFound
from petrel.core.pages import Page
from petrel.features.accounts import key_of
from petrel.features.lists.shapes import List, Membership

MINE = "select * from lists.mine($1, $2)"
HOLDING = "select id from lists.holding($1, $2)"
MEMBERS = "select edge, account from lists.members($1, $2, $3, $4, $5, $6)"


async def mine(r: Reader, ids: Sequence[int] | None = None) -> list[List]:
    """The viewer's lists, oldest first; only those among `ids`, when given."""
    found = await r.fetch(MINE, r.digest, None if ids is None else list(ids))
    key = await key_of(found[0]["owner"]) if found else b""
    return [List(row["id"], seal.open_sealed(key, row["owner"], row["sealed_title"]).decode(), row["replies_policy"],
                 row["is_exclusive"]) for row in found]


async def get(r: Reader, list_id: int) -> List:
    """Errors: NotFound."""
    found = await mine(r, [list_id])
    if not found:
        raise NotFound
    return found[0]


async def holding(r: Reader, account: int) -> list[List]:
    """The viewer's lists that this account is in, oldest first."""
    ids = [row["id"] for row in await r.fetch(HOLDING, r.digest, account)]
    return await mine(r, ids) if ids else []


async def members(r: Reader, list_id: int, page: Page | None = None) -> list[Membership]:
    """Who is in the list, newest member first; all of them without a page. Errors: NotFound."""
    await get(r, list_id)
    if page is None:
        page_args: tuple[int | None, ...] = (None, None, None, None)
    else:
        page_args = (page.limit, page.max_id, page.since_id, page.min_id)
    found = [Membership(*row) for row in await r.fetch(MEMBERS, r.digest, list_id, *page_args)]
    return found[::-1] if page is not None and page.min_id is not None else found
