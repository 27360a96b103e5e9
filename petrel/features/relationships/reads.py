"""What a viewer may know of how people stand to each other. What is hidden is left out, never explained."""

from collections import defaultdict
from collections.abc import Sequence

from petrel.core import seal
from petrel.core.doors import Reader
from petrel.core.pages import Page
from petrel.features.accounts import key_of
from petrel.features.relationships.shapes import Edge, Relation

MOST_IDS = 200
MOST_FAMILIAR = 20

RELATIONS = "select * from relationships.relations($1, $2)"
MINE = "select * from relationships.mine($1, $2, $3, $4, $5, $6)"
NETWORK = "select * from relationships.network($1, $2, $3, $4, $5, $6, $7)"
ENDORSED = "select * from relationships.endorsed($1, $2, $3, $4, $5, $6)"
FAMILIAR = "select * from relationships.familiar($1, $2)"
WAITING = "select count(*) from relationships.mine($1, 'requests', 100, null, null, null)"


async def many(r: Reader, ids: Sequence[int]) -> list[Relation]:
    """How the viewer stands to these accounts (the first 200): order kept, each once, unseen dropped."""
    found = await r.fetch(RELATIONS, r.digest, list(dict.fromkeys(ids))[:MOST_IDS])
    notes = [row for row in found if row["sealed_note"]]
    key = await key_of(r.account) if notes and r.account is not None else b""
    told = {row["id"]: seal.open_sealed(key, r.account or 0, row["sealed_note"]).decode() for row in notes}
    return [Relation(row["id"], row["bits"], row["muting_until"], told.get(row["id"], "")) for row in found]


async def one(r: Reader, other: int) -> Relation:
    """Nothing between them, or nothing the viewer may know: an empty relation. Never raises NotFound."""
    found = await many(r, [other])
    return found[0] if found else Relation(other)


async def _page(r: Reader, sql: str, *args: object, page: Page) -> list[Edge]:
    found = [Edge(*row) for row in await r.fetch(
        sql, r.digest, *args, page.limit, page.max_id, page.since_id, page.min_id)]
    return found if page.min_id is None else found[::-1]


async def following(r: Reader, account: int, page: Page) -> list[Edge]:
    """Whom the account follows, newest first; empty where the viewer may not see that."""
    return await _page(r, NETWORK, account, "following", page=page)


async def followers(r: Reader, account: int, page: Page) -> list[Edge]:
    """Who follows the account, newest first; empty where the viewer may not see that."""
    return await _page(r, NETWORK, account, "followers", page=page)


async def endorsed(r: Reader, account: int, page: Page) -> list[Edge]:
    """Whom the account recommends, newest follow first; empty where the viewer may not see the whole profile."""
    return await _page(r, ENDORSED, account, page=page)


async def requests(r: Reader, page: Page) -> list[Edge]:
    """Who asks to follow the viewer, newest first."""
    return await _page(r, MINE, "requests", page=page)


async def count_requests(r: Reader) -> int:
    """How many ask to follow the viewer; 100 for more than that."""
    return int(await r.value(WAITING, r.digest))


async def blocks(r: Reader, page: Page) -> list[Edge]:
    """Whom the viewer blocks, newest first."""
    return await _page(r, MINE, "blocks", page=page)


async def mutes(r: Reader, page: Page) -> list[Edge]:
    """Whom the viewer mutes, newest first; mutes that have ended are left out."""
    return await _page(r, MINE, "mutes", page=page)


async def familiar_followers(r: Reader, ids: Sequence[int]) -> dict[int, list[int]]:
    """For each account (the first 20, in order): who among those the viewer follows follows it, at most 40."""
    wanted = list(dict.fromkeys(ids))[:MOST_FAMILIAR]
    found: defaultdict[int, list[int]] = defaultdict(list)
    for account, familiar in await r.fetch(FAMILIAR, r.digest, wanted) if wanted else ():
        found[account].append(familiar)
    return {account: found[account] for account in wanted}
