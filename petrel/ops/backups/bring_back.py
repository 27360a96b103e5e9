"""A restored database that runs and is not served: replayed, signed, checked. In this order."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from msgspec import Struct

from petrel.core import clock
from petrel.features import media
from petrel.ops.backups import checks, replay
from petrel.ops.backups.meter import Meter
from petrel.ops.backups.replay import begin_epoch
from petrel.ops.backups.restore import Ask, Known
from petrel.storage.pools import Addresses

__all__ = ["Outcome", "begin_epoch", "finish", "owners"]


class Outcome(Struct, frozen=True):
    """`lost`: roots after `restored_to` up to `lost_until` are those of the lost past. `until_ms`: what was
    acknowledged before is there, by the archive of the log; 0 without one."""

    backup: str
    epoch: int
    restored_to: int
    lost_until: int
    surfaces_closed: int
    replayed: replay.Replayed
    checked: checks.Checked
    until_ms: int = 0


@asynccontextmanager
async def owners(addresses: Addresses) -> AsyncIterator[tuple[Any, Any]]:
    """Connections that see every row of the main cluster and of the keyring."""
    owner = await asyncpg.connect(**addresses.main["owner"])
    try:
        ring = await asyncpg.connect(**addresses.keyring["owner"])
        try:
            yield owner, ring
        finally:
            await ring.close()
    finally:
        await owner.close()


async def finish(ask: Ask, known: Known, epoch: int, owner: Any, ring: Any,
                 meter: Meter) -> Outcome:
    """The doors are open, the new epoch has begun."""
    meter.lap("preparing")
    done = await replay.replay(known.lines, owner)
    await media.emojis.write_down()
    closed = await replay.close_all() if ask.witness is None else 0
    signed = await replay.sign(ask, known, epoch, clock.now_ms())
    meter.lap("replaying")
    checked = await checks.check(ask, known, owner, ring)
    meter.lap("checking")
    return Outcome(ask.pair.data.backup, epoch, signed.restored_to, signed.lost_until, closed, done, checked,
                   ask.rolled.until_ms if ask.rolled is not None else 0)
