"""Is this release slower than the one before? Histograms of two releases, cell by cell. Pure.

In each cell the two are compared by ranks (Mann-Whitney): how likely a number of the new one is larger than a number of
the old one. That needs no shape of the numbers and is not moved by a few wild ones. The cells are 16 small samples of
the same sessions, drawn by chance: what they differ in among each other says how much chance does here, slow telephones
that send many numbers included, which no formula over single numbers would know (decision 0063).
"""

from collections.abc import Mapping, Sequence
from math import sqrt

from msgspec import Struct

from petrel.core.metrics import PER_OCTAVE
from petrel.ops.speed.rules import Measure

LEAST_NUMBERS = 200
"""In each release. With fewer nothing is said."""

LEAST_CELLS, LEAST_IN_A_CELL = 12, 5
SURE = 7.0
"""So many times what chance does. Looked at every two minutes for weeks, over 78 kinds of numbers, and never more than
one false alarm in a hundred releases: tests/ops/test_speed_changes.py tries it."""

NOTABLY = 1.10
Cells = Mapping[int, Sequence[int]]


class Comparison(Struct, frozen=True):
    """`was`, `is_now`: what three quarters of the numbers are within, in the measure's unit. `weight`: as Change."""

    counted: int
    was: float
    is_now: float
    weight: float

    def is_slower(self, measure: Measure) -> bool:
        """More than chance, and more than nothing to anybody."""
        is_notable = self.is_now >= self.was * NOTABLY and self.is_now - self.was >= measure.notable
        return self.weight >= SURE and is_notable


def compare(before: Cells, now: Cells, measure: Measure) -> Comparison | None:
    """None where there is too little to say anything."""
    sums = [[sum(numbers) for numbers in zip(*cells.values(), strict=True)] for cells in (before, now)]
    if any(sum(one) < LEAST_NUMBERS for one in sums):
        return None
    pairs = [(before[cell], now[cell]) for cell in before.keys() & now.keys()]
    found = [_ranked(a, b) for a, b in pairs if min(sum(a), sum(b)) >= LEAST_IN_A_CELL]
    if len(found) < LEAST_CELLS:
        return None
    was, is_now = (_quantile(one, 0.75) / measure.scale for one in sums)
    return Comparison(sum(sums[1]), was, is_now, _weight(found))


def _ranked(a: Sequence[int], b: Sequence[int]) -> tuple[float, float]:
    """(how much more often than not a number of b is the larger, the variance that chance alone gives that)."""
    n, m = sum(a), sum(b)
    below, larger, ties = 0, 0.0, 0.0
    for one, other in zip(a, b, strict=True):
        larger += other * (below + one / 2)
        below += one
        ties += (one + other) ** 3 - (one + other)
    whole = n + m
    return larger / (n * m) - 0.5, max(whole + 1 - ties / (whole * (whole - 1)), 1e-9) / (12 * n * m)


def _weight(found: Sequence[tuple[float, float]]) -> float:
    weights = [1 / variance for _, variance in found]
    mean = sum(w * effect for w, (effect, _) in zip(weights, found, strict=True)) / sum(weights)
    spread = sum(w * (effect - mean) ** 2 for w, (effect, _) in zip(weights, found, strict=True)) / (len(found) - 1)
    return mean * sqrt(sum(weights) / max(1.0, spread))


def _quantile(counts: Sequence[int], share: float) -> float:
    """Within a step of the scale as if numbers were spread evenly in it: finer than core.metrics.quantile."""
    left = share * sum(counts)
    for number, count in enumerate(counts):
        if count and left <= count:
            part = left / count
            return part if number == 0 else 2.0 ** ((number - 1 + part) / PER_OCTAVE)
        left -= count
    return 0.0
