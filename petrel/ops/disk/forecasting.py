"""When the disk will be full. Pure."""

from collections import deque
from collections.abc import Sequence

KEEP_S = 600.0
LEAST_S, WINDOW_S = 8.0, 60.0
LEAST_DAYS = 2.0


class Course:
    """How much room there was in the last minutes: `add` each second."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def add(self, now_s: float, free_bytes: int) -> None:
        self._seen.append((now_s, free_bytes))
        while self._seen[0][0] < now_s - KEEP_S:
            self._seen.popleft()

    def loss_per_s(self) -> float:
        """Bytes a second, over the last minute; 0 when it is too early to say, or room is gained."""
        if not self._seen:
            return 0.0
        now_s, free = self._seen[-1]
        since, before = next((one for one in self._seen if one[0] >= now_s - WINDOW_S), self._seen[-1])
        return max(0.0, (before - free) / (now_s - since)) if now_s - since >= LEAST_S else 0.0

    def lost_bytes(self, within_s: float) -> int:
        """Room that was lost in the last seconds; 0 when some was gained."""
        now_s, free = self._seen[-1]
        return max(0, max(room for at_s, room in self._seen if at_s >= now_s - within_s) - free)

    def full_in_s(self) -> float | None:
        """None while no room is being lost."""
        loss = self.loss_per_s()
        return self._seen[-1][1] / loss if loss > 0 else None


def per_day(samples: Sequence[tuple[float, int]]) -> float | None:
    """Growth in bytes a day by least squares over (days, bytes); None for less than two days."""
    if len(samples) < 3 or samples[-1][0] - samples[0][0] < LEAST_DAYS:
        return None
    mean_x = sum(x for x, _ in samples) / len(samples)
    mean_y = sum(y for _, y in samples) / len(samples)
    width = sum((x - mean_x) ** 2 for x, _ in samples)
    return sum((x - mean_x) * (y - mean_y) for x, y in samples) / width
