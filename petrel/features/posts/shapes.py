"""Shapes of posts: audiences, drafts, what is sealed, what a page of them is made of."""

from enum import IntEnum, IntFlag
from typing import Any

import msgspec
from msgspec import Struct, msgpack

from petrel.core.errors import Invalid, NotFound, Refused
from petrel.core.viewer import Member


class Audience(IntEnum):
    """Whom the author writes to; stored numbers. PROTECTED is never stored: it is computed at reading."""

    PUBLIC = 0
    UNLISTED = 1
    FOLLOWERS = 2
    DIRECT = 3
    SELF = 4
    PROTECTED = 5


class Surface(IntEnum):
    """Where a post is about to be shown. source: docs/law/visibility.md section 1.

    The document's `home` covers home and list timelines; LIST is judged by the same row, and has its own replies.
    """

    LINK = 0
    API = 1
    PROF = 2
    THRD = 3
    EMBD = 4
    HOME = 5
    PUB = 6
    SRCH = 7
    NTF = 8
    STRM = 9
    PUSH = 10
    MEDIA = 11
    CNT = 12
    EXP = 13
    LIST = 15


class Code(IntEnum):
    """What the law gives a viewer, strictest first. source: docs/law/visibility.md section 1."""

    NOTHING = 0
    TOMBSTONE = 1
    POINTER = 2
    HISTORY = 3
    GATE = 4
    IF_ASKED = 5
    FULL = 6


class State(IntFlag):
    """The law's states that a post or its author can be in; bits of `flags` and of `accounts.account.state`.

    On a post WITHHELD means somewhere; in a verdict it means here. COUNTRY_UNKNOWN, of verdicts only: it is withheld
    somewhere, and nobody knows where the viewer is, so that it is shown.
    """

    SENSITIVE = 2
    ADULT = 4
    LIMITED = 8
    WITHHELD = 16
    REMOVED = 64
    SUSPENDED = 128
    DEACTIVATED = 256
    DELETED = 512
    QUARANTINED = 1024
    WRITTEN_PROTECTED = 65536
    COUNTRY_UNKNOWN = 131072


class Carries(IntFlag):
    """What a post carries beside its text: bits of `posts.post.flags`, and of a row's `states`. No states of the law.

    POLL, QUOTE and CARD have something that moves: a row's `live`. The kinds of media are the same for every viewer.
    QUOTED, of verdicts only: others quote it, and `live` says how many.
    """

    POLL = 1 << 18
    QUOTE = 1 << 19
    CARD = 1 << 20
    PICTURE = 1 << 21
    VIDEO = 1 << 22
    AUDIO = 1 << 23
    MEDIA = PICTURE | VIDEO | AUDIO
    QUOTED = 1 << 24


class QuotePolicy(IntEnum):
    """Who may quote a post; bits of `posts.post.flags`, and of a row's `states`."""

    PUBLIC = 0
    FOLLOWERS = 1 << 25
    NOBODY = 1 << 26


class ReplyPolicy(IntEnum):
    """Who may answer a post; bits as above."""

    EVERYONE = 0
    FOLLOWERS = 1 << 27
    MENTIONED = 1 << 28


QUOTE_POLICIES = tuple(QuotePolicy)
"""As accounts number them (`accounts.account.default_quote`)."""

POLICY_BITS = {"quote": 3 << 25, "reply": 3 << 27}


def quote_policy_of(states: int) -> QuotePolicy:
    """A combination that is not known allows nobody."""
    bits = states & POLICY_BITS["quote"]
    return QuotePolicy(bits) if bits in (0, QuotePolicy.FOLLOWERS) else QuotePolicy.NOBODY


def reply_policy_of(states: int) -> ReplyPolicy:
    bits = states & POLICY_BITS["reply"]
    return ReplyPolicy(bits) if bits in (0, ReplyPolicy.FOLLOWERS) else ReplyPolicy.MENTIONED


class Mark(IntFlag):
    """What the viewer did with a post: bits of posts.mark."""

    LIKE = 1
    BOOKMARK = 2
    BOOST = 4
    PIN = 8
    MUTE = 16


class Folder(Struct, frozen=True):
    """Of bookmarks, by its owner's name for it."""

    id: int
    name: str


class Who(IntFlag):
    """Who the viewer is towards the author: bits as in law.code. FILTERING, of pages only, is about nobody else:
    the viewer keeps filters of their own."""

    SIGNED_IN = 1
    PENDING = 2
    FOLLOWER = 4
    NAMED = 8
    MUTING = 16
    BLOCKED = 32
    BLOCKING = 64
    AUTHOR = 128
    FILTERING = 65536


class Named(Struct, frozen=True, array_like=True):
    """An account that a text names; `acct` is the lower-case form that the text uses."""

    acct: str
    account: int
    handle: str
    domain: str = ""


class Attachment(Struct, frozen=True, array_like=True):
    """A file that a post carries. Stored as msgpack; fields are only ever added at the end.

    `kind` and `meta` as the client API has them; `file` and `preview` are names in the store ("" for none).
    """

    id: int
    kind: str
    file: str
    preview: str = ""
    description: str = ""
    blurhash: str | None = None
    meta: dict[str, Any] = {}


class PollText(Struct, frozen=True, array_like=True):
    """What the author of a poll wrote. Stored as msgpack; fields are only ever added at the end."""

    options: tuple[str, ...]
    is_multiple: bool = False
    hides_totals: bool = False
    expires_at_ms: int | None = None


class PollDraft(Struct, frozen=True):
    """A poll about to be asked. `expires_in_s` counts from when it is published."""

    options: tuple[str, ...]
    expires_in_s: int | None = None
    is_multiple: bool = False
    hides_totals: bool = False


class Content(Struct, frozen=True, array_like=True):
    """What is sealed of a post, the same for everybody who may see it. Stored as msgpack; fields are only ever added at
    the end."""

    text: str
    spoiler: str = ""
    named: tuple[Named, ...] = ()
    media: tuple[Attachment, ...] = ()
    poll: PollText | None = None

    def encode(self) -> bytes:
        return msgpack.encode(self)


def decode_content(plain: bytes) -> Content:
    return msgpack.decode(plain, type=Content)


Described = tuple[int, str | None, tuple[float, float] | None]
"""New words and focus for an upload; None leaves them."""


class Draft(Struct, frozen=True):
    """A post about to be written. `audience`, `quote_policy` None: the account's default. `text` as the person typed
    it. `media`: uploads of the author's, in their order. `among`: a text that names anybody else is refused; None:
    it may name everybody."""

    text: str
    audience: Audience | None = None
    reply_to: int | None = None
    spoiler: str = ""
    is_sensitive: bool = False
    language: str | None = None
    media: tuple[int, ...] = ()
    described: tuple[Described, ...] = ()
    poll: PollDraft | None = None
    quote_of: int | None = None
    quote_policy: QuotePolicy | None = None
    reply_policy: ReplyPolicy = ReplyPolicy.EVERYONE
    among: tuple[int, ...] | None = None


class Ask(Struct, frozen=True):
    """One member's wish to publish a draft. `once` is the digest of an idempotency key, good for a day.

    `id`: of something imported, which says when it was written: by `ids.IMPORT_MAKER`, in the author's cell.
    """

    member: Member
    draft: Draft
    cause: str
    once: bytes | None = None
    id: int | None = None


class MarkAsk(Struct, frozen=True):
    """One member's wish to set or clear one mark on a post."""

    member: Member
    post: int
    mark: Mark
    on: bool
    cause: str
    audience: Audience | None = None  # of a boost
    id: int | None = None  # of a boost that is imported, as in Ask


class Fresh(Struct, frozen=True):
    """What a post's author is told right after the commit, without another look at the database.

    `is_new` is False when the same `once` had published it before: then read it like any other.
    """

    id: int
    author: int
    audience: Audience
    flags: int = 0
    reply_to: int | None = None
    reply_to_account: int | None = None
    language: str | None = None
    conversation: int | None = None
    content: Content | None = None
    account_version: int = 0
    is_new: bool = True


class Marked(Struct, frozen=True):
    """A mark after the commit: on which post it is (of a boost the original), its counts from before, and the
    boost's own id."""

    post: int
    changed: bool
    likes: int
    boosts: int
    boost: int | None = None


Row = Any  # a record of type law.entry: see visibility.sql


def live_of(row: Row) -> dict[str, Any]:
    """What moves of what a post carries, as `law.live` says it; empty for one that carries nothing of the kind."""
    return msgspec.json.decode(row["live"]) if row["live"] else {}


class PostNotFound(NotFound):
    """Record not found"""


class TooLong(Invalid):
    """Validation failed: Text character limit exceeded"""


class Empty(Invalid):
    """Validation failed: Text can't be blank"""


class TooWide(Refused):
    """To show a post to more people, sign in again on the web and open the post's audience page; an app may not"""


class NotForBoosting(Refused):
    """This action is not allowed"""
