"""Shapes of relationships: the two sides of a pair, what the viewer may know of one, filters, tags."""

from datetime import datetime
from enum import IntFlag
from typing import Literal

from msgspec import Struct

from petrel.core.errors import Invalid, Refused
from petrel.features.accounts import State


class Bit(IntFlag):
    """What `relationships.relation.bits` says, seen from the owner of the row."""

    FOLLOWING = 1
    FOLLOWED_BY = 2
    REQUESTED = 4
    REQUESTED_BY = 8
    BLOCKING = 16
    BLOCKED_BY = 32
    MUTING = 64
    MUTING_NOTIFICATIONS = 128
    WITHOUT_BOOSTS = 256
    BELL = 512
    ENDORSED = 1024


CANNOT_ACT = State.SUSPENDED | State.DEACTIVATED


class Side(Struct, frozen=True):
    """One row: how `owner` stands to `other`. The ids are made when an edge begins; lists page by them."""

    owner: int
    other: int
    bits: int = 0
    following_id: int | None = None
    followed_id: int | None = None
    requested_by_id: int | None = None
    blocking_id: int | None = None
    muting_id: int | None = None
    muting_until: datetime | None = None


class Pair(Struct, frozen=True):
    """Both rows of a pair, locked: `mine` belongs to whoever acts."""

    mine: Side
    theirs: Side


class Standing(Struct, frozen=True):
    """What a decision about a pair needs to know of the accounts; `shell` as in accounts.cards."""

    shell: int
    is_protected: bool
    is_remote: bool
    other_state: int
    own_state: int


class Relation(Struct, frozen=True):
    """How the viewer stands to account `id`, as far as the viewer may know: who blocks them, nobody is told."""

    id: int
    bits: int = 0
    muting_until: datetime | None = None
    note: str = ""

    def has(self, bit: Bit) -> bool:
        return self.bits & bit != 0


class Edge(Struct, frozen=True):
    """One entry of a list of accounts. `id` is the cursor to page by; `until` ends a timed mute."""

    id: int
    account: int
    until: datetime | None = None


class Keyword(Struct, frozen=True):
    """`id` is unique within its account's filters."""

    id: int
    keyword: str
    whole_word: bool = True


class FilteredPost(Struct, frozen=True):
    """A single post that a filter names."""

    id: int
    post: int


Context = Literal["home", "notifications", "public", "thread", "account"]
CONTEXTS: tuple[Context, ...] = ("home", "notifications", "public", "thread", "account")


class Filter(Struct, frozen=True):
    """What a member does not want to see, and where. `action`: warn, hide, or blur (media)."""

    id: int
    title: str
    contexts: tuple[str, ...]
    action: str = "warn"
    expires_at: datetime | None = None
    keywords: tuple[Keyword, ...] = ()
    posts: tuple[FilteredPost, ...] = ()


class FilterResult(Struct, frozen=True):
    """Which filter a text ran into, by which keywords or as which post."""

    filter: Filter
    keywords: tuple[str, ...] = ()
    posts: tuple[int, ...] = ()


class KeywordChange(Struct, frozen=True):
    """One entry of `keywords_attributes`: new without an id, otherwise changed, or removed."""

    id: int | None = None
    keyword: str | None = None
    whole_word: bool | None = None
    remove: bool = False


class FilterDraft(Struct, frozen=True):
    """What to set; None leaves as it is (`title` and `contexts` are needed for a new filter).

    `expires_in_s`: seconds from now; 0 means never.
    """

    title: str | None = None
    contexts: tuple[str, ...] | None = None
    action: str | None = None
    expires_in_s: int | None = None
    keywords: tuple[KeywordChange, ...] = ()


class FollowedTag(Struct, frozen=True):
    """`id` is the cursor to page by; `name` as it was typed first."""

    id: int
    name: str


class FeaturedTag(Struct, frozen=True):
    """A tag on a profile, with how many posts anybody may see under it, and when the newest was written."""

    id: int
    name: str
    posts: int = 0
    last_post_at: datetime | None = None


class SelfFollow(Refused):
    """Following your own account is not allowed"""


class NotFollowed(Invalid):
    """Validation failed: You must be already following the person you want to endorse"""
