"""Whether the cells that have a change still do what they are for: looked at every ten seconds while it is under way.

A look takes seconds where something is wrong, so the controller does not wait for one. What is wrong in a cell that has
the change, right in one that has not, and wrong once more, is the change's doing; what is wrong in both is somebody
else's to say (the canary's).
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence

from petrel.ops.changes.shapes import Change

EVERY_S = 10.0
Look = Callable[[int], Awaitable[str]]
_random = random.SystemRandom()


class Proving:
    """`look`: what is wrong in a cell, "" when nothing is."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self.doubts: set[int] = set()           # something was wrong once: no change of these goes on meanwhile
        self._under_way: dict[int, tuple[float, asyncio.Task[str]]] = {}

    def turn(self, changes: Sequence[Change]) -> dict[int, str]:
        """Begins what is due; says of which changes something was found, and what."""
        now, found = time.monotonic(), {}
        for gone in set(self._under_way) - {change.id for change in changes}:
            self._under_way.pop(gone)[1].cancel()
        for change in changes:
            began, task = self._under_way.get(change.id, (0.0, None))
            if task is not None and not task.done():
                continue
            if task is not None and (said := _said(task)):
                found[change.id] = said
            if change.state == "going" and now - began >= EVERY_S:
                self._under_way[change.id] = now, asyncio.create_task(self.prove(change))
        return found

    async def prove(self, change: Change) -> str:
        """What is wrong where it is and nowhere else, or ""."""
        # Each change has cells of its own: another change's doing is seldom in both of these.
        first, *more = _random.sample(change.cells, min(2, len(change.cells)))
        if not await self._look(first):
            return ""
        self.doubts.add(change.id)
        try:
            control = change.visiting[change.reach:]
            if control and await self._look(_random.choice(control)):
                return ""
            return await self._look(more[0] if more else first)
        finally:
            self.doubts.discard(change.id)


def _said(task: "asyncio.Task[str]") -> str:
    """What goes wrong with looking is no change's doing."""
    return "" if task.cancelled() or task.exception() is not None else task.result()


__all__ = ["EVERY_S", "Look", "Proving"]
