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
    """What is sealed of a letter. `to` is "" for an account: its address is looked up when the letter leaves.
    `language`: as accounts have it, "" for none."""

    to: str
    facts: dict[str, str]
    language: str = ""


class Letter(Struct, frozen=True):
    """A letter as it is claimed for sending."""

    id: int
    account: int | None
    template: str
    attempts: int
    made_at: datetime
    until_at: datetime
    sealed: bytes


class Shown(Struct, frozen=True):
    """A letter as the crew sees it: no address, no text."""

    id: int
    account: int | None
    template: str
    state: State
    attempts: int
    made_at: datetime
    next_at: datetime
    code: str


class Health(Struct, frozen=True):
    """How mail goes. `sent` and `refused` within a day; `relay`: what the mail server last said while nothing goes
    through it, None while it does."""

    is_on: bool
    waiting: int
    oldest_s: float
    sent: int
    refused: int
    relay: str | None


class Record(Struct, frozen=True):
    """A TXT record that should be in DNS, and what for. `is_ours`: we know it letter by letter."""

    name: str
    text: str
    why: str
    is_ours: bool = True


class Own(Struct, frozen=True):
    """What somebody sees of their mail. `refusal`: "bounce" or "complaint", of the address they have now."""

    topics: frozenset[str] = frozenset()
    is_confirmed: bool = False
    refusal: str | None = None
