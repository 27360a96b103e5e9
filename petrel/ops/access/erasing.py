"""Erasing what somebody who was of the crew wrote into requests. That they asked or agreed stays, by number: others
rely on it; changes of a role go by themselves after a week."""

from petrel.core import seal
from petrel.core.doors import reading
from petrel.core.erasing import SYSTEM, Batch, Order, erases

ASKED = "select id from access.request where asker = $1"


@erases("access.keys", Order.KEYS)
async def destroy_keys(account: int, at: str) -> Batch:
    async with reading(SYSTEM) as r:
        ids = [row[0] for row in await r.fetch(ASKED, account)]
    return Batch(await seal.destroy(ids))
