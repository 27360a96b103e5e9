"""Erasing what somebody's posts were in trends. Numbers of tags are of nobody, and are counted anew without them."""

from petrel.core.doors import deriving, writing
from petrel.core.erasing import CAUSE, SYSTEM, Batch, Order, erases

DROP_TRENDS = "delete from discovery.post_trend where author = $1"
DROP_REVIEWS = "delete from discovery.review where author = $1"


@erases("discovery", Order.FACTS)
async def erase(account: int, at: str) -> Batch:
    async with writing(SYSTEM, cause=CAUSE) as w:
        gone = await w.execute(DROP_REVIEWS, account)
        w.record("discovery.account.swept", account)
    return Batch(gone)


@erases("discovery.trends", Order.DERIVED)
async def erase_trends(account: int, at: str) -> Batch:
    """After its posts, so that none is noted again."""
    async with deriving(SYSTEM.purpose) as w:
        return Batch(await w.execute(DROP_TRENDS, account))
