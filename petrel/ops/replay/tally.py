"""What is counted while a replay plays, and the percentiles made of it afterwards."""

from array import array
from collections import Counter

import numpy as np

from petrel.ops.replay.shapes import Kind, Spread

TEXTS_KEPT = 100  # different texts of refusals or errors; beyond that they are counted under one


class Tally:
    """Counts of this run. `unanswered` is how many operations in a row ended without any answer."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.accepted: Counter[Kind] = Counter()
        self.refused: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.retries: Counter[str] = Counter()
        self.behind_s = array("f")  # how late each operation was sent, by the schedule
        self.unanswered = 0

    @property
    def settled(self) -> int:
        return self.accepted.total() + self.refused.total() + self.errors.total()

    def accept(self, kind: Kind) -> None:
        self.unanswered = 0
        self.accepted[kind] += 1

    def refuse(self, kind: Kind, text: str) -> None:
        self.unanswered = 0
        _count(self.refused, f"{kind.word}: {text}")

    def err(self, kind: Kind, text: str) -> None:
        _count(self.errors, f"{kind.word}: {text}")


def spread(seconds: "np.ndarray | array[float]") -> Spread:
    values = np.asarray(seconds, np.float64) * 1000
    if not len(values):
        return Spread(0, 0.0, 0.0, 0.0)
    p50, p99 = np.percentile(values, [50, 99])
    return Spread(len(values), round(float(p50), 2), round(float(p99), 2), round(float(values.max()), 2))


def _count(counter: Counter[str], text: str) -> None:
    counter[text if text in counter or len(counter) < TEXTS_KEPT else "(others)"] += 1
