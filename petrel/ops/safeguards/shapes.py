"""Shapes of safeguards."""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

SignalKind = Literal["alert", "check"]
Trouble = Literal["signal", "proof", "owners"]


class Leaning(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """On which components something leans. `hard`: without it, it stands still. `soft`: it goes on, with less.
    `boot`: needed to start it, whatever happens afterwards."""

    hard: tuple[str, ...] = ()
    soft: tuple[str, ...] = ()
    boot: tuple[str, ...] = ()


class Component(Leaning, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the running site, or something outside that it needs.

    `rules` (of `ops/watching`) and `checks` (of the doctor) speak about it; each rule and check is one component's.
    `safeguards`: those that keep it; owners and runbook of the first one count when something of it is wrong, unless
    it has a `runbook` of its own.
    """

    what: str
    rules: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    safeguards: tuple[str, ...]
    runbook: str = ""


class Safeguard(Leaning, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of docs/law/SCENARIOS.md: what is promised to people, and what of it there is.

    `promise`: in terms of what nobody has to suffer. `built`: what there is today, empty for nothing; then there is no
    runbook either, and it leans on nothing. `open`: what there is not. `budgets`: what it may take, by names that end
    in their unit. Its drill has its name; how long a proof counts stands in the head of the drill.
    """

    row: int
    promise: str
    built: str = ""
    open: str = ""
    budgets: dict[str, float] = {}


class Declared(Struct, frozen=True):
    """All of both, by name; safeguards in the order of their rows."""

    safeguards: dict[str, Safeguard]
    components: dict[str, Component]

    def kept_by(self, safeguard: str) -> dict[str, Component]:
        """The components that it keeps."""
        return {name: one for name, one in self.components.items() if safeguard in one.safeguards}


class About(Struct, frozen=True):
    """What an alert is about. `runbook`: a path from the root of the sources."""

    component: str
    safeguards: tuple[str, ...]
    runbook: str


STATES = ("proven", "proven on an older build", "partly", "partly on an older build", "simulated",
          "simulated on an older build", "built", "missing")
"""Of a row of the scenarios, the best first."""


class Proof(Struct, frozen=True, kw_only=True):
    """A line of `petrel drills`, as far as it is shown here. `until`: how long it counts; "" where nothing ran."""

    row: int
    drill: str
    section: str
    state: str
    tier: str = ""
    verdict: str = ""
    sabotage: str = ""
    at: str = ""
    until: str = ""
    build: str = ""
    left_out: str = ""
    figures: dict[str, Any] = {}


class Proofs(Struct, frozen=True):
    """What `petrel drills --json` printed, and when. `build`: the one that it is judged by."""

    build: str
    rows: tuple[Proof, ...]
    at: datetime | None = None


class Person(Struct, frozen=True):
    """Somebody of the crew. `is_awake`: has used the site within AWAKE_DAYS. `account`: 0 for a name that nobody of
    the crew has."""

    handle: str
    account: int
    role: str = ""
    is_awake: bool = False


class Wrong(Struct, frozen=True):
    """One reason for red. `says` is the same for all safeguards that it makes red."""

    kind: Trouble
    says: str
    cure: str


class Signal(Struct, frozen=True):
    """`since`: when it began to say that something is wrong; None while it says nothing."""

    kind: SignalKind
    name: str
    component: str
    since: datetime | None = None


class Heard(Struct, frozen=True):
    """What signals say now: alerts that stand and checks that failed, with the time. `looked_at`: when the doctor
    last did."""

    alerts: dict[str, datetime]
    checks: dict[str, datetime]
    looked_at: datetime | None = None


class Standing(Struct, frozen=True, kw_only=True):
    """A safeguard as it stands. `wrong`: why it is red. `owners`: None where nobody could be asked."""

    name: str
    safeguard: Safeguard
    proof: Proof | None
    signals: tuple[Signal, ...]
    keeps: tuple[str, ...]
    owners: tuple[Person, ...] | None
    wrong: tuple[Wrong, ...]
    runbook: str


class Cause(Struct, frozen=True):
    """One reason, and all that it makes red."""

    wrong: Wrong
    safeguards: tuple[str, ...]


class View(Struct, frozen=True):
    """All of them, and what is red first. `proofs_at`: when the table of drills was made; None for never.
    `is_heard`: whether signals and owners could be asked. `trouble`: why the named owners do not count, "" mostly."""

    standings: tuple[Standing, ...]
    causes: tuple[Cause, ...]
    build: str = ""
    proofs_at: datetime | None = None
    looked_at: datetime | None = None
    is_heard: bool = True
    trouble: str = ""
