"""Shapes of access: a kind, a request, a decision."""

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from petrel.core.errors import Refused
from petrel.features.accounts import Role

State = Literal["asked", "approved", "refused", "used", "expired"]

ALONE = timedelta(minutes=30)
"""How long a crew of one waits, visibly, for want of a second person; access.approve_alone has the same."""


class Kind(Struct, frozen=True):
    """A sort of thing that takes two people, and what it takes."""

    name: str
    sentence: str                       # "Do this to {field}": what the second person says yes to
    fields: tuple[str, ...]             # the particulars: all of them are given, and no others
    least: Role = "admin"               # of both persons
    wants_other_role: bool = False      # the second has another role than the first
    request_minutes: int = 24 * 60      # so long it waits for a second person
    approval_minutes: int = 60          # so long it may be used after that
    uses: int = 1


class Person(Struct, frozen=True):
    """Who acts, as the database knows the holder of the session."""

    account: int
    role: Role
    state: int
    is_session: bool
    age_s: float


class Request(Struct, frozen=True):
    """One thing asked for. `state` is as of now: what ran out says expired even before that is written down."""

    id: int
    kind: str
    what: dict[str, str]
    reason: str
    state: State
    asker: int
    asked_at: datetime
    expires_at: datetime
    approver: int | None = None
    approved_at: datetime | None = None
    good_until: datetime | None = None
    refuser: int | None = None
    used_at: datetime | None = None
    uses_left: int = 1
    is_alone: bool = False              # approved by waiting, in a crew of one
    approves_itself_at: datetime | None = None


class Case(Struct, frozen=True):
    """A request with all that the rules look at."""

    request: Request
    bound: bytes
    now: datetime
    least: Role
    wants_other_role: bool
    asker_role: Role
    asker_may: bool                     # still of the crew, in the role it takes
    approver_may: bool
    is_puppet: bool                     # who acts was given their role by the asker, a moment ago
    crew_is_one: bool


class Decision(Struct, frozen=True):
    """`reason` is a word for the log, `cure` what a person is told; both empty when it is allowed."""

    allowed: bool
    reason: str = ""
    cure: str = ""
    source: str = ""


class NotAllowed(Refused):
    """This takes a second person"""
