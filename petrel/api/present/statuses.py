"""The Status entity. A post is rendered once per version to bytes; an answer splices in author, counts and flags.

Budget of a page: one query when everything is kept, and one more, to the keyring, when something is not.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from petrel.api.present import cards
from petrel.api.present.kept import Kept
from petrel.core import limits, seal
from petrel.core.doors import Reader, Row
from petrel.core.errors import NotFound
from petrel.core.ids import ms_of
from petrel.core.text import MentionTarget, parse, render
from petrel.features import accounts, posts
from petrel.features.posts import Code, Content, Shown, State, Surface, Who

VISIBILITY = {0: "public", 1: "unlisted", 2: "private", 3: "direct", 4: "direct", 5: "private"}
GATED_NOTICE = {
    "blocking": "You have blocked this person",
    "muting": "You have muted this person",
    "limited": "This account has been limited by the moderators",
    "history": "From a conversation with somebody on the other side of a block",
}


class MentionEntity(Struct):
    id: str
    username: str
    url: str
    acct: str


class TagEntity(Struct):
    name: str
    url: str


class Entity(Struct):
    """Everything of a Status that is the same for every viewer of one version."""

    id: str
    created_at: str
    in_reply_to_id: str | None
    in_reply_to_account_id: str | None
    sensitive: bool
    spoiler_text: str
    visibility: str
    language: str | None
    uri: str
    url: str
    edited_at: str | None
    content: str
    mentions: list[MentionEntity]
    tags: list[TagEntity]
    application: None = None
    media_attachments: list[str] = []
    emojis: list[str] = []
    card: None = None
    poll: None = None
    quote: None = None


class Static(Struct, frozen=True):
    """A rendered post. `opened` ends before its author; `whole` goes on to the author's counts.

    Both are of one `stamp`, the versions of post and author: when either changes, it is rendered anew.
    """

    stamp: int
    author: int
    opened: bytes
    whole: bytes
    is_protected: bool


KEPT: Kept[Static] = Kept(20_000)

_BOOLS = (b"false", b"true")
_MARKS = [
    b',"favourited":%s,"bookmarked":%s,"reblogged":%s,"muted":%s' % tuple(_BOOLS[bool(bits & m)] for m in (1, 2, 4, 16))
    for bits in range(32)
]
# By the viewer's marks, then by marks of an author on their own post: those know whether it is pinned.
_TAILS = [marks + b',"filtered":[]}' for marks in _MARKS] + [
    marks + b',"pinned":%s,"filtered":[]}' % _BOOLS[bool(bits & 8)] for bits, marks in enumerate(_MARKS)
]
_ANONYMOUS = b"}"
_SEES_ALL = int(Who.FOLLOWER | Who.AUTHOR)
_AUTHOR = int(Who.AUTHOR)
_PLAIN = (
    b'%s,"statuses_count":%d,"followers_count":%d,"following_count":%d,"last_status_at":%s},"reblog":null,'
    b'"replies_count":%d,"reblogs_count":%d,"favourites_count":%d,"quotes_count":0%s'
)


def when(number: int) -> str:
    return rfc3339(datetime.fromtimestamp(ms_of(number) / 1000, UTC))


def rfc3339(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _static(
    number: int,
    author: int,
    stamp: int,
    handle: str,
    domain: str,
    content: Content,
    *,
    audience: int,
    flags: int,
    reply_to: int | None,
    reply_to_account: int | None,
    language: str | None,
    edited_at: datetime | None,
) -> Static:
    base = limits.current().base_url
    parsed = parse(content.text)
    targets = {
        n.acct: MentionTarget(f"{base}/@{cards.acct_of(n.handle, n.domain)}", cards.acct_of(n.handle, n.domain))
        for n in content.named
    }
    entity = Entity(
        id=str(number),
        created_at=when(number),
        in_reply_to_id=reply_to and str(reply_to),
        in_reply_to_account_id=reply_to_account and str(reply_to_account),
        sensitive=bool(flags & State.SENSITIVE),
        spoiler_text=content.spoiler,
        visibility=VISIBILITY[audience],
        language=language,
        uri=f"{base}/ap/users/{author}/statuses/{number}",
        url=f"{base}/@{cards.acct_of(handle, domain)}/{number}",
        edited_at=edited_at and rfc3339(edited_at),
        content=render(parsed, targets, lambda tag: f"{base}/tags/{tag}"),
        mentions=[
            MentionEntity(str(n.account), n.handle, targets[n.acct].url, targets[n.acct].acct)
            for n in {n.account: n for n in content.named}.values()
        ],
        tags=[TagEntity(name.lower(), f"{base}/tags/{key}") for key, name in parsed.tags.items()],
    )
    opened = msgspec.json.encode(entity)[:-1] + b',"account":'
    card = cards.KEPT.get(author)
    return Static(stamp, author, opened, opened + card.full if card else b"", card is not None and card.is_protected)


def _author(row: Row) -> bytes:
    card = cards.KEPT.get(row["author"])
    assert card is not None
    sees_all = not card.is_protected or row["who"] & (Who.FOLLOWER | Who.AUTHOR)
    return cards.splice(
        card.full if sees_all else card.first,
        row["author_posts"],
        row["author_followers"],
        row["author_following"],
        row["author_last_post_on"],
    )


def _have(number: int) -> int:
    """The stamp of the copy that can be used as it is: the post's and its author's."""
    static = KEPT.get(number)
    return 0 if static is None or cards.KEPT.get(static.author) is None else static.stamp


async def _refresh(rows: Sequence[Row]) -> None:
    """Renders what changed since it was kept: authors first, since a post's address contains their handle."""
    changed = [row for row in rows if row["card"] is not None]
    if not changed:
        return
    new_cards = {
        row["card"]["id"]: row["card"]
        for row in changed
        if (kept := cards.KEPT.get(row["author"])) is None or kept.version != row["card"]["version"]
    }
    profiles, keys = await cards.unseal(
        new_cards.values(), (row["conversation"] or row["id"] for row in changed if row["sealed"] is not None)
    )
    for number, card in new_cards.items():
        cards.keep(card, profiles.get(number, accounts.Profile()))
    for row in changed:
        key = keys.get(row["conversation"] or row["id"])
        content = Content("")
        if row["sealed"] is not None and key is not None:
            content = posts.decode_content(seal.open_sealed(key, row["id"], row["sealed"]))
        card = cards.KEPT.get(row["author"])
        assert card is not None
        KEPT.put(
            row["id"],
            _static(
                row["id"],
                row["author"],
                row["stamp"],
                card.handle,
                card.domain,
                content,
                audience=row["audience"],
                flags=row["states"],
                reply_to=row["reply_to"],
                reply_to_account=row["reply_to_account"],
                language=row["language"],
                edited_at=row["edited_at"],
            ),
        )


def _tail(row: Row, *, viewer: bool) -> bytes:
    """The viewer's own part, and the closing brace."""
    if not viewer:
        return _ANONYMOUS
    return _TAILS[(row["marks"] or 0) + (32 if row["who"] & _AUTHOR else 0)]


def _counts(row: Row) -> bytes:
    return b',"replies_count":%d,"reblogs_count":%d,"favourites_count":%d,"quotes_count":0' % (
        row["replies"],
        row["boosts"],
        row["likes"],
    )


def _gate(row: Row) -> str | None:
    """Why the text waits behind a notice, or None when it does not. source: visibility.md section 14, code G."""
    if row["code"] == Code.HISTORY:
        return GATED_NOTICE["history"]
    if row["code"] != Code.GATE:
        return None
    who, states = row["who"], row["states"]
    if who & Who.BLOCKING:
        return GATED_NOTICE["blocking"]
    if who & Who.MUTING:
        return GATED_NOTICE["muting"]
    if states & State.LIMITED:
        return GATED_NOTICE["limited"]
    return None  # `sensitive` alone: apps hide it themselves


def _gated(row: Row, notice: str) -> bytes:
    static = _static(
        row["id"],
        row["author"],
        0,
        "",
        "",
        Content("", notice),
        audience=row["audience"],
        flags=State.SENSITIVE,
        reply_to=row["reply_to"],
        reply_to_account=row["reply_to_account"],
        language=None,
        edited_at=None,
    )
    filtered = msgspec.json.encode(
        [
            {
                "filter": {
                    "id": "0",
                    "title": notice,
                    "context": ["home", "notifications", "public", "thread", "account"],
                    "expires_at": None,
                    "filter_action": "warn",
                },
                "keyword_matches": [],
                "status_matches": [],
            }
        ]
    )
    return static.opened + _author(row) + _counts(row) + b',"filtered":' + filtered + b"}"


def _one(row: Row, *, viewer: bool, reveal: bool, likes: int | None = None, boosts: int | None = None) -> bytes:
    if row["code"] != 6:
        notice = None if reveal else _gate(row)
        if notice is not None and row["code"] != Code.HISTORY:
            return _gated(row, notice)
    static = KEPT.get(row["id"])
    assert static is not None
    whole = static.whole
    if static.is_protected and not row["who"] & _SEES_ALL:
        card = cards.KEPT.get(row["author"])
        assert card is not None
        whole = static.opened + card.first
    return _PLAIN % (
        whole,
        row["author_posts"],
        row["author_followers"],
        row["author_following"],
        cards.day(row["author_last_post_on"]),
        row["replies"],
        row["boosts"] if boosts is None else boosts,
        row["likes"] if likes is None else likes,
        _tail(row, viewer=viewer),
    )


def _boost(row: Row, inner: Row, *, viewer: bool) -> bytes:
    base = limits.current().base_url
    card = cards.KEPT.get(row["author"])
    assert card is not None
    number = row["id"]
    wrapper = msgspec.json.encode(
        Entity(
            id=str(number),
            created_at=when(number),
            in_reply_to_id=None,
            in_reply_to_account_id=None,
            sensitive=False,
            spoiler_text="",
            visibility=VISIBILITY[row["audience"]],
            language=None,
            uri=f"{base}/ap/users/{row['author']}/statuses/{number}/activity",
            url=f"{base}/@{cards.acct_of(card.handle, card.domain)}/{number}",
            edited_at=None,
            content="",
            mentions=[],
            tags=[],
        )
    )[:-1]
    return b"".join(
        (
            wrapper,
            b',"account":',
            _author(row),
            b',"reblog":',
            _one(inner, viewer=viewer, reveal=False),
            _counts(inner),
            _tail(inner, viewer=viewer),
        )
    )


async def entries(
    r: Reader, surface: Surface, ids: Sequence[int], boosted: Sequence[int | None] = (), *, reveal: bool = False
) -> list[tuple[int, bytes]]:
    """(id, Status entity) of these candidates as the viewer of `r` may see them on this surface; order kept.

    `boosted[i]` is the post that candidate i boosts where the caller knows it: it saves ciphertext on the way.
    Hidden ones and tombstones are left out.
    """
    if not ids:
        return []
    have = [_have(i) for i in ids]
    have_boosted: Sequence[int] | None = ()
    if boosted:
        have_boosted = [_have(b) if b else 0 for b in boosted] if any(boosted) else None
    found = await posts.shown(r, surface, ids, have, have_boosted)
    return await render_shown(found, viewer=r.account is not None, reveal=reveal)


async def statuses(r: Reader, surface: Surface, ids: Sequence[int]) -> list[bytes]:
    """As `entries`, without the ids."""
    return [entity for _, entity in await entries(r, surface, ids)]


async def render_shown(found: Sequence[Shown], *, viewer: bool, reveal: bool = False) -> list[tuple[int, bytes]]:
    await _refresh([row for s in found for row in (s.row, s.boosted) if row is not None])
    return [
        (
            s.row["id"],
            _one(s.row, viewer=viewer, reveal=reveal) if s.boosted is None else _boost(s.row, s.boosted, viewer=viewer),
        )
        for s in found
        if s.row["code"] > Code.TOMBSTONE
    ]


async def status_with(found: Shown, *, likes: int | None = None, boosts: int | None = None) -> bytes:
    """One post for the member who has just marked it, with counts as they will be in a moment."""
    await _refresh([found.row])
    return _one(found.row, viewer=True, reveal=True, likes=likes, boosts=boosts)


async def status(r: Reader, number: int, *, reveal: bool = False) -> bytes:
    """One post by itself. Errors: NotFound, the same for hidden and missing."""
    found = await entries(r, Surface.API, [number], reveal=reveal)
    if not found:
        raise NotFound
    return found[0][1]


async def fresh(r: Reader, made: posts.Fresh) -> bytes:
    """A post just published, from what its author sent: no look at the database when the author's card is kept."""
    if not made.is_new or made.content is None:
        return await status(r, made.id)
    card = cards.KEPT.get(made.author)
    if card is None or card.version != made.account_version:
        await cards.accounts(r, [made.author])
        card = cards.KEPT.get(made.author)
    if card is None:
        raise NotFound
    audience = 5 if made.flags & State.WRITTEN_PROTECTED and made.audience < 3 else int(made.audience)
    static = _static(
        made.id,
        made.author,
        1 << 32 | card.version,
        card.handle,
        card.domain,
        made.content,
        audience=audience,
        flags=made.flags,
        reply_to=made.reply_to,
        reply_to_account=made.reply_to_account,
        language=made.language,
        edited_at=None,
    )
    KEPT.put(made.id, static)
    posts_, followers, following, last = card.counts
    return _PLAIN % (static.whole, posts_, followers, following, cards.day(last), 0, 0, 0, _TAILS[32])
