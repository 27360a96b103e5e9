"""Erasing what an account had of its own, and its number from the changes that gave it."""

from petrel.core.doors import deriving
from petrel.core.erasing import Batch, Order, erases

DROP = "delete from ops.flag_account where account = $1"
FORGET = """
update ops.change set what = what - 'account', inverse = inverse - 'account'
 where kind = 'flag-for' and what->>'account' = $1::text
"""


@erases("flags", Order.FACTS)
async def erase(account: int, at: str) -> Batch:
    async with deriving("changes") as w:
        return Batch(await w.execute(DROP, account) + await w.execute(FORGET, str(account)))
