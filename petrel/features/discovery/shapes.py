"""Shapes of discovery, and what an app of the crew has to be allowed."""

from datetime import date
from enum import IntEnum

from msgspec import Struct

SCOPES = ["admin:read", "admin:write"]
WRITE_SCOPES = ["admin:write"]


class Kind(IntEnum):
    """What the crew says something of."""

    TAG = 1
    POST = 2
    LINK = 3
    PUBLISHER = 4


class Day(Struct, frozen=True):
    """How many posts used a tag or had a link on a day (UTC), and how many accounts wrote them."""

    day: date
    uses: int
    accounts: int


class Trend(Struct, frozen=True):
    """`name` of a tag, `post` of a post. `is_approved`: None while the crew has said nothing."""

    is_approved: bool | None
    name: str = ""
    post: int = 0
