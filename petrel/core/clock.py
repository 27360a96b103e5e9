"""The time. Everything asks here, so that tests can freeze it."""

import time
from datetime import UTC, datetime

SMALL_NS = 50_000_000           # steps back that are taken over at once: who counts on by the clock has to bear them

_frozen_ms: int | None = None
_between_ns = -(1 << 63)        # from the time since boot to the time of day, as `steady_ms` has it


def now_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000 if _frozen_ms is None else _frozen_ms


def steady_ms() -> int:
    """As `now_ms`, and in one process never set back: when the machine's clock is, this one goes on as before."""
    global _between_ns
    if _frozen_ms is not None:
        return _frozen_ms
    wall_ns = time.time_ns()
    since_boot_ns = time.monotonic_ns()         # read last: whoever waits between the two is not ahead of the time
    if since_boot_ns + _between_ns - wall_ns <= SMALL_NS:
        _between_ns = wall_ns - since_boot_ns
    return (since_boot_ns + _between_ns) // 1_000_000


def now() -> datetime:
    return datetime.fromtimestamp(now_ms() / 1000, UTC)


def freeze(at: datetime | None) -> None:
    """For tests: stop the clock at an instant, or let it run again with None."""
    global _frozen_ms
    _frozen_ms = None if at is None else int(at.timestamp() * 1000)
