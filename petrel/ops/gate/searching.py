"""Which of many changes made a test fail, where it fails every time or only now and then.

Each run of the test on one version is evidence, never proof: a pass may have been luck. So what is believed of every
change is kept as a probability, each run is made where it teaches most, and the search ends when one change is believed
enough. source: Bayes; Waeber, Frazier and Henderson on probabilistic bisection, 2013.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

from petrel.ops.gate.shapes import Culprit

CONFIDENCE, MOST_RUNS = 0.97, 1000
RATES = (1.0, .9, .75, .6, .5, .4, .3, .25, .2, .15, .1, .07, .05, .035, .025)
"""How often it may fail once the culprit is in. Where that is not known it is seen first, on the last version, until it
has failed there FIRST times: a rare failure and a late culprit look alike."""

FIRST = 4
STRAY = 1e-4
"""How often it fails for another reason."""


def culprit(changes: Sequence[str], fails: Callable[[int], bool], *, confidence: float = CONFIDENCE,
            most_runs: int = MOST_RUNS, rates: Sequence[float] = RATES) -> Culprit:
    """`fails(n)`: one run on the version that has the first n changes, 0 for none of them. `rates`: one, where it is
    known how often the test fails.

    A culprit of None: it failed before the first of them too, or no change was believed enough after `most_runs`.
    """
    count = len(changes)
    known, first = np.array(rates), FIRST if len(rates) > 1 else 0
    belief = np.full((count + 1, len(known)), 1 / (count + 1) / len(known))
    """[the first version that has it, 0 for the one before all changes][how often it fails since]"""
    likely = [np.where(np.arange(count + 1)[:, None] <= version, known, STRAY) for version in range(count + 1)]
    runs = failed = 0
    while runs < most_runs and (failed < first or belief.sum(axis=1).max() < confidence):
        version = count if failed < first and runs < most_runs / 2 else _most_telling(belief, known)
        has_failed = fails(version)
        runs, failed = runs + 1, failed + has_failed
        belief = belief * (likely[version] if has_failed else 1 - likely[version])
        belief /= belief.sum()
    each = belief.sum(axis=1)
    best = int(each.argmax())
    rate = float(belief[best] @ known / max(each[best], 1e-300))
    return Culprit(changes[best - 1] if best and each[best] >= confidence else None, float(each[best]), runs, failed,
                   round(rate, 3), [changes[n - 1] for n in np.argsort(-each)[:3] if n])


def _most_telling(belief: np.ndarray, rates: np.ndarray) -> int:
    """The version a run of which is expected to teach most about which change it was."""
    each = belief.sum(axis=1)
    by_rate = belief @ rates
    # If the culprit is in version v, its own rate counts; if it came later, only a stray failure can be seen.
    failing = np.where(_is_in(len(each)), by_rate, each * STRAY)        # [version][change]: both, and it fails
    passing = each - failing
    return int((_information(failing) + _information(passing)).argmax())


def _is_in(count: int) -> np.ndarray:
    return np.arange(count)[None, :] <= np.arange(count)[:, None]


def _information(joint: np.ndarray) -> np.ndarray:
    """Minus the entropy that is left when this is seen, by how likely it is to be seen."""
    total = joint.sum(axis=1, keepdims=True)
    return np.where(joint > 0, joint * np.log(np.maximum(joint, 1e-300) / np.maximum(total, 1e-300)), 0).sum(axis=1)


def plain_runs(count: int, rate: float, sure: float) -> tuple[int, int]:
    """(steps, runs of each step that only sees passes) of a bisection that repeats: what the search is measured by."""
    steps = math.ceil(math.log2(count))
    return steps, math.ceil(math.log(1 - sure ** (1 / steps)) / math.log(1 - rate))
