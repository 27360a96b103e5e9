"""Erasing what somebody uploaded: files that somebody else uploaded too stay theirs."""

from petrel.core import seal
from petrel.core.doors import reading, writing
from petrel.core.erasing import BATCH, CAUSE, SYSTEM, Batch, Order, erases
from petrel.core.ids import cell_of
from petrel.features.media.commands import drop

SOLE_FILES = """
select distinct r.file from media.rendition r join media.upload u on u.cell = r.cell and u.id = r.upload
 where u.cell = $1 and u.account = $2 and u.use <> 4 and r.file > $3
   and not exists (select from media.rendition o where o.file = r.file and o.account <> $2)
 order by 1 limit $4
"""
ALL_OF = "select id from media.upload where cell = $1 and account = $2 and use <> 4 order by id limit $3"


@erases("media.keys", Order.KEYS)
async def destroy_keys(account: int, at: str) -> Batch:
    async with reading(SYSTEM) as r:
        ids = [row[0] for row in await r.fetch(SOLE_FILES, cell_of(account), account, int(at or 0), BATCH)]
    return Batch(await seal.destroy(ids), str(ids[-1]) if len(ids) == BATCH else "")


@erases("media", Order.FACTS)
async def erase(account: int, at: str) -> Batch:
    async with writing(SYSTEM, cause=CAUSE) as w:
        ids = [row[0] for row in await w.fetch(ALL_OF, cell_of(account), account, BATCH)]
        await drop(w, ids)
    return Batch(len(ids), "more" if len(ids) == BATCH else "")
