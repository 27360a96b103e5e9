"""Erasing somebody's lists, and their places in the lists of others."""

from petrel.core.doors import writing
from petrel.core.erasing import CAUSE, SYSTEM, Batch, Order, erases, pass_over
from petrel.core.ids import cell_of

DROP_LISTS = "delete from lists.list where cell = $1 and owner = $2 returning id"
DROP_MEMBERS = "delete from lists.member where cell = $1 and list = any($2::bigint[])"
LEAVE = "delete from lists.member where ctid >= $1::text::tid and ctid < $2::text::tid and account = $3"


@erases("lists", Order.FACTS)
async def erase(account: int, at: str) -> Batch:
    """At most fifty lists of 5,000 members."""
    async with writing(SYSTEM, cause=CAUSE) as w:
        lists = [row[0] for row in await w.change(DROP_LISTS, cell_of(account), account)]
        members = await w.execute(DROP_MEMBERS, cell_of(account), lists)
        w.record("lists.account.swept", account, refs=lists)
    return Batch(len(lists) + members)


@erases("lists.others", Order.FACTS)
async def erase_places(account: int, at: str) -> Batch:
    async with writing(SYSTEM, cause=CAUSE) as w:
        batch = await pass_over(w, "lists.member", LEAVE, account, at)
        if batch.gone:
            w.record("lists.account.swept", account)
    return batch
