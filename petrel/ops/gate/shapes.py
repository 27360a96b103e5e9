"""Shapes of the gate."""

from datetime import date
from typing import Literal

from msgspec import Struct

Outcome = Literal["passed", "failed", "error", "skipped", "xfailed"]
Counter = Literal["collected", "executed", "asserted"]
Kind = Literal["broken", "flaky", "polluted"]
Word = Literal["open", "shut", "blind"]


class Test(Struct, omit_defaults=True):
    """One test as it ran. `asserted`: how many different assertions were reached while it ran, not while it was set
    up. `said`: the last line of why it failed or was skipped."""

    outcome: Outcome
    asserted: int = 0
    seconds: float = 0.0
    said: str = ""


class Report(Struct):
    """One run of pytest, written by the plugin when it ended. `tests` in the order in which they ran, by id.
    `sentinel`: what became of the test that must fail; "" when it never ran. `errors`: files that could not be
    collected."""

    collected: int
    exit: int
    sentinel: str
    errors: list[str]
    tests: dict[str, Test]

    @property
    def executed(self) -> int:
        return sum(one.outcome != "skipped" for one in self.tests.values())

    @property
    def asserted(self) -> int:
        return sum(one.asserted for one in self.tests.values())

    @property
    def silent(self) -> list[str]:
        """Passed without having asserted anything."""
        return [name for name, one in self.tests.items() if one.outcome == "passed" and not one.asserted]

    @property
    def failed(self) -> list[str]:
        return [name for name, one in self.tests.items() if one.outcome in ("failed", "error")]


class Floor(Struct, frozen=True):
    """What a whole run may not fall below: its counts, or a little less of them. It rises in place; below it begins
    another, with who and why."""

    collected: int
    executed: int
    asserted: int
    on: date
    owner: str = ""
    reason: str = ""


class Quarantined(Struct, frozen=True):
    """A test whose failure does not count, until the end of that day."""

    test: str
    owner: str
    reason: str
    until: date


class Book(Struct, omit_defaults=True):
    """`tests/gate.json`. `floors` oldest first. `silent`: tests that pass without asserting, each with why that is
    right. `critical`: files whose every fault has to be caught, with the tests that have to catch it. `harmless`:
    faults in them that nobody could notice, each with why."""

    floors: list[Floor] = []
    quarantine: list[Quarantined] = []
    silent: dict[str, str] = {}
    critical: dict[str, list[str]] = {}
    harmless: dict[str, str] = {}


class Judgement(Struct, frozen=True):
    """`blind`: nothing can be said, since the run may not have looked. `why`: what has to be done before it opens.
    `named`: what does not shut it and must be known. `counts`: of all reports together."""

    word: Word
    why: list[str]
    named: list[str]
    counts: dict[str, int]


class Cause(Struct, frozen=True):
    """Why a test failed. `by`: the tests that make it fail, for polluted ones. `confidence`: that this is no chance;
    `runs`, `seconds`: what finding out took. `rate`: how often it failed when it ran by itself."""

    test: str
    kind: Kind
    by: list[str]
    confidence: float
    runs: int
    seconds: float
    rate: float

    def __str__(self) -> str:
        word = {"broken": "fails whenever it runs", "flaky": f"fails now and then ({self.rate:.0%} by itself)",
                "polluted": f"fails only after {' and '.join(self.by)}"}[self.kind]
        sure = self.confidence if self.confidence == 1 else min(self.confidence, 0.9999)
        return (f"{self.kind.upper()} {self.test}: {word}; {100 * sure:.4g} % sure after {self.runs} runs, "
                f"{self.seconds:.0f} s")


class Culprit(Struct, frozen=True):
    """`change`: None when none is believed enough. `rate`: how often the test fails since. `next`: those believed
    most, best first."""

    change: str | None
    confidence: float
    runs: int
    failed: int
    rate: float
    next: list[str]


class Fault(Struct, frozen=True):
    """One thing changed in one file. `name` tells it from all others of the file, and stays when lines move."""

    file: str
    line: int
    name: str
    text: str
    """The whole file with it."""


class Survey(Struct, frozen=True):
    """Which tests noticed which fault, by its name; none where it survived."""

    file: str
    caught: dict[str, list[str]]
    runs: int
    seconds: float

    @property
    def survivors(self) -> list[str]:
        return [name for name, tests in self.caught.items() if not tests]


class Bite(Struct, frozen=True):
    """The fault that a test last caught."""

    fault: str
    on: date
