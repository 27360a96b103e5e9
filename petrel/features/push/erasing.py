"""Erasing where somebody's apps wanted to be told. The key of the address is the account's own."""

from petrel.core.doors import writing
from petrel.core.erasing import CAUSE, SYSTEM, Batch, Order, erases

OWN = "delete from push.subscription where cell = law.cell($1) and account = $1"


@erases("push", Order.FACTS)
async def erase(account: int, at: str) -> Batch:
    async with writing(SYSTEM, cause=CAUSE) as w:
        gone = await w.execute(OWN, account)
        if gone:
            w.record("push.account.swept", account)
    return Batch(gone)
