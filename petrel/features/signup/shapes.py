"""Shapes of sign-up."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from petrel.features.accounts import Issued

Mode = Literal["open", "approval", "invite", "closed"]


class Came(Struct, frozen=True):
    """What somebody brings besides the form. `address`: of the network. `proof`: what their browser found for the
    challenge, "" for none."""

    address: str = ""
    answers: str = ""
    challenge: str = ""
    proof: str = ""


class Joined(Struct, frozen=True):
    """`waits`: "mail" for the address to be confirmed, "crew" to be let in, "" for nothing."""

    issued: Issued | None
    waits: Literal["", "mail", "crew"] = ""


class Facts(Struct, frozen=True, kw_only=True):
    """What the decision is made of. `an_hour`: who came alone within the last hour; `of_network`: within a day;
    `is_doubtful`: from a network whose people the moderators look at first."""

    mode: Mode
    is_shut: bool = False
    is_invited: bool = False
    confirms: bool = False
    has_mail: bool = False
    asks_work: bool = False
    has_worked: bool = False
    has_answered: bool = False
    of_network: int = 0
    most_of_network: int = 0
    is_doubtful: bool = False


class Gate(Struct, frozen=True):
    """What the sign-up form has to know. `work`: bits, 0 for none."""

    mode: Mode
    is_shut: bool
    work: int
    question: str


class Arrival(Struct, frozen=True):
    """Somebody who came, as the crew sees it. `peers`: how many came from the same network within a day of it."""

    account: int
    handle: str
    at: datetime
    waits: bool
    is_invited: bool
    is_undone: bool
    peers: int
    answers: str


class Wave(Struct, frozen=True):
    """Why the gate is shut. Who came alone since then and was let in by nobody: `arrivals` are in, `waiting` wait."""

    shut_at: datetime
    since_at: datetime
    why: str
    arrivals: int
    waiting: int
