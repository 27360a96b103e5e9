"""What a drill says of itself, what it found, and the verdict. source: docs/law/SCENARIOS.md, its head."""

from typing import Any, Literal

from msgspec import Struct

Word = Literal["passed", "failed", "impossible", "broken"]
Tier = Literal["real", "simulated"]
Covers = Literal["whole", "part"]

EXITS: dict[Word, int] = {"passed": 0, "failed": 1, "impossible": 2, "broken": 3}


class Drill(Struct, frozen=True, kw_only=True):
    """The head of a file in `drills/`, beside its `async def run(stage) -> Outcome`.

    `name` and `row` as in SCENARIOS.md; row 0: about several of them in one run. `harm`: what must be seen under
    `--sabotage`, which switches off the protection named in `sabotage`. `left_out`: what of the row this drill does not
    show, when it covers a part.
    `shown`: the figures that stand for the whole in `petrel drills`.
    """

    name: str
    row: int
    tier: Tier
    covers: Covers
    harm: str
    sabotage: str
    left_out: str = ""
    shown: tuple[str, ...] = ()
    limit_s: float = 900.0
    shelf_life_days: int = 30


class Phases(Struct, frozen=True, kw_only=True):
    """The five things every drill prints, in words with figures. "" where a phase does not arise."""

    injected: str
    detected: str = ""
    contained: str = ""
    recovered: str = ""
    lost: str = ""


class Outcome(Struct, frozen=True, kw_only=True):
    """What a drill found. `harm`: as seen from outside, by the clients' own records; empty when all went well.

    `exercised`: how many things were really tried; nothing tried is a broken drill, not a passed one.
    """

    harm: tuple[str, ...]
    exercised: int
    phases: Phases
    figures: dict[str, Any] = {}


class Verdict(Struct, frozen=True, kw_only=True):
    """The last line of a drill. `why`: for *impossible* and *broken*. `at`: when it ended, UTC."""

    drill: str
    verdict: Word
    harm: tuple[str, ...]
    figures: dict[str, Any]
    tier: Tier
    build: str
    at: str
    sabotage: bool = False
    why: str = ""

    @property
    def exit_code(self) -> int:
        return EXITS[self.verdict]


class Impossible(Exception):
    """What the drill needs cannot be had on this machine; the message says what and how to get it."""


class Broken(Exception):
    """The drill itself went wrong: it says nothing about the site."""
