"""Functions of `outward.Outward` over the rooms watching, speed and accounts."""

import time
from typing import Literal

from petrel.core import clock, closing, limits, room
from petrel.core.doors import reading
from petrel.core.errors import Full, PetrelError, Unavailable
from petrel.core.viewer import Anonymous, Viewer
from petrel.features import accounts
from petrel.ops import speed, watching
from petrel.ops.speed import Speed
from petrel.ops.watching import Health
from petrel.web.outward import Fares, Findable
from petrel.web.rooms.reading import member_of

FARES_KEPT_S, CELLS_KEPT_S = 5.0, 600.0
MOST_FINDABLE = 49_000
"""Of one cell. A sitemap may have 50,000 (sitemaps.org)."""


class OutwardRooms:
    """One per process."""

    def __init__(self) -> None:
        self._fares: tuple[float, Fares] | None = None
        self._cells: tuple[float, list[int]] | None = None

    async def fares(self) -> Fares:
        """Asked of the database once in some seconds, however many ask."""
        if self._fares is None or time.monotonic() > self._fares[0]:
            self._fares = time.monotonic() + FARES_KEPT_S, await _fares()
        return self._fares[1]

    async def findable_cells(self) -> list[int]:
        if self._cells is None or time.monotonic() > self._cells[0]:
            async with reading(Anonymous()) as r:
                self._cells = time.monotonic() + CELLS_KEPT_S, await accounts.findable_cells(r)
        return self._cells[1]

    async def findable(self, cell: int) -> list[Findable]:
        async with reading(Anonymous()) as r:
            found = await accounts.findable(r, cell, MOST_FINDABLE)
        return [Findable(handle, day.isoformat() if day else "") for handle, day in found]

    async def speed(self, viewer: Viewer, days: int) -> Speed:
        async with reading(member_of(viewer)) as r:
            return await speed.seen_by_crew(r, days)


async def _fares() -> Fares:
    lacking = _lacking()
    closed = closing.many()
    said = limits.current().status_notice
    try:
        async with reading(Anonymous()) as r:
            now = await watching.health.health(r)
        word = watching.health.word(now)
    except PetrelError:
        return Fares(word="failing", posting="failing", watch="silent", room=lacking, closed=closed, said=said,
                     at=clock.now())
    is_silent = now.measured_age_s is not None and now.measured_age_s > watching.health.SILENT_S
    return Fares(
        word="limited" if word == "ok" and (closed or lacking != "ok") else word,
        posting=_posting(now), watch="silent" if is_silent else "ok", room=lacking, closed=closed, said=said,
        minutes=max(1, round((now.canary_age_s or 0) / 60)), seconds=f"{(now.canary_took_ms or 0) / 1000:.2f}",
        at=clock.now())


def _posting(now: Health) -> Literal["ok", "unwatched", "starting", "failing"]:
    if watching.health.is_off(now):
        return "unwatched"
    if now.canary_age_s is None:
        return "starting" if now.canary_failed_s is None else "failing"
    return "ok" if now.canary_age_s <= watching.health.LATE_S else "failing"


def _lacking() -> Literal["ok", "uploads", "posts"]:
    """What is refused for want of room, the gravest first."""
    kinds: tuple[room.Kind, ...] = ("posts", "uploads")
    for kind in kinds:
        try:
            room.refuse(kind)
        except (Full, Unavailable):       # no room, or a guard that says so
            return kind
    return "ok"
