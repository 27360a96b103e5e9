"""Erasing what this room holds of somebody: exports with their files and keys, consents, and who asked for what."""

from petrel.core.doors import deriving
from petrel.core.erasing import SYSTEM, Batch, Order, erases
from petrel.core.ids import cell_of
from petrel.features.privacy import exporting

DROP_CONSENTS = "delete from privacy.consent where cell = $1 and account = $2"
# The erasure itself is forgotten by `erasure.run` when it is done.
FORGET = "update privacy.request set account = null where account = $1 and kind <> 'erasure'"


@erases("privacy.exports", Order.FACTS)
async def erase_exports(account: int, at: str) -> Batch:
    return Batch(await exporting.discard_all(account))


@erases("privacy", Order.FACTS)
async def erase(account: int, at: str) -> Batch:
    async with deriving(SYSTEM.purpose) as w:
        gone = await w.execute(DROP_CONSENTS, cell_of(account), account)
        return Batch(gone + await w.execute(FORGET, account))
