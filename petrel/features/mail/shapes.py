"""Shapes of mail."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

State = Literal["waiting", "sent", "refused", "ended"]
"""`refused`: for good, by the recipient's side. `ended`: it came to nothing else, or its time was over."""

NEEDED = "needed"
TOPICS = {"digest": "a summary of what happened, at most once a week"}
"""What one can wish for, in words for the page of settings. Everything else is needed: sent without being asked."""


class Content(Struct, frozen=True):
    """What is sealed of a letter. `to` is "" for an account: its address is looked up when the letter leaves."""

    to: str
    facts: dict[str, str]


class Letter(Struct, frozen=True):
    """A letter as it is claimed for sending."""

    id: int
    account: int | None
    template: str
    attempts: int
    made_at: datetime
    until_at: datetime
    sealed: bytes


class Waiting(Struct, frozen=True):
    """A letter as the crew sees it: no address, no text."""

    id: int
    account: int | None
    template: str
    state: State
    attempts: int
    made_at: datetime
    next_at: datetime
    code: str
