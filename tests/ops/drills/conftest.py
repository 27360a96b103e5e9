"""Drills made up for a test: what they say of themselves, and what they find."""

import pytest

from petrel.ops.drills import Drill, Outcome, Phases, Verdict

HARM = "acknowledged post lost"


@pytest.fixture
def drill():
    def made(**changes):
        return Drill(**{"name": "toy", "row": 6, "tier": "real", "covers": "whole", "harm": HARM,
                        "sabotage": "the lock", **changes})
    return made


@pytest.fixture
def outcome():
    def made(*harm, exercised=1, **figures):
        return Outcome(harm=harm, exercised=exercised, phases=Phases(injected="a toy fault", lost="0"), figures=figures)
    return made


@pytest.fixture
def verdict():
    def made(word="passed", **changes):
        return Verdict(**{"drill": "toy", "verdict": word, "harm": (), "figures": {}, "tier": "real", "build": "b1",
                          "at": "2026-11-20T10:00:00+00:00", **changes})
    return made
