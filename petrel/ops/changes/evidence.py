"""How much speaks against a change, read off cells that have it and cells that do not. Pure.

A *trial* is some twenty answers of one cell, one after the other: bad when more than 3 in 100 of them failed, or far
more were slow than is usual. A client that fails a hundred times within a second makes one bad trial, not a hundred.

Of the bad trials, the cells that have the change should have no more than their share. `p` is the largest share that
would still be no news: theirs by trials and by what was usual in each cell, and a quarter more. For each of RATIOS we
multiply what a bad trial is worth if it were that many times as likely there: such a product stays below 1/a with
probability 1 - a for ever, however often one looks (Ville's inequality), so a look every five seconds alarms no more
often than one look. source: our choice, decision 0068.
"""

import math
from collections.abc import Sequence
from itertools import zip_longest

from msgspec import Struct

from petrel.ops.changes.shapes import Evidence

RATIOS = (2.0, 4.0, 8.0, 16.0)
SLACK = 1.25
FALSE_ALARMS = 0.001
"""In each change and signal, at most, where nothing is wrong."""

USUAL, BAD = 0.05, 0.15
FAILED = 0.03
"""An answer that failed is not usual at all: of some twenty one is enough for a bad trial."""

ANSWERS = 20
"""In one trial."""

PRIOR_TRIALS = 40
"""What is usual in a cell counts for so much less than what is usual in all, until so many were seen."""


class Counted(Struct, frozen=True):
    """Of one cell: answers, those that failed on our side, and how many took so long, by steps of time; the last are
    those beyond all steps."""

    asked: int = 0
    failed: int = 0
    took: tuple[int, ...] = ()

    def plus(self, other: "Counted", sign: int = 1) -> "Counted":
        took = tuple(a + sign * b for a, b in zip_longest(self.took, other.took, fillvalue=0))
        return Counted(self.asked + sign * other.asked, self.failed + sign * other.failed, took)

    def slow(self, edge: int) -> int:
        """Those beyond the first `edge` steps."""
        return sum(self.took[edge:])


class Usual(Struct):
    """What one cell, or the whole site, is like: of how many trials how many were bad."""

    trials: float = 0.0
    failed: float = 0.0
    slow: float = 0.0


class Trials(Struct, frozen=True):
    """Those of one turn: for each cell how many, and how many bad."""

    many: dict[int, int]
    failed: dict[int, int]
    slow: dict[int, int]


def is_bad(part: int, asked: int, most: float = BAD) -> bool:
    """Of what is usual for a twentieth of all at most; `most`: beyond which share."""
    return part / asked > most


def edge_of(took: Sequence[int]) -> int:
    """Beyond which step an answer is slow: the first that a twentieth of all are beyond, at most."""
    whole, beyond = sum(took), sum(took)
    for number, count in enumerate(took):
        beyond -= count
        if beyond <= USUAL * whole:
            return number + 1
    return len(took)


def expected(cell: int, signal: str, cells: dict[int, Usual], whole: Usual) -> float:
    """The share of bad trials that is usual in a cell; never 0, for what was never seen may be."""
    base = (getattr(whole, signal) + 0.5) / (whole.trials + 50)
    own = cells.get(cell, Usual())
    return float((getattr(own, signal) + PRIOR_TRIALS * base) / (own.trials + PRIOR_TRIALS))


def more(logs: Sequence[float], bad_exposed: int, bad_control: int, weight_exposed: float,
         weight_control: float) -> tuple[float, ...]:
    """The evidence after a turn with so many bad trials, where the weights say how many were to be expected."""
    logs = tuple(logs) or (0.0,) * len(RATIOS)
    if not (weight_exposed > 0 and weight_control > 0):
        return logs
    odds = SLACK * weight_exposed / weight_control
    p = odds / (1 + odds)
    found = []
    for log, ratio in zip(logs, RATIOS, strict=True):
        q = odds * ratio / (1 + odds * ratio)
        found.append(log + bad_exposed * math.log(q / p) + bad_control * math.log((1 - q) / (1 - p)))
    return tuple(found)


def strength(logs: Sequence[float]) -> float:
    """The logarithm of what the ratios say together, on average."""
    if not logs:
        return 0.0
    most = max(logs)
    return most + math.log(sum(math.exp(one - most) for one in logs) / len(logs))


def speaks_against(evidence: Evidence) -> str:
    """The signal that does, or ""."""
    limit = math.log(1 / FALSE_ALARMS)
    return next((signal for signal in ("failed", "slow") if strength(getattr(evidence, signal)) >= limit), "")


def after(evidence: Evidence, trials: Trials, exposed: frozenset[int], control: frozenset[int],
          cells: dict[int, Usual], whole: Usual) -> Evidence:
    """With what one turn brought."""
    found: dict[str, tuple[float, ...]] = {}
    for signal in ("failed", "slow"):
        bad: dict[int, int] = getattr(trials, signal)
        weights = [sum(trials.many.get(cell, 0) * expected(cell, signal, cells, whole) for cell in group)
                   for group in (exposed, control)]
        found[signal] = more(getattr(evidence, signal), sum(bad.get(cell, 0) for cell in exposed),
                             sum(bad.get(cell, 0) for cell in control), *weights)
    return Evidence(found["failed"], found["slow"],
                    evidence.exposed + sum(trials.many.get(cell, 0) for cell in exposed),
                    evidence.control + sum(trials.many.get(cell, 0) for cell in control))
