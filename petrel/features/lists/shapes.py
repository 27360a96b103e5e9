"""Shapes of lists."""

from typing import Literal

from msgspec import Struct

from petrel.core.errors import Invalid

RepliesPolicy = Literal["followed", "list", "none"]


class List(Struct, frozen=True):
    """A list of its owner's. `replies_policy`: which replies of members show: to whom the owner follows, to other
    members, or none. `is_exclusive`: its members are kept off the home timeline."""

    id: int
    title: str
    replies_policy: str = "list"
    is_exclusive: bool = False


class Membership(Struct, frozen=True):
    """An account in a list; `id` is the cursor to page by."""

    id: int
    account: int


class MemberTaken(Invalid):
    """Validation failed: Account has already been taken"""
