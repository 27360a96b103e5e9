"""Erasing what somebody was going to publish."""

from petrel.core import seal
from petrel.core.doors import reading, writing
from petrel.core.erasing import CAUSE, SYSTEM, Batch, Order, erases
from petrel.core.ids import cell_of

ALL_OF = "select id from drafts.draft where cell = $1 and account = $2"
DROP = "delete from drafts.draft where cell = $1 and account = $2"


@erases("drafts.keys", Order.KEYS)
async def destroy_keys(account: int, at: str) -> Batch:
    """At most 400."""
    async with reading(SYSTEM) as r:
        ids = [row[0] for row in await r.fetch(ALL_OF, cell_of(account), account)]
    return Batch(await seal.destroy(ids))


@erases("drafts", Order.FACTS)
async def erase(account: int, at: str) -> Batch:
    async with writing(SYSTEM, cause=CAUSE) as w:
        gone = await w.execute(DROP, cell_of(account), account)
        w.record("drafts.account.swept", account)
    return Batch(gone)
