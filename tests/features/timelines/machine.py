"""The rings of a machine, driven by hand."""

import asyncio
from pathlib import Path

from petrel.core import tail
from petrel.core.doors import reading
from petrel.core.viewer import Member, System
from petrel.features.timelines import fanout as fanouts
from petrel.features.timelines import reads, rings
from petrel.features.timelines.rules import kept


class Machine:
    """The rings of a machine, driven by hand instead of by the followers' process."""

    def __init__(self, folder: Path, slots: int = 64) -> None:
        self.rings = rings.open_rings(folder / "rings", slots)
        self.fanout = fanouts.Fanout(self.rings)
        self.tail = tail.Tail(fetch)
        self.at: tail.Position | None = None

    async def follow_journal(self) -> None:
        """Takes what the journal has, and waits for the rings that this had built."""
        while True:
            if self.at is None:
                self.at = await self.tail.begin()
            batch = await tail.after(fetch, self.at)
            if not batch.entries:
                break
            self.fanout.take(batch.entries)
            self.at = batch.positions[-1]
        await self.settled()

    async def settled(self) -> None:
        while self.fanout._building:
            await asyncio.gather(*self.fanout._building.values(), return_exceptions=True)

    async def home(self, viewer: Member) -> list[tuple[int, int]]:
        slot = self.fanout.slot_of[viewer.account]
        stars = [int(s) for s in self.rings.stars[slot] if s]
        return kept(reads._merged(self.rings, slot, stars))


async def fetch(sql, *args):
    async with reading(System("t")) as r:
        return list(await r.fetch(sql, *args))
