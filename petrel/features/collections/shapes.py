"""Shapes of collections."""

from datetime import datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from petrel.core.errors import Invalid

State = Literal["accepted", "pending"]


class Text(Struct, frozen=True, omit_defaults=True):
    """What the owner wrote, sealed as one. `tag`: without its sign, as typed; "" for none."""

    name: str
    description: str = ""
    tag: str = ""


class Marks(Struct, frozen=True):
    """What the owner says of a collection. `is_discoverable`: it stands on their profile."""

    language: str | None = None
    is_sensitive: bool = False
    is_discoverable: bool = True


class Collection(Struct, frozen=True):
    """As one viewer may see it."""

    id: int
    owner: int
    text: Text
    marks: Marks
    changed_at: datetime
    is_taken_down: bool = False


class Item(Struct, frozen=True):
    """An account in a collection. For the owner's eyes alone: `pending`, when the account does not let itself be
    proposed any more, and without a number when the owner may not see it at all."""

    id: int
    account: int | None
    state: State = "accepted"


class Change(Struct, frozen=True):
    """Unset leaves as it is."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    tag: str | UnsetType = UNSET
    language: str | UnsetType | None = UNSET
    is_sensitive: bool | UnsetType = UNSET
    is_discoverable: bool | UnsetType = UNSET


class CannotAdd(Invalid):
    """Validation failed: This account cannot be added to a collection

    One text for all reasons: no consent, a block, hidden, refused before, unknown.
    """

    def __init__(self) -> None:
        super().__init__(message="Validation failed: This account cannot be added to the collection")


class ItemTaken(Invalid):
    """Validation failed: Account has already been taken"""

    def __init__(self) -> None:
        super().__init__("account", "has already been taken")
