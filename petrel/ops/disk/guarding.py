"""Every second, in the brain's process: how much room is left, who takes it, and the ballast. Needs no database."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

import structlog

from petrel.ops import watching
from petrel.ops.disk.ballast import Ballast
from petrel.ops.disk.culprits import Culprit, Writers
from petrel.ops.disk.forecasting import Course
from petrel.ops.disk.places import Size, sizes
from petrel.ops.watching import Measure

log = structlog.get_logger("petrel.disk")

EVERY_S, WRITERS_S, SIZES_S = 1.0, 5.0, 60.0
QUIET_S, QUIET_BYTES = 2.5, 1 << 20
LOSES_BYTES_PER_S = 64 << 10
UNSEEN = ("That is not most of it: what processes of other users write, the site may not see. As root: find DIRECTORY "
          "-xdev -type f -size +50M -mmin -10, for the directory where the disk is mounted.")


class Guard:
    def __init__(self, data: Path, ballast_bytes: int) -> None:
        self._data = data
        self._ballast = Ballast(data, ballast_bytes)
        self._course = Course()
        self._writers = Writers(data)
        self._writers_at_s = self._sizes_at_s = -SIZES_S
        self.culprits: list[Culprit] = []
        self.is_unseen = False
        self.sizes: list[Size] = []
        watching.source(self.measured)
        watching.explains("disk_", self.explained)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. Nothing that goes wrong here ends it."""
        while not stop.is_set():
            try:
                await self.look()
            except Exception as e:
                log.error("the disk cannot be looked at", exc_info=e)
            try:
                await asyncio.wait_for(stop.wait(), EVERY_S)
            except TimeoutError:
                pass

    async def look(self) -> None:
        now_s, state = time.monotonic(), os.statvfs(self._data)
        free = state.f_bavail * state.f_frsize
        # What ballast takes and gives is nobody's growth.
        self._course.add(now_s, free + self._ballast.held_bytes())
        try:
            self._ballast.tend(free, is_losing=self._course.lost_bytes(QUIET_S) > QUIET_BYTES)
        except OSError as e:
            log.warning("ballast", error=e.strerror)
        if now_s - self._writers_at_s >= WRITERS_S:
            self._writers_at_s = now_s
            found = await asyncio.to_thread(self._writers.look, now_s)
            # Who wrote last is remembered when it stops: the disk stays full, and somebody asks why.
            loss = self._course.lost_bytes(WRITERS_S) / WRITERS_S
            if loss > LOSES_BYTES_PER_S:
                self.culprits = found
                self.is_unseen = sum(one.bytes_per_s for one in found) < loss / 2
        if now_s - self._sizes_at_s >= SIZES_S:
            self._sizes_at_s = now_s
            self.sizes = await asyncio.to_thread(sizes, self._data)

    def measured(self, _data: Path) -> Iterator[Measure]:
        full_in_s = self._course.full_in_s()
        if full_in_s is not None:
            yield Measure("disk_full_in_seconds", full_in_s)
        for one in self.sizes:
            yield Measure("disk_place_bytes", one.bytes, one.place)
            if one.budget:
                yield Measure("disk_over_budget_ratio", one.bytes / one.budget, one.place)

    def explained(self) -> str:
        """For people who are told that the disk fills."""
        told = [f"Now or last: {one}." for one in self.culprits]
        if self.is_unseen:
            told.append(UNSEEN)
        largest = ", ".join(f"{one.place} {one.bytes / (1 << 20):.0f} MiB" for one in self.sizes[:5])
        return "\n".join([*told, f"Largest: {largest}."])
