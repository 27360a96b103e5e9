"""What the followers' process and the web processes of a machine say to each other about streams: ids, never text."""

import msgspec
from msgspec import Struct

from petrel.core.tail import Position

KINDS = frozenset((
    "posts.post.created", "posts.boost.created", "posts.post.edited", "posts.post.deleted", "posts.boost.removed",
    "posts.post.taken_down", "posts.post.narrowed", "messages.message.created", "messages.message.deleted",
    "messages.message.taken_down", "relationships.filter.created", "relationships.filter.changed",
    "relationships.filter.removed", "notifications.request.accepted", "accounts.announcement.published",
    "accounts.announcement.withdrawn", "accounts.announcement.reacted", "accounts.announcement.unreacted",
    "accounts.token.revoked", "accounts.account.suspended", "accounts.account.erasing", "accounts.account.erased",
    "accounts.account.removed", "accounts.account.changed", "accounts.password.changed", "lists.list.changed",
    "lists.list.deleted", "lists.member.added",
    "lists.member.removed", "lists.account.swept"))
"""Of the journal, what a stream may have to say or stop saying."""
REACHING = frozenset(("posts.post.created", "posts.boost.created", "posts.post.edited"))


class Item(Struct, frozen=True, array_like=True):
    """One entry of the journal. `reached`: of the watched accounts those on whose home timeline it belongs."""

    kind: str
    subject: int
    actor: int
    refs: list[int]
    reached: list[int] = []


class News(Struct, frozen=True, array_like=True, tag=0):
    """`at`: where the journal stands after these. Nothing below it comes again."""

    at: Position
    items: list[Item]


class Told(Struct, frozen=True, array_like=True, tag=1):
    """(account, number of a notification), of watched accounts."""

    rows: list[tuple[int, int]]


class Watched(Struct, frozen=True, array_like=True, tag=2):
    """From what is written now on, these accounts miss nothing."""

    accounts: list[int]


class Begin(Struct, frozen=True, array_like=True, tag=3):
    """The first word of a web process: where it had got to, or None to begin now."""

    at: Position | None


class Watch(Struct, frozen=True, array_like=True, tag=4):
    accounts: list[int]
    ended: list[int] = []


Answer = News | Told | Watched
Question = Begin | Watch
HEAD_BYTES = 4
MOST_BYTES = 1 << 24
encode = msgspec.msgpack.Encoder().encode
decode_answer = msgspec.msgpack.Decoder(Answer).decode
decode_question = msgspec.msgpack.Decoder(Question).decode


def framed(message: Answer | Question) -> bytes:
    body = encode(message)
    return len(body).to_bytes(HEAD_BYTES, "big") + body
