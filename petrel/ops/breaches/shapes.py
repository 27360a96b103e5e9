"""Shapes of breaches."""

from datetime import datetime
from typing import Literal, get_args

from msgspec import Struct

State = Literal["open", "assessed", "notified", "closed"]
STATES: tuple[State, ...] = get_args(State)


class Breach(Struct, frozen=True):
    """`first_at`: until then it surely was well, None where nobody knows. `until_at`: when the door was shut, None
    while it may be open. `due_at`: by when the authority is to be told."""

    id: int
    state: State
    surface: str
    door: str
    viewer: str
    kinds: tuple[str, ...]
    policy: int
    build: str
    first_at: datetime | None
    found_at: datetime
    until_at: datetime | None
    due_at: datetime


class Note(Struct, frozen=True):
    """What the crew noted; `state` of the breach from then on. `text` is None once its key is destroyed."""

    at: datetime
    state: State
    text: str | None
