"""Can two kinds of answers be told apart by how long they take? A test that says so, and how sharp it is.

Mann-Whitney's test sees that one kind comes later on the whole, whatever the shape; the difference of the medians
under random relabelling sees a shift that a few slow answers hide. Both have to speak before anything is said.
"""

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

ALPHA = 0.001
RELABELLED, REPEATED = 1000, 60


class Comparison(Struct, frozen=True):
    """`p_rank` and `p_median`: how often chance alone would set two samples of one kind so far apart."""

    count: int
    median_a_ms: float
    median_b_ms: float
    p_rank: float
    p_median: float

    @property
    def told_apart(self) -> bool:
        return self.p_rank < ALPHA and self.p_median < ALPHA


def compare(a_s: Sequence[float], b_s: Sequence[float], seed: int = 1) -> Comparison:
    """`a_s`, `b_s`: seconds, some hundred of each, asked for in random order."""
    a, b = np.asarray(a_s, np.float64), np.asarray(b_s, np.float64)
    return Comparison(len(a) + len(b), float(np.median(a)) * 1000, float(np.median(b)) * 1000, p_rank(a, b),
                      p_median(a, b, np.random.default_rng(seed)))


def power(a_s: Sequence[float], b_s: Sequence[float], later_s: float, seed: int = 1) -> float:
    """How often `compare` would tell them apart if each answer of the first kind came `later_s` later.

    Both samples are drawn anew from all answers together, again and again: what they differ in now takes no part.
    """
    draw = np.random.default_rng(seed)
    both = np.concatenate([np.asarray(a_s, np.float64), np.asarray(b_s, np.float64)])
    found = 0
    for _ in range(REPEATED):
        a, b = draw.choice(both, len(a_s)) + later_s, draw.choice(both, len(b_s))
        found += p_rank(a, b) < ALPHA and p_median(a, b, draw) < ALPHA
    return found / REPEATED


def p_rank(a: np.ndarray, b: np.ndarray) -> float:
    """Mann-Whitney, two-sided, in its normal approximation with ties."""
    both = np.concatenate([a, b])
    _, place, counts = np.unique(both, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2.0)[place]
    n, m, total = len(a), len(b), len(both)
    u = ranks[:n].sum() - n * (n + 1) / 2
    ties = float(((counts**3 - counts).sum()) / (total * (total - 1)))
    spread = math.sqrt(n * m / 12.0 * (total + 1 - ties))
    return math.erfc(abs(u - n * m / 2.0) / spread / math.sqrt(2)) if spread else 1.0


def p_median(a: np.ndarray, b: np.ndarray, draw: np.random.Generator) -> float:
    """The difference of the medians among those of random relabellings."""
    both = np.concatenate([a, b])
    seen = abs(np.median(a) - np.median(b))
    mixed = draw.permuted(np.tile(both, (RELABELLED, 1)), axis=1)
    chance = np.abs(np.median(mixed[:, : len(a)], axis=1) - np.median(mixed[:, len(a) :], axis=1))
    return float((np.count_nonzero(chance >= seen) + 1) / (RELABELLED + 1))
