"""Erasing what somebody's posts were in trends, and whom they did not want proposed. Numbers of tags and links are of
nobody, and are counted anew without them.
"""

from petrel.core.doors import deriving, writing
from petrel.core.erasing import CAUSE, SYSTEM, Batch, Order, erases

DROP_TRENDS = "delete from discovery.post_trend where author = $1"
DROP_REVIEWS = "delete from discovery.review where author = $1"
DROP_DISMISSED = "delete from discovery.dismissed where cell = law.cell($1) and account = $1"
DROP_DISMISSALS = "delete from discovery.dismissed where other = $1"


@erases("discovery", Order.FACTS)
async def erase(account: int, at: str) -> Batch:
    async with writing(SYSTEM, cause=CAUSE) as w:
        gone = sum([await w.execute(sql, account) for sql in (DROP_REVIEWS, DROP_DISMISSED, DROP_DISMISSALS)])
        w.record("discovery.account.swept", account)
    return Batch(gone)


@erases("discovery.trends", Order.DERIVED)
async def erase_trends(account: int, at: str) -> Batch:
    """After its posts, so that none is noted again."""
    async with deriving(SYSTEM.purpose) as w:
        return Batch(await w.execute(DROP_TRENDS, account))
