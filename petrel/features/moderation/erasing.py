"""Erasing what moderation holds of somebody: what they reported, copies of what they wrote, reasons and appeals about
them. What was decided stays, of a number that says nothing."""

from petrel.core import seal
from petrel.core.doors import reading, writing
from petrel.core.erasing import BATCH, CAUSE, SYSTEM, Batch, Order, erases

REPORTS = "select id from moderation.report where reporter = $1 order by id limit $2"
COPIES = "select id from moderation.evidence where author = $1 order by id limit $2"
REASONS = "select id from moderation.decision where cell = law.cell($1) and about = $1 and id > $2 order by id limit $3"
APPEALS = "select id from moderation.appeal where cell = law.cell($1) and account = $1 and id > $2 order by id limit $3"
FORGET_REPORTS = "update moderation.report set sealed = '', reporter = null where id = any ($1::bigint[])"
DROP_COPIES = "delete from moderation.evidence where id = any ($1::bigint[])"
EMPTY_REASONS = "update moderation.decision set sealed = '' where id = any ($1::bigint[])"
EMPTY_APPEALS = "update moderation.appeal set sealed = '', sealed_answer = null where id = any ($1::bigint[])"


@erases("moderation.keys", Order.KEYS)
async def destroy_keys(account: int, at: str) -> Batch:
    """Of reasons and appeals, whose rows stay."""
    async with reading(SYSTEM) as r:
        rows = [*await r.fetch(REASONS, account, int(at or 0), BATCH), *await r.fetch(APPEALS, account, int(at or 0),
                                                                                     BATCH)]
    ids = sorted(row["id"] for row in rows)
    gone = await seal.destroy(ids)
    return Batch(gone, str(ids[BATCH - 1]) if len(ids) >= BATCH else "")


@erases("moderation", Order.FACTS)
async def erase(account: int, at: str) -> Batch:
    async with writing(SYSTEM, cause=CAUSE) as w:
        reports = [row[0] for row in await w.fetch(REPORTS, account, BATCH)]
        copies = [row[0] for row in await w.fetch(COPIES, account, BATCH)]
        told = [row[0] for row in await w.fetch(REASONS, account, int(at or 0), BATCH)]
        appeals = [row[0] for row in await w.fetch(APPEALS, account, int(at or 0), BATCH)]
        await seal.destroy([*reports, *copies])
        await w.execute(FORGET_REPORTS, reports)
        await w.execute(DROP_COPIES, copies)
        await w.execute(EMPTY_REASONS, told)
        await w.execute(EMPTY_APPEALS, appeals)
        if reports or copies or told or appeals:
            w.record("moderation.account.swept", account)
    further = max(len(reports), len(copies), len(told), len(appeals)) >= BATCH
    ids = sorted([*told, *appeals])
    return Batch(len(reports) + len(copies) + len(ids),
                 str(ids[min(len(ids), BATCH) - 1] if ids else int(at or 0)) if further else "")
