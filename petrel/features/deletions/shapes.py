"""Shapes of deletions."""

from datetime import datetime
from enum import IntEnum

from msgspec import Struct


class Kind(IntEnum):
    """What was deleted; stored numbers."""

    POST = 1
    MESSAGE = 2
    ACCOUNT = 3


class State(IntEnum):
    """How far a deletion is; stored numbers."""

    ASKED = 0
    KEYS_GONE = 1
    CLEAN = 2
    REMAINS = 3
    PURGED = 4


class Deletion(Struct, frozen=True):
    """One line of the ledger. `shredded_at`: from then on the bytes of its keys are in no file of the keyring."""

    id: int
    kind: Kind
    account: int
    asked_at: datetime
    state: State
    entry: int
    keys_gone_at: datetime | None = None
    shredded_at: datetime | None = None
    swept_at: datetime | None = None
    remains: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()


class Remain(Struct, frozen=True):
    """Something of a deleted thing that is still there, and may not be."""

    id: int
    place: str
    count: int


class Look(Struct, frozen=True):
    """One store that was looked through, and how much of what was found. `allowed`: what may stay, and why."""

    store: str
    found: int
    allowed: str = ""
