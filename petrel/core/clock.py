"""The time. Everything asks here, so that tests can freeze it."""

import time
from datetime import UTC, datetime

_frozen_ms: int | None = None


def now_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000 if _frozen_ms is None else _frozen_ms


def now() -> datetime:
    return datetime.fromtimestamp(now_ms() / 1000, UTC)


def freeze(at: datetime | None) -> None:
    """For tests: stop the clock at an instant, or let it run again with None."""
    global _frozen_ms
    _frozen_ms = None if at is None else int(at.timestamp() * 1000)
