"""How often something that keeps dying is tried again."""

from collections import deque

from msgspec import Struct


class Patience(Struct, frozen=True):
    """After `limit` deaths within `window_s` a thing counts as failing, and is tried every `slow_s` only."""

    first_s: float = 0.1
    limit: int = 5
    window_s: float = 60.0
    slow_s: float = 30.0
    drain_s: float = 10.0
    """How long a process may take to finish after it was asked to stop."""


class Deaths:
    """The recent deaths of one thing. Times are monotonic seconds."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._times: deque[float] = deque()
        self.failing = False
        self.total = 0
        self.last = ""
        self.retry_at = 0.0

    def add(self, now: float, how: str) -> bool:
        """Counts a death and sets `retry_at`. True if it made the thing a failing one just now."""
        self._times.append(now)
        while self._times[0] < now - self._patience.window_s:
            self._times.popleft()
        self.total += 1
        self.last = how
        was_failing = self.failing
        self.failing = was_failing or len(self._times) >= self._patience.limit
        delay_s = self._patience.first_s * 2 ** (len(self._times) - 1)
        self.retry_at = now + (self._patience.slow_s if self.failing else delay_s)
        return self.failing and not was_failing

    def has_lived(self, since: float, now: float) -> bool:
        """Forgives a failing thing that has been up for a whole window; true when it does."""
        if not self.failing or now - since < self._patience.window_s:
            return False
        self.failing = False
        self._times.clear()
        return True
