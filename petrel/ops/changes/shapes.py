"""Shapes of changes."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

State = Literal["planned", "going", "paused", "confirmed", "undone", "dropped"]
Do = Literal["wait", "widen", "pause", "undo", "confirm"]


class Plan(Struct, frozen=True):
    """What a change would do, before anybody has said yes. `inverse` undoes it, of the same kind.

    `risk`: 0 nobody would notice, 1 some might, 2 wide or hard to take back, 3 destructive. `is_by_cell`: false for
    what the site has once; `cell`: where it is felt then, if in one only.
    """

    effect: str
    what: dict[str, str]
    inverse: dict[str, str]
    risk: int
    is_by_cell: bool = True
    cell: int | None = None


class Back(Struct, frozen=True):
    """What going back from one change would take, in sentences. `lost`: what makes it one way; `before`: what has to be
    done first; `stays`: what was written since and is not seen while it is gone; `do`: the command; `nothing`: why
    there is nothing to go back from."""

    lost: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()
    do: str = ""
    nothing: str = ""


class Evidence(Struct, frozen=True):
    """How much speaks against a change: for each signal, logarithms of likelihood ratios (evidence.py)."""

    failed: tuple[float, ...] = ()
    slow: tuple[float, ...] = ()
    exposed: int = 0                    # trials seen in the cells that have it
    control: int = 0                    # and in those that do not


class Change(Struct, frozen=True):
    """A row of the ledger. `visiting`: all cells in the order drawn for it; it has reached the first `reach`."""

    id: int
    kind: str
    what: dict[str, str]
    inverse: dict[str, str]
    plan: bytes
    risk: int
    visiting: tuple[int, ...]
    reach: int
    state: State
    reason: str
    why: str
    turn: int
    evidence: Evidence
    needs: int | None
    made_at: datetime
    wave_at: datetime | None
    confirm_by: datetime | None
    ended_at: datetime | None

    @property
    def cells(self) -> tuple[int, ...]:
        """Those that have it."""
        return self.visiting[:self.reach]

    @property
    def is_open(self) -> bool:
        return self.state in ("going", "paused")


class Freeze(Struct, frozen=True):
    since: datetime
    until: datetime | None
    why: str


class Found(Struct, frozen=True):
    """What was seen where a change is and nowhere else, in words; "" for nothing. `wrong` undoes it, `strange` holds it
    until somebody has looked."""

    wrong: str = ""
    strange: str = ""
    is_doubtful: bool = False           # something was wrong once, and is looked at again


class Around(Struct, frozen=True):
    """What holds at a turn: for the whole site, and what was `found` of this change. `alerts`: rules that fired, with
    the time."""

    now: datetime
    is_frozen: bool
    given: int                          # cells that changes were given to within the last ten minutes
    alerts: tuple[tuple[str, datetime], ...] = ()
    found: Found = Found()


class Step(Struct, frozen=True):
    """What to do with a change now, and why, in a sentence for people. `reach`: after widening."""

    do: Do
    why: str = ""
    reach: int = 0
