"""Erasing what somebody's posts link to, before the posts go, by which it is found (steps go by their names)."""

from petrel.core.doors import deriving
from petrel.core.erasing import BATCH, SYSTEM, Batch, Order, erases
from petrel.features.cards import rows

LINKING = """
select l.post from posts.post p join cards.link l on l.cell = p.cell and l.post = p.id
 where p.cell = law.cell($1) and p.author = $1 limit $2
"""


@erases("cards", Order.FACTS)
async def erase(account: int, at: str) -> Batch:
    async with deriving(SYSTEM.purpose) as w:
        linking = [row["post"] for row in await w.fetch(LINKING, account, BATCH)]
        await rows.drop(w, await rows.unlink(w, linking))
    return Batch(len(linking), "more" if len(linking) == BATCH else "")
