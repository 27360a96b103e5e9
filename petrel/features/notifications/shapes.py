"""Shapes of notifications."""

from enum import IntEnum
from typing import Literal

from msgspec import Struct

from petrel.core.errors import NotFound
from petrel.core.ids import ms_of

GROUP_MS = 12 * 3600 * 1000


class Kind(IntEnum):
    """What happened; stored numbers. The names are those of the client API, in lower case."""

    MENTION = 1
    FOLLOW = 2
    FOLLOW_REQUEST = 3
    REBLOG = 4
    FAVOURITE = 5
    STATUS = 6
    MODERATION_WARNING = 7
    POLL = 8
    QUOTE = 9
    QUOTED_UPDATE = 10
    ADDED_TO_COLLECTION = 11
    COLLECTION_UPDATE = 12

    @property
    def word(self) -> str:
        return self.name.lower()


ALL_KINDS = tuple(Kind)
GROUPED = (Kind.FOLLOW, Kind.REBLOG, Kind.FAVOURITE)
OWN_POST = (Kind.REBLOG, Kind.FAVOURITE)
"""Kinds whose post is the owner's own; of the others it is the actor's."""
OF_OWN = (*OWN_POST, Kind.POLL, Kind.QUOTE, Kind.QUOTED_UPDATE)
"""Kinds whose post is fetched through something of the owner's own, their post, vote or quote: surface `api`."""
OF_COLLECTION = (Kind.ADDED_TO_COLLECTION, Kind.COLLECTION_UPDATE)
"""Kinds that are about no post: the number in `post` is that of a collection of the actor's."""


class Candidate(Struct, frozen=True):
    """A notification that the law has not seen yet. `post` is 0 where there is none, and of
    `OF_COLLECTION` the number of a collection."""

    id: int
    kind: Kind
    actor: int
    post: int


class Group(Struct, frozen=True):
    """What is shown as one: notifications of a kind about one post (0 for follows) within a stretch of twelve hours,
    or, with `only`, a single one."""

    kind: Kind
    post: int = 0
    stretch: int = 0
    only: int = 0

    @property
    def key(self) -> str:
        if self.only:
            return f"ungrouped-{self.only}"
        about = f"{self.kind.word}-{self.post}" if self.post else self.kind.word
        return f"{about}-{self.stretch}"

    @property
    def bounds(self) -> tuple[int, int]:
        """The lowest id of the group's stretch, and the lowest after it."""
        return self.stretch * GROUP_MS << 16, (self.stretch + 1) * GROUP_MS << 16


def group_of(one: Candidate, grouped: frozenset[Kind] = frozenset(GROUPED)) -> Group:
    if one.kind not in grouped or one.kind not in GROUPED:
        return Group(one.kind, only=one.id)
    return Group(one.kind, one.post, ms_of(one.id) // GROUP_MS)


def group_named(key: str) -> Group:
    """The group with this key; of an ungrouped one the kind is not known from it. Errors: NotFound."""
    kind, *numbers = key.split("-")
    if len(key) < 64 and all(n.isascii() and n.isdigit() for n in numbers):
        match kind, [int(n) for n in numbers]:
            case "ungrouped", [only] if 0 < only < 1 << 63:
                return Group(Kind.MENTION, only=only)
            case "follow", [stretch] if stretch < 1 << 21:
                return Group(Kind.FOLLOW, 0, stretch)
            case ("favourite" | "reblog"), [post, stretch] if 0 < post < 1 << 63 and stretch < 1 << 21:
                return Group(Kind[kind.upper()], post, stretch)
    raise NotFound


class Members(Struct, frozen=True):
    """A group as a whole: how many are in it, the newest id, and its newest actors, newest first."""

    count: int
    newest: int
    actors: tuple[int, ...]


class Leader(Struct, frozen=True):
    """The newest of a group on a page, the lowest id of the group there, and the group as a whole."""

    newest: Candidate
    lowest: int
    whole: Members


class Wanted(Struct, frozen=True):
    """Which notifications a viewer asks for. `held`: those that the policy keeps back too."""

    kinds: tuple[Kind, ...] = ALL_KINDS
    actor: int | None = None
    held: bool = False


Step = Literal["accept", "filter", "drop"]
STEPS: tuple[Step, ...] = ("accept", "filter", "drop")


class Policy(Struct, frozen=True):
    """From whom an account wants to hear. None of it touches people whom the account follows, but `not_followers`."""

    not_following: Step = "accept"
    not_followers: Step = "accept"
    new_accounts: Step = "accept"
    private_mentions: Step = "filter"
    limited_accounts: Step = "filter"


class Summary(Struct, frozen=True):
    """How much the policy keeps back: senders and notifications."""

    requests: int
    notifications: int


class Request(Struct, frozen=True):
    """What is held of one sender. `last_post` is 0 when none of it is about a post of theirs."""

    id: int
    actor: int
    count: int
    newest: int
    last_post: int
