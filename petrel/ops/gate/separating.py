"""Why tests of a run failed: broken, flaky, or made to fail by tests before them.

By itself each is run until it is clear what it does there. For one that never fails there, all that ran before it is
halved until one is left, which nearly always is who did it. Where it is not, since it takes two or was chance, all is
halved again, with both halves run, until none can be left out or it fails no longer. source: Zeller and Hildebrandt,
2002.
"""

import time
from collections.abc import Callable, Sequence

from petrel.ops.gate.shapes import Cause, Kind, Report
from petrel.ops.gate.suite import Suite

SURE, PATIENT = 7, 20
"""Runs with the same end: so many are no coin; so many passes let one through that fails every fourth time in 300 of
100,000."""


def separate(suite: Suite, report: Report, tests: Sequence[str], *, times: int = PATIENT) -> list[Cause]:
    """A cause for each of `tests`, which failed in `report`. `times`: how often a test is run by itself at most."""
    order = list(report.tests)
    return [_cause(suite, test, order[:order.index(test)], times) for test in tests]


def _cause(suite: Suite, test: str, before: list[str], times: int) -> Cause:
    began, runs = time.monotonic(), suite.runs
    failed = passed = 0
    while failed + passed < times and not (failed and passed) and failed < SURE:
        is_failing = suite.fails(test)
        failed, passed = failed + is_failing, passed + (not is_failing)

    def so(kind: Kind, confidence: float, by: Sequence[str] = ()) -> Cause:
        return Cause(test, kind, list(by), confidence, suite.runs - runs, time.monotonic() - began,
                     failed / max(1, failed + passed))

    if failed and not passed:
        return so("broken", 1 - 0.5 ** failed)
    if failed:
        return so("flaky", 1.0)                 # it did both, by itself
    by = smallest(before, lambda some: suite.fails(test, some))
    if by and all(suite.fails(test, by) for _ in range(SURE)):
        return so("polluted", _is_no_chance(SURE, passed), by)
    return so("flaky", 1.0)


def smallest(all_of_them: Sequence[str], fails: Callable[[list[str]], bool]) -> list[str]:
    """The fewest of them that still make it fail: without any one of these it passes. Empty when it stops failing on
    the way, which then was chance. `fails(all_of_them)` is taken as seen."""
    if len(one := _halved(all_of_them, fails)) == 1 < len(all_of_them) and fails(one):
        return one
    left, parts = list(all_of_them), 2
    while len(left) > 1:
        size = -(-len(left) // parts)
        pieces = [left[n:n + size] for n in range(0, len(left), size)]
        without = [[one for other in pieces if other is not piece for one in other] for piece in pieces]
        if some := next((piece for piece in pieces if fails(piece)), None):
            left, parts = some, 2
        elif parts > 2 and (some := next((rest for rest in without if fails(rest)), None)):
            left, parts = some, parts - 1
        elif not fails(left):
            return []
        elif size == 1:
            return left
        else:
            parts = min(len(left), 2 * parts)
    return left


def _halved(left: Sequence[str], fails: Callable[[list[str]], bool]) -> list[str]:
    """Who it is if it is one: a half that passes has not to be followed by a run of the other."""
    while len(left) > 1:
        first = left[:len(left) // 2]
        left = first if fails(list(first)) else left[len(first):]
    return list(left)


def _is_no_chance(with_it: int, without: int) -> float:
    """How sure it is that a test that failed in all runs with it and in none without does not fail by itself at one
    and the same rate: one minus the likelihood of the rate that would do this most often."""
    rate = with_it / max(1, with_it + without)
    return 1 - rate ** with_it * (1 - rate) ** without
