"""Erasing what stands between somebody and others, at both ends, and what they had their timelines sifted by."""

from petrel.core.doors import writing
from petrel.core.erasing import BATCH, CAUSE, SYSTEM, Batch, Order, erases, pass_over
from petrel.core.ids import cell_of
from petrel.features.relationships.shapes import Bit

UNRELATE = """
delete from relationships.relation where cell = $1 and owner = $2 and other in (
  select other from relationships.relation where cell = $1 and owner = $2 order by other limit $3) returning other, bits
"""
UNRELATE_OTHERS = """
delete from relationships.relation r using unnest($1::bigint[]) o(id)
 where r.cell = law.cell(o.id) and r.owner = o.id and r.other = $2
"""
# An end that holds nothing is not kept: who muted somebody, or noted something, may have the only row of the pair.
UNRELATE_ALONE = """
delete from relationships.relation where ctid >= $1::text::tid and ctid < $2::text::tid and other = $3
"""
OWN = (
    "delete from relationships.filter where cell = $1 and account = $2",
    "delete from relationships.domain_block where cell = $1 and account = $2",
    "delete from relationships.followed_tag where cell = $1 and account = $2",
    "delete from relationships.featured_tag where cell = $1 and account = $2",
)


@erases("relationships", Order.FACTS)
async def erase(account: int, at: str) -> Batch:
    """Follows, requests, blocks, mutes, notes. The entry's refs are the follows that ended: follower, followed."""
    cell = cell_of(account)
    async with writing(SYSTEM, cause=CAUSE) as w:
        gone = await w.change(UNRELATE, cell, account, BATCH)
        others = [row["other"] for row in gone]
        await w.execute(UNRELATE_OTHERS, others, account)
        own = sum([await w.execute(sql, cell, account) for sql in OWN])
        follows = [pair for row in gone for bit, pair in ((Bit.FOLLOWING, (account, row["other"])),
                                                          (Bit.FOLLOWED_BY, (row["other"], account)))
                   if row["bits"] & bit]
        w.record("relationships.account.swept", account, refs=[end for pair in follows for end in pair])
    return Batch(len(gone) + own, "more" if len(gone) == BATCH else "")


@erases("relationships.others", Order.FACTS)
async def erase_others(account: int, at: str) -> Batch:
    async with writing(SYSTEM, cause=CAUSE) as w:
        batch = await pass_over(w, "relationships.relation", UNRELATE_ALONE, account, at)
        if batch.gone:
            w.record("relationships.account.swept", account)
    return batch
