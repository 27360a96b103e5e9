"""What answers of the last seconds were like: by group of addresses, and by cell. Read off the tally of all processes.

The tally only counts upward, so what happened since the last time is a difference. A process that was replaced takes
nothing away: rows outlive it.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from petrel.core.ids import CELLS_IN_USE
from petrel.ops.watching import BUCKETS_MS, CLASSES, Measure, Tally

GROUPS: tuple[tuple[str, str], ...] = (
    ("/api/v1/timelines", "timelines"), ("/api/v1/streaming", "streams"), ("/api/v1/statuses", "posts"),
    ("/api/v1/accounts", "accounts"), ("/api/v1/notifications", "notifications"), ("/api/v2/notifications",
    "notifications"), ("/api/v2/search", "search"), ("/api/v1/media", "files"), ("/api/v2/media", "files"),
    ("/media", "files"), ("/oauth", "sign-in"), ("/auth", "sign-in"), ("/api", "other API"), ("/", "pages"))
"""The first that a pattern begins with."""

STEPS_S = (0.0, *(ms / 1000 for ms in BUCKETS_MS), 4 * BUCKETS_MS[-1] / 1000)
"""Ends of the tally's steps; what took longer than all is taken for a few times the last."""

LEAST = 5
"""Answers; of fewer nothing is said about how long they took."""


def group_of(pattern: str) -> str:
    return next((name for start, name in GROUPS if pattern.startswith(start)), "pages")


class Activity:
    """`measured` says what happened since it was called last."""

    def __init__(self, tally: Tally | None) -> None:
        self._tally = tally
        names = list(dict.fromkeys(name for _, name in GROUPS))
        self.groups = tuple(names)
        if tally is not None:
            # One row of zeros and ones for each group: summing up a thousand routes is one multiplication.
            self._which = np.zeros((len(names), len(tally.names)), np.int64)
            for at, pattern in enumerate(tally.names):
                self._which[names.index(group_of(pattern)), at] = 1
        self._before: tuple[np.ndarray, np.ndarray] | None = None

    def measured(self, seconds: float) -> Iterator[Measure]:
        """`seconds` since the last time. Nothing at the first call, which has nothing to compare with."""
        if self._tally is None:
            return
        routes, cells = self._tally.matrices()
        now = (self._which @ routes, cells)
        before, self._before = self._before, now
        if before is None or seconds <= 0:
            return
        whole = np.zeros(now[0].shape[1], np.int64)
        for name, counted in zip(self.groups, now[0] - before[0], strict=True):
            whole += counted
            yield from _of_group(name, counted, seconds)
        yield from _of_group("", whole, seconds)
        for cell, (asked, failed, *took) in enumerate((now[1] - before[1])[:CELLS_IN_USE].tolist()):
            yield Measure("cell_answers_per_s", asked / seconds, str(cell))
            if asked >= LEAST:
                yield Measure("cell_failed_ratio", failed / asked, str(cell))
                yield Measure("cell_p99_seconds", quantile(took, 0.99), str(cell))


def _of_group(name: str, counted: np.ndarray, seconds: float) -> Iterator[Measure]:
    classes, spent_us, took = counted[:len(CLASSES)], counted[len(CLASSES)], counted[len(CLASSES) + 1:]
    asked = int(classes.sum())
    yield Measure("answers_per_s", asked / seconds, name)
    if asked >= LEAST:
        steps = [*took.tolist(), asked - int(took.sum())]
        yield Measure("answer_failed_ratio", float(classes[3]) / asked, name)
        yield Measure("answer_mean_seconds", float(spent_us) / 1e6 / asked, name)
        yield Measure("answer_p50_seconds", quantile(steps, 0.5), name)
        yield Measure("answer_p99_seconds", quantile(steps, 0.99), name)


def quantile(took: Sequence[int], share: float) -> float:
    """Seconds that this share of answers took at most, read off the tally's steps. Pure."""
    left = share * sum(took)
    for number, count in enumerate(took):
        if count and left <= count:
            return STEPS_S[number] + (STEPS_S[number + 1] - STEPS_S[number]) * left / count
        left -= count
    return 0.0
