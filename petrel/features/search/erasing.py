"""Erasing the keyed hashes of somebody's words. The vocabulary is of nobody."""

from petrel.core.doors import deriving
from petrel.core.erasing import BATCH, SYSTEM, Batch, Order, erases
from petrel.features.search import indexing

DROP = """
delete from search.post_words where post in (
  select post from search.post_words where author = $1 order by post limit $2)
"""
DROP_ACCOUNT = "delete from search.account_words where account = $1"


@erases("search", Order.DERIVED)
async def erase(account: int, at: str) -> Batch:
    """Under the lock of whoever writes the index: what is being indexed now is seen, and goes."""
    async with deriving(SYSTEM.purpose) as w:
        await indexing.hold(w)
        gone = await w.execute(DROP, account, BATCH)
        name = await w.execute(DROP_ACCOUNT, account)
    return Batch(gone + name, "more" if gone == BATCH else "")
