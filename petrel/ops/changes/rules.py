"""In which order a change goes, and what is next. Pure.

source: DESIGN section 8; decision 0068.
"""

import hashlib
import json
import random
from collections.abc import Sequence
from datetime import timedelta

from petrel.core.errors import Invalid
from petrel.core.ids import CELLS_IN_USE
from petrel.ops.changes import evidence
from petrel.ops.changes.shapes import Around, Change, Plan, Step

HOLD = timedelta(seconds=30)
"""A wave lasts so long at least."""

LONGEST = timedelta(minutes=10)
"""And so long where too few answers come to judge by."""

ENOUGH_TRIALS = 10
TIME = timedelta(hours=1)
"""From the start to the end; then it is undone, by itself."""

BUDGET_WITHIN = timedelta(minutes=10)
BUDGET_CELLS = CELLS_IN_USE
"""The site once over in ten minutes, by all changes and everybody together."""

NEEDS_TWO = 2
"""From this risk on."""

HARM = frozenset(("canary", "answers", "process", "breach", "database"))
"""Alerts on which a change is undone, whatever it is; on any other it waits for somebody."""

_random = random.SystemRandom()


def order(is_by_cell: bool, cell: int | None = None) -> tuple[int, ...]:
    """All cells in an order of this change alone: so that of many changes each has other cells, and the guilty one
    can be told by where it hurts."""
    if cell is not None:
        return (cell,)
    cells = list(range(CELLS_IN_USE))
    _random.shuffle(cells)
    return tuple(cells) if is_by_cell else (cells[0],)


def waves(cells: int) -> tuple[int, ...]:
    """How many cells have it after each wave: one, a sixteenth, a quarter, all but the control, all."""
    return tuple(sorted({min(max(1, n), cells) for n in (1, cells // 16, cells // 4, cells - 1, cells)}))


def digest(kind: str, plan: Plan, visiting: Sequence[int]) -> bytes:
    """What an approval is bound to: the whole plan with its targets."""
    said = {"kind": kind, "what": plan.what, "inverse": plan.inverse, "risk": plan.risk, "effect": plan.effect,
            "targets": list(visiting)}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).digest()


def check_reason(reason: str) -> str:
    """Errors: Invalid."""
    reason = reason.strip()
    if not 5 <= len(reason) <= 500 or any(ord(sign) < 32 for sign in reason):
        raise Invalid("reason", "has to say in a sentence why; whoever finds this change at night decides by it")
    return reason


def check_needed(before: Change) -> None:
    """Errors: Invalid, when what another builds on has not been confirmed."""
    if before.state != "confirmed":
        raise Invalid(None, f"It needs change {before.id}, which is {before.state}. Confirm that first.")


def next_step(change: Change, around: Around, confirms_itself: bool) -> Step:
    """Of a change that is going."""
    assert change.wave_at is not None
    for rule, at in around.alerts:
        if at >= change.wave_at:
            if rule in HARM:
                return Step("undo", f"the alert {rule} fired while it was on its way")
            return Step("pause", f"the alert {rule} fired while it was on its way; look whether this did it")
    if signal := evidence.speaks_against(change.evidence):
        how = "failed" if signal == "failed" else "were slow"
        return Step("undo", f"more answers {how} in the cells that have it than in the others")
    if around.found.wrong:
        return Step("undo", around.found.wrong)
    if around.found.strange:
        return Step("pause", f"{around.found.strange}; look whether this did it")
    whole = len(change.visiting)
    control = max(1, whole - 1)         # the last cell is the control until it is confirmed
    if change.confirm_by is not None and around.now >= change.confirm_by:
        if confirms_itself and change.reach >= control:
            return Step("confirm", "nothing spoke against it")
        return Step("undo", "it did not arrive in time" if confirms_itself else "nobody confirmed it in time")
    if around.found.is_doubtful:
        return Step("wait", "something was wrong where it is, and is looked at once more")
    stayed = around.now - change.wave_at
    is_seen = min(change.evidence.exposed, change.evidence.control) >= ENOUGH_TRIALS
    if change.reach >= control:
        if confirms_itself and around.is_frozen:
            return Step("wait", "all changes are frozen")
        if confirms_itself and (stayed >= LONGEST or (stayed >= HOLD and is_seen)):
            return Step("confirm", "nothing spoke against it")
        return Step("wait", "waits to be confirmed" if not confirms_itself else "is watched")
    if stayed < HOLD or (not is_seen and stayed < LONGEST):
        return Step("wait", "is watched")
    if around.is_frozen:
        return Step("wait", "all changes are frozen")
    reach = next(n for n in waves(whole) if n > change.reach)
    if around.given + reach - change.reach > BUDGET_CELLS:
        return Step("wait", "the site has been changed once over in the last ten minutes")
    return Step("widen", "nothing spoke against it" if is_seen else "too few answers came to judge by", reach)
