"""How long a request may take, and how many may run at once in this process.

One sweep looks at all running requests four times a second, and only while there are any: a timer for each
request would cost ten times as much, and an idle process must not wake up.
"""

import asyncio
import math
import time

from petrel.core.errors import Unavailable

SWEEP_S = 0.25

# By the word a route names. A write that is cut off was rolled back, or committed without an answer: that is
# why clients send an idempotency key.
SECONDS = {"read": 10.0, "write": 15.0, "upload": 120.0, "page": 20.0}


class Deadlines:
    """The running requests of one process: task to the time it must be done by."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._ends: dict[asyncio.Task[object], float] = {}
        self._overdue: set[asyncio.Task[object]] = set()
        self._sweep_is_due = False

    def __len__(self) -> int:
        return len(self._ends)

    def begin(self, seconds: float) -> asyncio.Task[object]:
        """Errors: Unavailable when too many requests are running."""
        if len(self._ends) >= self.most:
            raise Unavailable("Too many requests are being answered just now; please try again", retry_after_s=1)
        task = asyncio.current_task()
        assert task is not None
        self._ends[task] = time.monotonic() + seconds
        if not self._sweep_is_due:
            self._sweep_is_due = True
            asyncio.get_running_loop().call_later(SWEEP_S, self._sweep)
        return task

    def end(self, task: asyncio.Task[object]) -> None:
        self._ends.pop(task, None)
        self._overdue.discard(task)

    def has_ended(self, task: asyncio.Task[object]) -> bool:
        """Whether a cancellation that arrived was this sweep's; it is taken back then. Ask once."""
        if task not in self._overdue:
            return False
        self._overdue.discard(task)
        task.uncancel()
        return True

    def _sweep(self) -> None:
        now = time.monotonic()
        for task, end in list(self._ends.items()):
            if end <= now:
                self._overdue.add(task)
                # It still runs, and counts, until it has noticed.
                self._ends[task] = math.inf
                task.cancel()
        self._sweep_is_due = bool(self._ends)
        if self._sweep_is_due:
            asyncio.get_running_loop().call_later(SWEEP_S, self._sweep)
