"""Shapes of incidents, and of the board that the console shows. All of the board is data: it lies in a file as JSON."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

Kind = Literal["change", "component", "drift"]
Verdict = Literal["well", "sick", "unknown"]
HARM = {1: "nobody can read or post, or something leaks", 2: "many people are hindered",
        3: "some people are hindered, or soon will be", 4: "nobody is hurt yet"}
"""What a severity means, in words for whoever is called."""


class Incident(Struct, frozen=True):
    """A row. `quiet_at`: since when none of its alerts stands."""

    id: int
    opened_at: datetime
    began_at: datetime
    root: str
    severity: int
    alerts: tuple[int, ...]
    quiet_at: datetime | None = None
    taken_by: str = ""
    taken_at: datetime | None = None
    joined: int | None = None
    ended_at: datetime | None = None
    why: str = ""


class Suspect(Struct, frozen=True):
    """What may have done it. `weight`: of all suspects together 1. `do`: the command that takes it away, or looks."""

    kind: Kind
    name: str
    says: str
    weight: float
    do: str
    change: int | None = None


class Event(Struct, frozen=True):
    """A line of the timeline. `what`: alert, change, command, call, note, incident."""

    at: datetime
    what: str
    says: str


class Page(Struct, frozen=True):
    """One call. `taken_at`: its address took it, which is the proof that it left us."""

    step: int
    who: str
    way: str
    at: datetime
    taken_at: datetime | None = None
    why: str = ""


class Speaking(Struct, frozen=True):
    """An alert of the incident. `cure`: what to do first."""

    number: int
    rule: str
    target: str
    says: str
    cure: str
    since: datetime
    component: str


class Card(Struct, frozen=True):
    """An incident with all that is known of it. `what`: the component in words; `hits`: components that fail because
    of it; `runbook`: a path from the root of the sources; `keepers`: who owns it."""

    incident: Incident
    what: str
    harm: str
    speaking: tuple[Speaking, ...] = ()
    hits: tuple[str, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    events: tuple[Event, ...] = ()
    pages: tuple[Page, ...] = ()
    runbook: str = ""
    keepers: tuple[str, ...] = ()
    next_step: str = ""
    next_change: int | None = None


class Moving(Struct, frozen=True):
    """A change under way, or one of the last. `cells`: that have it now; `back`: what going back would take."""

    id: int
    kind: str
    what: str
    state: str
    cells: tuple[int, ...]
    why: str
    reason: str
    at: datetime | None
    back: str = ""


class Cell(Struct, frozen=True):
    """None: too little was asked to say."""

    number: int
    asked_per_s: float = 0.0
    failed: float | None = None
    p99_s: float | None = None
    changes: tuple[int, ...] = ()


class Picture(Struct, frozen=True):
    """A series of the last hours, `(seconds since 1970, number)`; several lines of one unit share a picture."""

    title: str
    measure: str
    lines: tuple[tuple[str, tuple[tuple[float, float], ...]], ...]


class Growing(Struct, frozen=True):
    """What grows a little every day."""

    says: str
    left_days: float


class Board(Struct, frozen=True, kw_only=True):
    """The whole state, as the console shows it. `at`: when it was put together; whoever shows it says how old it is,
    and an old one is red. `is_blind`: while the databases are away, what stands here of them is of before."""

    at: datetime
    site: str = ""
    is_blind: bool = False
    blind_since: datetime | None = None
    open: tuple[Card, ...] = ()
    ended: tuple[Incident, ...] = ()
    changes: tuple[Moving, ...] = ()
    frozen: str = ""
    cells: tuple[Cell, ...] = ()
    pictures: tuple[Picture, ...] = ()
    growing: tuple[Growing, ...] = ()
    measures: dict[str, float] = {}
    on_call: str = ""
    manager: str = ""
    looks: int = 0
