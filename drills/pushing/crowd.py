"""People of every cell who read their homes without a pause worth naming, and remember what they got."""

import asyncio
import time
from collections.abc import Sequence

from msgspec import Struct

from petrel.core.ids import cell_of
from petrel.ops.drills import Clients, Lost, Person

PAUSE_S = 0.12
SLOW_S = 0.06


class Asked(Struct, frozen=True):
    """`at`: when it was answered, monotonic."""

    at: float
    cell: int
    account: int
    status: int
    took_s: float


class Crowd:
    """Until the block ends."""

    def __init__(self, wire: Clients, people: Sequence[Person]) -> None:
        self._wire, self._people = wire, people
        self.asked: list[Asked] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Crowd":
        self._tasks = [asyncio.create_task(self._read(one)) for one in self._people]
        return self

    async def __aexit__(self, *_wrong: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def since(self, at: float) -> list[Asked]:
        return [one for one in self.asked if one.at >= at]

    async def _read(self, who: Person) -> None:
        while True:
            began = time.monotonic()
            try:
                status = (await self._wire.ask("GET", "/api/v1/timelines/home", token=who.token)).status
            except Lost:
                status = 0
            now = time.monotonic()
            self.asked.append(Asked(now, cell_of(who.id), who.id, status, now - began))
            await asyncio.sleep(PAUSE_S)


def failed(asked: Sequence[Asked]) -> list[Asked]:
    return [one for one in asked if one.status != 200]
