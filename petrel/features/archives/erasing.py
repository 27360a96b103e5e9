"""Erasing what is known of somebody's imports."""

from petrel.core.doors import writing
from petrel.core.erasing import BATCH, CAUSE, SYSTEM, Batch, Order, erases
from petrel.core.ids import cell_of

DROP_ITEMS = """
delete from archives.item where cell = $1 and account = $2 and source in (
  select source from archives.item where cell = $1 and account = $2 limit $3)
"""
DROP_IMPORTS = "delete from archives.import where cell = $1 and account = $2"
DROP_WAITING = "delete from archives.waiting where cell = $1 and account = $2"


@erases("archives", Order.FACTS)
async def erase(account: int, at: str) -> Batch:
    async with writing(SYSTEM, cause=CAUSE) as w:
        gone = await w.execute(DROP_ITEMS, cell_of(account), account, BATCH)
        imports = await w.execute(DROP_IMPORTS, cell_of(account), account) if gone < BATCH else 0
        imports += await w.execute(DROP_WAITING, cell_of(account), account)
        if gone or imports:
            w.record("archives.account.swept", account)
    return Batch(gone + imports, "more" if gone == BATCH else "")
