"""Safeguards: for each row of SCENARIOS.md what is promised, whose it is, what to do, and whether it still holds.

Words: safeguard (a promise with signal, two owners, runbook, drill, shelf life), component (what it keeps, and what
that leans on: hard, soft, boot), signal (an alert or a check of the doctor that speaks of a component), proof (the last
verdict of its drill, with the failed run without protection), owner (somebody of the crew), awake, overdue, red.
Invariants: every row has one, and says so where nothing is built; every signal speaks of one component; what is needed
to start is no ring; what is declared wrongly, or not at all, is refused; red comes by itself.
Read next: declared/, shapes.py, declaring.py, rules.py; docs/runbooks. The table of drills is that of `ops/drills`.
"""

from petrel.ops.safeguards import declaring, proofs, runbooks
from petrel.ops.safeguards.commands import own
from petrel.ops.safeguards.declaring import declared, runbook_of
from petrel.ops.safeguards.reads import crew_of, heard_of, owners_of, seen_by_crew, view, who_keeps
from petrel.ops.safeguards.runbooks import Runbook, runbook
from petrel.ops.safeguards.shapes import (
    STATES,
    About,
    Cause,
    Component,
    Declared,
    Heard,
    Person,
    Proof,
    Proofs,
    Safeguard,
    Signal,
    Standing,
    View,
    Wrong,
)

__all__ = ["STATES", "About", "Cause", "Component", "Declared", "Heard", "Person", "Proof", "Proofs", "Runbook",
           "Safeguard", "Signal", "Standing", "View", "Wrong", "about", "components", "crew_of", "declared",
           "heard_of", "own", "owners_of", "proofs", "runbook", "runbook_of", "runbooks", "safeguards",
           "seen_by_crew", "view", "who_keeps"]


def components() -> dict[str, Component]:
    """All of them, with what they lean on: what an incident is walked through by."""
    return declared().components


def safeguards() -> dict[str, Safeguard]:
    """All rows."""
    return declared().safeguards


def about(rule: str) -> About | None:
    """What a fired rule of watching is about: component, safeguards, runbook; None for a rule of the site's own. Whose
    it is: `owners_of`, of the first safeguard."""
    return declaring.about(declared(), rule)
