"""Erasing somebody's collections, and their places in the collections of others."""

from petrel.core.doors import writing
from petrel.core.erasing import CAUSE, SYSTEM, Batch, Order, erases

AT_ONCE = 5000
DROP = "delete from collections.collection where owner = $1 returning id"
DROP_ITEMS = """
delete from collections.item i using unnest($1::bigint[]) c(id) where i.cell = law.cell(c.id) and i.collection = c.id
"""
LEAVE = """
with few as (select cell, collection, account from collections.item where account = $1 limit $2)
delete from collections.item i using few f
 where i.cell = f.cell and i.collection = f.collection and i.account = f.account
"""


@erases("collections", Order.FACTS)
async def erase(account: int, at: str) -> Batch:
    """At most ten collections, of 25 accounts and as many as have left."""
    async with writing(SYSTEM, cause=CAUSE) as w:
        gone = [row[0] for row in await w.change(DROP, account)]
        items = await w.execute(DROP_ITEMS, gone)
        w.record("collections.account.swept", account, refs=gone)
    return Batch(len(gone) + items)


@erases("collections.others", Order.FACTS)
async def erase_places(account: int, at: str) -> Batch:
    async with writing(SYSTEM, cause=CAUSE) as w:
        gone = await w.execute(LEAVE, account, AT_ONCE)
        if gone:
            w.record("collections.account.swept", account)
    return Batch(gone, "more" if gone == AT_ONCE else "")
