"""Erasing what is known of how somebody came in."""

from petrel.core.doors import writing
from petrel.core.erasing import CAUSE, SYSTEM, Batch, Order, erases

DROP = "delete from signup.arrival where cell = law.cell($1) and account = $1"


@erases("signup", Order.FACTS)
async def erase(account: int, at: str) -> Batch:
    async with writing(SYSTEM, cause=CAUSE) as w:
        gone = await w.execute(DROP, account)
        if gone:
            w.record("signup.account.swept", account)
    return Batch(gone)
