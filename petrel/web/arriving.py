"""What pages of coming in show: the gate, how somebody came in, their mail, and for the crew who came."""

from datetime import datetime

from msgspec import Struct

from petrel.features.signup import Arrival


class SignupGate(Struct, frozen=True, kw_only=True):
    """What the sign-up form asks for now. `challenge`: for the browser's work, "" where none is asked for."""

    mode: str = "open"
    is_shut: bool = False
    question: str = ""
    challenge: str = ""


class Newcomer(Struct, frozen=True, kw_only=True):
    """What the sign-up and set-up forms send. `reason`, `challenge` and `proof`: see features/signup.
    `language`: that of the form."""

    handle: str
    password: str
    name: str = ""
    email: str = ""
    invite: str = ""
    has_agreed: bool = False
    reason: str = ""
    challenge: str = ""
    proof: str = ""
    device: str = ""
    language: str = ""


class Arrivals(Struct, frozen=True, kw_only=True):
    """Who waits, who came, and the wave for which nobody more is taken (`since`, `shut`, `why`), if there is one:
    `count` came in with it, `count_waiting` wait to be let in."""

    waiting: tuple[Arrival, ...]
    lately: tuple[Arrival, ...]
    is_shut: bool = False
    since: datetime | None = None
    shut: datetime | None = None
    why: str = ""
    count: int = 0
    count_waiting: int = 0


class Moved(Struct, frozen=True):
    """How many were suspended, or brought back; or the change that was planned, since they are too many at once."""

    count: int
    change: int | None = None


class Entered(Struct, frozen=True, kw_only=True):
    """How somebody came in: with a session, or waiting for "mail" or for the "crew"."""

    session: str = ""
    waits: str = ""


class OwnMail(Struct, frozen=True, kw_only=True):
    """What somebody sees of their mail. `refusal`: "bounce" or "complaint", of the address they have."""

    email: str = ""
    is_confirmed: bool = False
    wants_digest: bool = False
    refusal: str = ""
