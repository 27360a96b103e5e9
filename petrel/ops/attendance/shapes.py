"""Shapes of attendance."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

Kind = Literal["breach", "alert", "case", "approval", "gate", "newcomers", "appeal"]


class Waiting(Struct, frozen=True):
    """One thing that nobody has taken up. `weight`: 0 to 100, what comes first; `what`: a word or two, no names. The
    gate of sign-up and the newcomers have no number of their own: 0."""

    kind: Kind
    number: int
    since: datetime
    weight: int
    what: str


class Standing(Struct, frozen=True):
    """`caution` since when. `oldest_at`: since when the oldest pressing thing waits, None when nothing presses."""

    caution: int
    since: datetime
    oldest_at: datetime | None
