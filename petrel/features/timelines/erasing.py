"""Erasing up to where somebody has read. Rings in memory follow the journal: see fanout.py."""

from petrel.core.doors import writing
from petrel.core.erasing import CAUSE, SYSTEM, Batch, Order, erases
from petrel.core.ids import cell_of

DROP = "delete from timelines.marker where cell = $1 and account = $2"


@erases("timelines", Order.FACTS)
async def erase(account: int, at: str) -> Batch:
    async with writing(SYSTEM, cause=CAUSE) as w:
        gone = await w.execute(DROP, cell_of(account), account)
        w.record("timelines.account.swept", account)
    return Batch(gone)
