"""When the answer "there is no such thing" goes out: a fixed time after the request came, whatever work it took.

How long somebody had to look tells whether there was something to hide. So every 404 waits for the next multiple of
one step after its arrival, holding neither a place among the running requests nor a connection.
source: docs/law/visibility.md section 14; decision 0014.
"""

import asyncio
import ctypes
import heapq
import itertools
import math
import os
import sys
import time
from collections.abc import Callable

from petrel.core.errors import Unavailable

# More than one process can answer within a step; past it something is wrong, and nobody is let in.
MOST = 4096

_CLOCK_MONOTONIC, _ABSOLUTE = 1, 1
_NS = 1_000_000_000


class Nothing:
    """The answers of one process that wait for their time. `step_s` 0: nothing waits."""

    def __init__(self, step_s: float, most: int = MOST) -> None:
        self.step_s = step_s
        self.most = most
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._clock: Clock | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def refuse_when_full(self) -> None:
        """Before any work is done: an answer that goes out early, even a refusal, tells how long the work took.

        Errors: Unavailable.
        """
        if len(self._waiting) >= self.most:
            raise Unavailable("Too many requests are being answered just now; please try again", retry_after_s=1)

    async def wait(self, came_at: float) -> None:
        """Until the next multiple of the step after `came_at`, a time of `time.monotonic()`."""
        if not self.step_s:
            return
        loop = asyncio.get_running_loop()
        if self._clock is None or self._clock.loop is not loop:
            self._clock, self._waiting = Clock(loop, self._release), []
        at = came_at + self.step_s * (math.floor((time.monotonic() - came_at) / self.step_s) + 1)
        done: asyncio.Future[None] = loop.create_future()
        heapq.heappush(self._waiting, (at, next(self._numbers), done))
        if self._waiting[0][2] is done:
            self._clock.ring_at(at)
        await done

    def _release(self) -> None:
        """Lets go of what is due, and sets the clock for what comes next."""
        now = time.monotonic()
        while self._waiting and self._waiting[0][0] <= now:
            done = heapq.heappop(self._waiting)[2]
            if not done.done():         # whoever waited may have been told to stop
                done.set_result(None)
        if self._waiting and self._clock is not None:
            self._clock.ring_at(self._waiting[0][0])

    def close(self) -> None:
        if self._clock is not None:
            self._clock.close()
            self._clock = None


class Clock:
    """Calls `ring` in `loop` at a time of `time.monotonic()`, to some ten microseconds where the kernel has `timerfd`.

    The timers of an event loop count whole milliseconds from the moment they are set at, so that the fraction of a
    millisecond at which an answer leaves would tell when the work for it was done.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        self.loop = loop
        self._ring = ring
        self._file = -1
        self._timer: asyncio.TimerHandle | None = None
        if sys.platform == "linux":
            self._c = ctypes.CDLL(None, use_errno=True)
            self._file = self._c.timerfd_create(_CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        if self._file >= 0:
            loop.add_reader(self._file, self._rang)

    def ring_at(self, at: float) -> None:
        """Once; a time set before is forgotten. A past time rings at once."""
        if self._file < 0:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self.loop.call_later(max(0.0, at - time.monotonic()), self._ring)
            return
        seconds, nanoseconds = divmod(max(1, int(at * _NS)), _NS)
        setting = (ctypes.c_long * 4)(0, 0, seconds, nanoseconds)      # struct itimerspec: no repetition, then the time
        self._c.timerfd_settime(self._file, _ABSOLUTE, setting, None)

    def _rang(self) -> None:
        try:
            os.read(self._file, 8)
        except BlockingIOError:
            return                      # set anew between its ringing and our coming to look
        self._ring()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._file >= 0:
            if not self.loop.is_closed():
                self.loop.remove_reader(self._file)
            os.close(self._file)
            self._file = -1

    def __del__(self) -> None:
        self.close()
