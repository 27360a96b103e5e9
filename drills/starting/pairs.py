"""Which of two builds is slower, from visits in pairs: one number of each at about the same moment.

Each pair says only which of the two was larger. Were they alike, that would be the toss of a coin, whatever the machine
does meanwhile and whatever shape the numbers have; `E` is what somebody would have won who bets on the second all the
time, at the odds of a coin, staking as if it were larger in nine of ten. Whoever bets on a fair coin has at any moment
ever a chance of at most one in `SURE` to have that much (Ville's inequality): one may look after each pair and stop.
"""

from collections.abc import Sequence
from math import log
from statistics import median

from msgspec import Struct

SURE = 100.0
LEANS = 0.9
MOST = 30


class Verdict(Struct, frozen=True):
    """`after`: pairs until it was sure, 0 where it never was. `more`: the second's excess, in the middle."""

    pairs: int
    after: int
    more: float

    @property
    def is_slower(self) -> bool:
        return self.after > 0


def compared(first: Sequence[float], second: Sequence[float], notable: float = 0.0) -> Verdict:
    """Whether the second is larger. `notable`: by how much it has to be, to count as larger at all: the first is given
    so much before, which can only make a false alarm rarer."""
    won, after, bar = 0.0, 0, log(SURE)
    for number, (a, b) in enumerate(zip(first, second, strict=True), 1):
        won += log(LEANS / 0.5) if b > a + notable else log((1 - LEANS) / 0.5)
        if not after and won >= bar:
            after = number
    return Verdict(len(first), after, median(b - a for a, b in zip(first, second, strict=True)))
