"""Row 13: the gate is shut, and 30,000 tests stand before it. Which is it?

A real suite of real, cheap tests, run by pytest. One was broken by one of 64 changes, one fails now and then since
another, one fails because of what a test 10,000 before it left behind. Asked: is each called what it is, with the test
or the change to blame, in how many runs and how long; and may only what guards nobody be put aside. Meanwhile a mend is
shipped on a site, which the gate has not opened for.
"""

import asyncio
import random
import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from drills.gating import shipping, thirty
from petrel.core.errors import Invalid
from petrel.ops import gate
from petrel.ops.drills import Broken, Drill, Impossible, Outcome, Phases, Stage

BLAMED = "a test was blamed for what it did not do"

DRILL = Drill(
    name="gate-culprit", row=13, tier="real", covers="whole", harm=BLAMED,
    sabotage="running a test again: what failed in the run is believed as it stands",
    shown=("tests", "named_s", "runs", "sure", "mended_s"), limit_s=1500)

SEED, NAMED_S, GUARD = 13, 300, "tests/visibility/test_law.py::test_a"
SEEDS, RATE, RIGHT = 100, 0.05, 95
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


class Believing(gate.Suite):
    """A gate that asks nothing twice."""

    def fails(self, test: str, after: Sequence[str] = ()) -> bool:
        return True


async def run(stage: Stage) -> Outcome:
    """What each of the three is called."""
    if shutil.which("git") is None:
        raise Impossible("git is missing: apt-get install git")
    root = stage.folder / "shop"
    truth = await asyncio.to_thread(thirty.make, root, SEED)
    stage.say(f"{thirty.FILES * thirty.EACH} tests, {thirty.CHANGES} changes. The run that somebody looks at ...")
    whole = gate.Suite(root, {**ALONE, thirty.NIGHT: "1"})
    report = await asyncio.to_thread(whole.run)
    if report is None or set(report.failed) != {truth.broken, truth.flaky, truth.polluted}:
        raise Broken(f"other tests failed than should: {report and (report.failed, report.errors)}")
    suite = (Believing if stage.sabotage else gate.Suite)(root, ALONE)
    if stage.sabotage:
        causes, took = await _separated(stage, suite, report)
        return _outcome(report, whole, causes, took, {BLAMED: _wrong(causes, truth)}, {})
    async with shipping.site(stage, _judged(report)) as mend:
        (causes, took, changes, change_s), _ = await asyncio.gather(
            _searched(stage, root, truth, suite, report), mend.ship())
        shipped = await mend.pay(_judged(_without(report, *report.failed)))
    right, share = _noisy(stage)
    harm = {BLAMED: _wrong(causes, truth), "not named in time": max(took) > NAMED_S or change_s > NAMED_S,
            "a change was blamed for what it did not do":
                [changes["broken"].change, changes["flaky"].change] != [truth.broke, truth.loosened],
            "the wrong change was blamed too often": right < RIGHT, "quarantine": _quarantine(report, truth),
            **shipped.harm}
    figures = {"changes_s": round(change_s), "change_runs": {name: one.runs for name, one in changes.items()},
               "change_sure": {name: round(one.confidence, 4) for name, one in changes.items()},
               "simulated_right_of_100": right, "simulated_runs_of_plain_percent": share,
               "mended_s": shipped.mended_s and round(shipped.mended_s), "mend": shipped.why,
               "mended_cells": len(shipped.mended), "owed": list(shipped.owed)}
    return _outcome(report, whole, causes, took, harm, figures)


def _wrong(causes: list[gate.Cause], truth: thirty.Truth) -> list[str]:
    known = {(truth.broken, "broken", ""), (truth.flaky, "flaky", ""), (truth.polluted, "polluted", truth.polluter)}
    return [str(one) for one in causes if (one.test, one.kind, "".join(one.by)) not in known]


def _without(report: gate.Report, *tests: str) -> gate.Report:
    only = {name: one for name, one in report.tests.items() if name not in tests}
    return gate.Report(len(only), int(any(one.outcome == "failed" for one in only.values())), report.sentinel, [], only)


def _judged(report: gate.Report) -> gate.Judgement:
    """What fails, fails once more."""
    return gate.judge([report], gate.Book(), datetime.now(UTC).date(), again=lambda _: report, is_whole=True)


async def _searched(stage: Stage, root: Any, truth: thirty.Truth, suite: gate.Suite, report: gate.Report
                    ) -> tuple[list[gate.Cause], list[float], dict[str, gate.Culprit], float]:
    return *await _separated(stage, suite, report), *await _changes(stage, root, truth)


async def _separated(stage: Stage, suite: gate.Suite, report: gate.Report) -> tuple[list[gate.Cause], list[float]]:
    causes, took = [], []
    for test in report.failed:
        began = time.monotonic()
        causes += await asyncio.to_thread(gate.separate, suite, report, [test])
        took.append(time.monotonic() - began)
        stage.say(str(causes[-1]))
    return causes, took


async def _changes(stage: Stage, root: Any, truth: thirty.Truth) -> tuple[dict[str, gate.Culprit], float]:
    """Since which commit the broken and the flaky one fail."""
    began, found = time.monotonic(), {}
    for name, test in (("broken", truth.broken), ("flaky", truth.flaky)):
        found[name] = await asyncio.to_thread(gate.find, root, test, truth.first, "HEAD", _nothing, environment=ALONE)
        stage.say(f"{name} since {found[name].change}: {found[name].runs} runs, {found[name].confidence:.3f} sure")
    return found, time.monotonic() - began


def _nothing(_said: str) -> None:
    pass


def _noisy(stage: Stage) -> tuple[int, int]:
    """Simulated: a failure once in twenty runs, since one of 64 changes. (how often the right one is named, how many
    runs that takes in hundredths of those of a bisection that repeats)"""
    steps, most = gate.plain_runs(thirty.CHANGES, RATE, RIGHT / 100)
    right = runs = plain = 0
    for seed in range(SEEDS):
        rng = random.Random(seed)       # noqa: S311 (a simulation)
        guilty = rng.randint(1, thirty.CHANGES)

        def fails(version: int, rng: random.Random = rng, guilty: int = guilty) -> bool:
            return version >= guilty and rng.random() < RATE

        found = gate.culprit([str(n + 1) for n in range(thirty.CHANGES)], fails, rates=(RATE,), confidence=RIGHT / 100)
        right, runs = right + (found.change == str(guilty)), runs + found.runs
        low, high = 0, thirty.CHANGES
        for _ in range(steps):
            middle, asked = (low + high) // 2, 1
            while not (has_failed := fails(middle)) and asked < most:
                asked += 1
            low, high, plain = (low, middle, plain + asked) if has_failed else (middle, high, plain + asked)
    share = round(100 * runs / plain)
    stage.say(f"Simulated, once in twenty: {right} of {SEEDS} right with {share} % of the runs of a plain bisection")
    return right, share


def _quarantine(report: gate.Report, truth: thirty.Truth) -> list[str]:
    """What is wrong with putting the flaky one aside, and only that."""
    today = datetime.now(UTC).date()
    end = today + timedelta(days=7)
    book = gate.quarantined(gate.Book(), truth.flaky, "whoever drills", "fails one time in four, see drill", end, today)
    flaky = _without(report, truth.broken, truth.polluted)

    def word(day: Any) -> str:
        return gate.judge([flaky], book, day, again=lambda _: flaky, is_whole=True).word

    wrong = [] if word(today) == "open" else ["a test in quarantine shuts the gate"]
    wrong += [] if word(end + timedelta(days=1)) == "shut" else ["a quarantine does not end"]
    try:
        gate.quarantined(book, GUARD, "whoever drills", "it fails so often", end, today)
        wrong.append("a test that guards people was put aside")
    except Invalid:
        pass
    return wrong


def _outcome(report: gate.Report, whole: gate.Suite, causes: list[gate.Cause], took: list[float],
             found: dict[str, Any], more: dict[str, Any]) -> Outcome:
    harm = [name for name, is_so in found.items() if is_so]
    if found.get("quarantine"):
        harm.remove("quarantine")
        harm += found["quarantine"]
    figures = {"tests": len(report.tests), "whole_run_s": round(whole.spent_s), "named_s": round(max(took)),
               "runs": {one.kind: one.runs for one in causes},
               "seconds": {one.kind: round(one.seconds) for one in causes},
               "sure": {one.kind: round(one.confidence, 6) for one in causes}, **more}
    return Outcome(
        harm=tuple(harm), exercised=len(report.tests), figures=figures, phases=Phases(
            injected=f"in {len(report.tests)} tests one broken, one flaky, one that another test makes fail"
                     + ("; beside it a mend that the gate is shut for" if more else ""),
            detected="; ".join(map(str, causes)),
            contained="the flaky one put aside for a week, those that guard people never; the mend, which one person "
                      f"could not ship, in {more['mended_cells']} of 16 cells, and owed" if more else "not tried",
            recovered=f"the changes to blame named in {more['changes_s']} s, the first cell mended after "
                      f"{more['mended_s']} s" if more else "not tried", lost="nothing"))
