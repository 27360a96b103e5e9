"""How long things take, counted in the memory of each process: a histogram for each name, on a logarithmic scale.

Nobody waits for anybody: a process counts for itself and in one thread, and hands what it has to a table once a minute
(petrel/ops/speed). Quantiles read off such a scale are right to a tenth.
"""

from collections.abc import Hashable, Sequence
from math import log2
from typing import Generic, TypeVar

PER_OCTAVE = 4
BUCKETS = 81
"""The first is for what is less than 1, the last for 2^20 and more: with milliseconds, a quarter of an hour."""

Name = TypeVar("Name", bound=Hashable)


def bucket(value: float) -> int:
    """Which one counts this."""
    return 0 if value < 1 else min(BUCKETS - 1, 1 + int(PER_OCTAVE * log2(value)))


def middle(number: int) -> float:
    """What stands for all that a bucket counts."""
    return 0.5 if number == 0 else 2.0 ** ((number - 0.5) / PER_OCTAVE)


def quantile(counts: Sequence[int], share: float) -> float | None:
    """What this share of all numbers are no more than; None where nothing was counted."""
    whole = sum(counts)
    if not whole:
        return None
    left = share * whole
    for number, count in enumerate(counts):
        left -= count
        if count and left <= 1e-9:
            return middle(number)
    return middle(len(counts) - 1)


class Histograms(Generic[Name]):
    """`most`: names that are kept apart; what comes under further ones is not counted."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._counts: dict[Name, list[int]] = {}

    def count(self, name: Name, value: float) -> None:
        """For every request: costs less than a microsecond."""
        counts = self._counts.get(name)
        if counts is None:
            if len(self._counts) >= self._most:
                return
            counts = self._counts[name] = [0] * BUCKETS
        counts[bucket(value)] += 1

    def take(self) -> dict[Name, list[int]]:
        """All that was counted since it was taken last."""
        counts, self._counts = self._counts, {}
        return counts

    def give_back(self, counts: dict[Name, list[int]]) -> None:
        """What was taken and could not be kept."""
        for name, more in counts.items():
            have = self._counts.get(name)
            if have is not None:
                self._counts[name] = [a + b for a, b in zip(have, more, strict=True)]
            elif len(self._counts) < self._most:
                self._counts[name] = more


ANSWERS: Histograms[str] = Histograms(most=1_000)
"""How long this process took to answer, in tenths of milliseconds, by the pattern of the address."""
