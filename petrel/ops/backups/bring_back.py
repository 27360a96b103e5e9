"""A restored database that runs and is not served: replayed, signed, checked. In this order."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec
from msgspec import Struct

from petrel.core import clock
from petrel.ops.backups import checks, replay
from petrel.ops.backups.replay import begin_epoch
from petrel.ops.backups.restore import Ask, Known
from petrel.storage.pools import Addresses

__all__ = ["Outcome", "Watch", "begin_epoch", "finish", "owners", "with_stages"]


class Outcome(Struct, frozen=True):
    """`lost`: roots after `restored_to` up to `lost_until` are those of the lost past. `until_ms`: what was
    acknowledged before is there, by the archive of the log; 0 without one. `stages_s`: how long each took."""

    backup: str
    epoch: int
    restored_to: int
    lost_until: int
    surfaces_closed: int
    replayed: replay.Replayed
    checked: checks.Checked
    until_ms: int = 0
    stages_s: dict[str, float] = {}


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


async def finish(ask: Ask, known: Known, epoch: int, owner: Any, ring: Any) -> Outcome:
    """The doors are open, the new epoch has begun."""
    done = await replay.replay(known.lines, owner)
    closed = await replay.close_all() if ask.witness is None else 0
    signed = await replay.sign(ask, known, epoch, clock.now_ms())
    checked = await checks.check(ask, known, owner, ring)
    return Outcome(ask.pair.data.backup, epoch, signed.restored_to, signed.lost_until, closed, done, checked,
                   ask.rolled.until_ms if ask.rolled is not None else 0)


class Watch:
    """How long the stages of a restore took, in seconds."""

    def __init__(self) -> None:
        self.laps_s: dict[str, float] = {}
        self._at = time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps_s[name], self._at = round(now - self._at, 3), now


def with_stages(outcome: Outcome, laps_s: dict[str, float]) -> Outcome:
    return msgspec.structs.replace(outcome, stages_s=laps_s)
