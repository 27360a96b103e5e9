"""Row 54: the tests pass, and look at nothing.

An honest suite is made to stop looking in many ways, each of which leaves the run green, and the gate judges. Then
faults are put into what decides about privacy in Petrel itself, one at a time: do its own tests notice?
"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from drills.gating import silent
from petrel.ops import gate
from petrel.ops.drills import Broken, Drill, Outcome, Phases, Stage

BELIEVED = "a run that looked at nothing was believed"

DRILL = Drill(
    name="silent-tests", row=54, tier="real", covers="whole", harm=BELIEVED,
    sabotage="the gate: whoever ends with 0 is believed",
    shown=("tricks", "found", "faults", "caught_percent"), limit_s=2400)

ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
FAULTS, CAUGHT_PERCENT = 20, 95


async def run(stage: Stage) -> Outcome:
    """How many of the tricks are seen through, and how many faults are caught."""
    honest = stage.folder / "honest"
    silent.make(honest)
    first, _ = await asyncio.to_thread(_judged, honest, gate.Book(), {})
    book = gate.raised(gate.Book(), first.counts, [], _today())
    quiet, ended = await asyncio.to_thread(_judged, honest, book, {})
    if first.word != "open" or quiet.word != "open" or ended:
        raise Broken(f"the honest suite is not believed: {first.why} {quiet.why}")
    missed, said = [], {}
    for name, (trick, word, why) in silent.TRICKS.items():
        root = stage.folder / f"suite-{len(said)}"
        silent.make(root)
        found, ended = await asyncio.to_thread(_judged, root, book, trick(root) or {})
        if stage.sabotage:
            found = replace(found, word="open" if ended == 0 else "shut")
        said[name] = "; ".join([found.word, *found.why])
        is_seen = found.word == word and any(why in one for one in found.why)
        if found.word == "open" or not (is_seen or stage.sabotage):
            missed.append(name)
        stage.say(f"{name}: {said[name][:160]}")
    swallowed = await asyncio.to_thread(_swallowed, stage.folder / "swallowed")
    surveys = [] if stage.sabotage else await _surveyed(stage)
    return _outcome(missed, said, swallowed, surveys)


def _judged(root: Path, book: gate.Book, environment: dict[str, str]) -> tuple[gate.Judgement, int | None]:
    """(what the gate says of a run of all, what the runner ended with)"""
    suite = gate.Suite(root, {**ALONE, **environment})
    report = suite.run()
    return gate.judge([report], book, _today(), again=suite.run, is_whole=True), suite.ended


def _today() -> Any:
    return datetime.now(UTC).date()


def _swallowed(root: Path) -> list[str]:
    """Assertions that are reached and whose failure is caught: only faults tell. The tests that caught one."""
    silent.make(root)
    (root / silent.GUARD).write_text(silent.SWALLOWED)
    faults = gate.faults(root, "shop/law.py")
    found = gate.survey(root, [silent.GUARD], faults, lambda _: None, also=("shop",))
    return sorted({test for tests in found.caught.values() for test in tests})


async def _surveyed(stage: Stage) -> list[gate.Survey]:
    root = gate.Suite().root
    book, surveys = gate.book(root), []
    for place, tests in book.critical.items():
        faults = gate.some(gate.faults(root, place), book, FAULTS)
        surveys.append(await asyncio.to_thread(gate.survey, root, tests, faults, stage.say))
    return surveys


def _outcome(missed: list[str], said: dict[str, str], swallowed: list[str], surveys: list[gate.Survey]) -> Outcome:
    faults = sum(len(one.caught) for one in surveys)
    survivors = [f"{one.file}: {name}" for one in surveys for name in one.survivors]
    percent = round(100 * (1 - len(survivors) / faults), 1) if faults else 0.0
    harm = {BELIEVED: missed, "faults went through the critical files": surveys and percent < CAUGHT_PERCENT,
            "a test that swallows its failures counts as one that bites": swallowed}
    figures: dict[str, Any] = {
        "tricks": len(said), "found": len(said) - len(missed), "missed": missed, "said": said, "faults": faults,
        "caught_percent": percent, "survivors": survivors, "runs": sum(one.runs for one in surveys),
        "survey_s": round(sum(one.seconds for one in surveys))}
    return Outcome(
        harm=tuple(name for name, is_so in harm.items() if is_so), exercised=len(said), figures=figures, phases=Phases(
            injected=f"{len(said)} ways to stop looking, {faults} faults in what decides about privacy",
            detected=f"{len(said) - len(missed)} of the ways, {faults - len(survivors)} of the faults",
            contained="each in the run in which it came", recovered="", lost=", ".join(missed) or "nothing"))
