"""Who is told of what: from journal entries to rows to add and to remove. Pure; blocks, mutes and policies are
looked at where the rows are written (rows.py)."""

from collections.abc import Callable, Iterable

from petrel.core.journal import Entry
from petrel.features.notifications.shapes import Kind

Key = tuple[int, int, int, int]
"""Whom, kind, post (or 0), by whom."""


class Batch:
    """What a batch of entries comes to, in commit order: the last word on a key counts."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.at = 0                                         # place of the entry in the batch
        self.add: dict[Key, tuple[int, int]] = {}           # to (place, conversation of a direct post or 0)
        self.drop: dict[Key, None] = {}
        self.gone: list[int] = []                           # deleted posts
        self.rung: dict[int, tuple[int, int]] = {}          # post to (place, author): for those who have a bell
        self.bells: dict[tuple[int, int], bool] = {}        # (author, follower) -> wants one
        self.muted: dict[tuple[int, int], bool] = {}        # (account, post of a thread) -> muted
        self.edited: dict[int, tuple[int, int]] = {}        # post to (place, author): for those who quote it
        self.ended: dict[int, tuple[int, int]] = {}         # poll to (place, author): for those who voted
        self.left: dict[tuple[int, int], None] = {}         # (account, collection that it is not in any more)
        self.talks: dict[tuple[int, int], None] = {}        # (account, conversation that it wrote in)
        for self.at, entry in enumerate(entries):
            TAKES[entry.kind](self, entry)

    def tell(self, account: int, kind: Kind, actor: int, post: int = 0, conversation: int = 0) -> None:
        """Nobody is told of what they did themselves."""
        if account and account != actor:
            key = (account, int(kind), post, actor)
            self.drop.pop(key, None)
            self.add.pop(key, None)
            self.add[key] = (self.at, conversation)

    def untell(self, account: int, kind: Kind, actor: int, post: int = 0) -> None:
        key = (account, int(kind), post, actor)
        self.add.pop(key, None)
        self.drop[key] = None


def _posted(b: Batch, e: Entry) -> None:
    author, reply_to, answered, named = e.actor or 0, e.refs[0], e.refs[1], e.refs[4:]
    for account in named:
        b.tell(account, Kind.MENTION, author, e.subject)
    # A bell rings for what somebody says, not for what they answer to others. source: the client API.
    if not reply_to or answered == author:
        b.rung[e.subject] = (b.at, author)


def _edited(b: Batch, e: Entry) -> None:
    for account in e.refs:
        b.tell(account, Kind.MENTION, e.actor or 0, e.subject)
    b.edited[e.subject] = (b.at, e.actor or 0)


def _deleted(b: Batch, e: Entry) -> None:
    b.gone.append(e.subject)
    b.rung.pop(e.subject, None)
    b.ended.pop(e.subject, None)
    b.edited.pop(e.subject, None)
    for key in [k for k in b.add if k[2] == e.subject]:
        del b.add[key]


def _messaged(b: Batch, e: Entry) -> None:
    author, conversation = e.actor or 0, e.refs[0]
    b.talks[author, conversation] = None
    for account in e.refs[1:]:
        b.tell(account, Kind.MENTION, author, e.subject, conversation)


def _boosted(b: Batch, e: Entry) -> None:
    b.tell(e.refs[1], Kind.REBLOG, e.actor or 0, e.refs[0])


def _unboosted(b: Batch, e: Entry) -> None:
    b.untell(e.refs[1], Kind.REBLOG, e.actor or 0, e.refs[0])


def _liked(b: Batch, e: Entry) -> None:
    b.tell(e.refs[0], Kind.FAVOURITE, e.actor or 0, e.subject)


def _unliked(b: Batch, e: Entry) -> None:
    b.untell(e.refs[0], Kind.FAVOURITE, e.actor or 0, e.subject)


BELL = 512


def _followed(b: Batch, e: Entry) -> None:
    follower, followee, bits = e.refs
    b.tell(followee, Kind.FOLLOW, follower)
    if bits & BELL:
        b.bells[followee, follower] = True


def _wished(b: Batch, e: Entry) -> None:
    follower, followee, bits = e.refs
    b.bells[followee, follower] = bool(bits & BELL)


def _unfollowed(b: Batch, e: Entry) -> None:
    follower, followee = e.refs[:2]
    b.untell(followee, Kind.FOLLOW, follower)
    b.bells[followee, follower] = False


def _asked(b: Batch, e: Entry) -> None:
    b.tell(e.refs[1], Kind.FOLLOW_REQUEST, e.refs[0])


def _answered(b: Batch, e: Entry) -> None:
    """A request accepted, rejected or taken back is no longer news."""
    b.untell(e.refs[1], Kind.FOLLOW_REQUEST, e.refs[0])


def _muted(b: Batch, e: Entry) -> None:
    b.muted[e.actor or 0, e.subject] = e.kind.endswith(".created")


NO_RESTRICTION = 0


def _decided(b: Batch, e: Entry) -> None:
    """Refs: case, about whom, post, what was done. Whom it is about is told that something was decided, by nobody in
    particular; the newest such stands for all."""
    about, what = e.refs[1], e.refs[3]
    if what != NO_RESTRICTION:
        key = (about, int(Kind.MODERATION_WARNING), 0, about)
        b.drop[key] = None
        b.add[key] = (b.at, 0)


def _quoted(b: Batch, e: Entry) -> None:
    b.tell(e.refs[1], Kind.QUOTE, e.actor or 0, e.subject)


def _revoked(b: Batch, e: Entry) -> None:
    b.untell(e.refs[1], Kind.QUOTE, e.refs[2], e.subject)


def _ended(b: Batch, e: Entry) -> None:
    """The author is told by nobody else: their own name stands for the poll."""
    author = e.refs[0]
    b.ended[e.subject] = (b.at, author)
    key = (author, int(Kind.POLL), e.subject, author)
    b.drop.pop(key, None)
    b.add[key] = (b.at, 0)


def _added(b: Batch, e: Entry) -> None:
    collection, account = e.refs
    b.tell(account, Kind.ADDED_TO_COLLECTION, e.actor or 0, collection)


def _renamed(b: Batch, e: Entry) -> None:
    """Whoever is recommended under a name learns of it when it is another. The newest change stands for all."""
    for account in e.refs:
        b.tell(account, Kind.COLLECTION_UPDATE, e.actor or 0, e.subject)


def _left(b: Batch, e: Entry) -> None:
    """However it ended: whoever is not in it is told nothing of it. Whose it is the rows say."""
    collection, account = e.refs
    b.left[account, collection] = None
    for key in [k for k in b.add if k[0] == account and k[2] == collection]:
        del b.add[key]


def _undone(b: Batch, e: Entry) -> None:
    for account in e.refs:
        b.left[account, e.subject] = None
    for key in [k for k in b.add if k[2] == e.subject]:
        del b.add[key]


TAKES: dict[str, Callable[[Batch, Entry], None]] = {
    "posts.post.created": _posted,
    "posts.post.edited": _edited,
    "posts.post.deleted": _deleted,
    "messages.message.created": _messaged,
    "messages.message.deleted": _deleted,
    "posts.boost.created": _boosted,
    "posts.boost.removed": _unboosted,
    "posts.like.created": _liked,
    "posts.like.removed": _unliked,
    "relationships.follow.created": _followed,
    "relationships.follow.changed": _wished,
    "relationships.follow.removed": _unfollowed,
    "relationships.request.created": _asked,
    "relationships.request.accepted": _answered,
    "relationships.request.removed": _answered,
    "posts.poll.ended": _ended,
    "posts.quote.created": _quoted,
    "posts.quote.revoked": _revoked,
    "posts.mute.created": _muted,
    "posts.mute.removed": _muted,
    "moderation.decision.made": _decided,
    "collections.item.added": _added,
    "collections.item.removed": _left,
    "collections.item.revoked": _left,
    "collections.collection.changed": _renamed,
    "collections.collection.deleted": _undone,
}
