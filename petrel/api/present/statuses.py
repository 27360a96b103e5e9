"""The Status entity: a rendered post with its author, its counts and what is the viewer's spliced in.

Budget of a page: one query when everything is kept, and one more, to the keyring, when something is not.
"""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from petrel.api.present import asked, attachments, cards, gates, live
from petrel.api.present.rendered import (
    KEPT,
    VISIBILITY,
    Entity,
    Static,
    Statics,
    candidates,
    refresh,
    rendered,
    rfc3339,
    stamps,
    stamps_of_quoted,
    when,
)
from petrel.api.present.sieve import CONTEXTS, sieve_for
from petrel.core import limits, seen
from petrel.core.doors import Reader, Row
from petrel.core.errors import NotFound, Withheld
from petrel.features import posts
from petrel.features.posts import Carries, Code, Content, Shown, State, Surface, Who

__all__ = ["Step", "entries", "fresh", "of_shown", "poll", "rfc3339", "status", "status_with", "statuses", "when"]
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
_KNOWS = int(Who.FOLLOWER | Who.AUTHOR)
_BLOCKED = int(Who.BLOCKED)
_AWAY = int(State.SUSPENDED | State.DEACTIVATED)
_AUTHOR = int(Who.AUTHOR)
_QUOTED = int(Carries.QUOTED)
_LIVE = int(Carries.POLL | Carries.QUOTE | Carries.CARD)
_HOMES = (Surface.HOME, Surface.LIST)
_FULL = int(Code.FULL)
_POINTER = int(Code.POINTER)
_PLAIN = (
    b'%s,"statuses_count":%d,"followers_count":%d,"following_count":%d,"last_status_at":%s},"reblog":null,'
    b'"replies_count":%d,"reblogs_count":%d,"favourites_count":%d,"quotes_count":%d%s%s%s'
)


def _is_shell(row: Row, is_protected: bool) -> bool:
    """Whether the viewer gets the first line of the author's profile only. source: visibility.md section 9."""
    who = row["who"]
    return bool(
        (is_protected and not who & _KNOWS) or who & _BLOCKED or (row["states"] & _AWAY and not who & _AUTHOR)
    )


def _author(row: Row, card: cards.Card) -> bytes:
    is_shell = _is_shell(row, card.is_protected)
    return cards.splice(
        card.first if is_shell else card.full,
        row["author_posts"],
        row["author_followers"],
        row["author_following"],
        None if is_shell else row["author_last_post_on"],
    )


def _tail(row: Row, *, viewer: bool, filtered: bytes = b"") -> bytes:
    """The viewer's own part, and the closing brace. `filtered`: entries with commas between."""
    if not viewer:
        return _ANONYMOUS if not filtered else b',"filtered":[%s]}' % filtered
    tail = _TAILS[(row["marks"] or 0) + (32 if row["who"] & _AUTHOR else 0)]
    return tail if not filtered else tail[:-2] + filtered + b"]}"


def _counts(row: Row, *, viewer: bool) -> bytes:
    return b',"replies_count":%d,"reblogs_count":%d,"favourites_count":%d,"quotes_count":%d%s' % (
        row["replies"],
        row["boosts"],
        row["likes"],
        asked.quotes_of(row),
        asked.approval(row["states"], row["audience"], row["who"], viewer=viewer),
    )


def _gated(row: Row, notice: str, card: cards.Card, *, viewer: bool) -> bytes:
    opening = gates.opening(row, Content("", notice), card)
    tail = _tail(row, viewer=viewer, filtered=gates.as_filter(notice))
    return b"".join((opening, _author(row, card), b',"reblog":null', _counts(row, viewer=viewer), live.NOTHING, tail))


def _withheld(row: Row, card: cards.Card, *, viewer: bool) -> bytes:
    """On a home timeline, where the viewer would miss it: the notice as text."""
    opening = gates.opening(row, Content(gates.WITHHELD), card)
    tail = _tail(row, viewer=viewer)
    return b"".join((opening, _author(row, card), b',"reblog":null', _counts(row, viewer=viewer), live.NOTHING, tail))


def _one(
    row: Row,
    static: Static,
    surface: int,
    *,
    viewer: bool,
    filtered: bytes = b"",
    reveal: bool = False,
    likes: int | None = None,
    boosts: int | None = None,
    moving: bytes = live.NOTHING,
) -> bytes:
    if row["code"] != _FULL and not reveal:
        notice = gates.notice_of(row, surface)
        if notice:
            return _gated(row, notice, static.card, viewer=viewer)
        if row["code"] == Code.HISTORY:
            filtered = gates.as_filter(gates.HISTORY) + (b"," + filtered if filtered else b"")
    is_shell = _is_shell(row, static.card.is_protected)
    return _PLAIN % (
        static.opened + static.card.first if is_shell else static.whole,
        row["author_posts"],
        row["author_followers"],
        row["author_following"],
        cards.day(None if is_shell else row["author_last_post_on"]),
        row["replies"],
        row["boosts"] if boosts is None else boosts,
        row["likes"] if likes is None else likes,
        asked.quotes_of(row) if row["states"] & _QUOTED else 0,
        asked.approval(row["states"], row["audience"], row["who"], viewer=viewer),
        moving,
        _tail(row, viewer=viewer, filtered=filtered),
    )


def _boost(row: Row, inner: Row, statics: Statics, *, viewer: bool, filtered: bytes, moving: bytes) -> bytes:
    base = limits.current().base_url
    card = statics[row["id"]].card
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
            _author(row, card),
            b',"reblog":',
            _one(inner, statics[inner["id"]], Surface.EMBD, viewer=viewer, filtered=filtered, moving=moving),
            _counts(inner, viewer=viewer),
            live.NOTHING,
            _tail(inner, viewer=viewer, filtered=filtered),
        )
    )


async def entries(
    r: Reader,
    surface: Surface,
    ids: Sequence[int],
    boosted: Sequence[int | None] = (),
    *,
    reveal: bool = False,
) -> list[tuple[int, bytes]]:
    """(id, Status entity) of these candidates as the viewer of `r` may see them on this surface; order kept.

    `boosted[i]` is the post that candidate i boosts where the caller knows it: it saves ciphertext on the way.
    Hidden ones and tombstones are left out.
    """
    if not ids:
        return []
    held = KEPT.held(ids)
    have_boosted: Sequence[int] | None = ()
    if boosted:
        inner = KEPT.held(b for b in boosted if b)
        have_boosted = stamps(inner, boosted) if any(boosted) else None
        held |= inner
    have_quoted, quoted = stamps_of_quoted(held, ids, boosted)
    held |= quoted
    found = await posts.shown(r, surface, ids, stamps(held, ids), have_boosted, have_quoted)
    return await of_shown(r, surface, found, held, reveal=reveal)


async def statuses(r: Reader, surface: Surface, ids: Sequence[int]) -> list[bytes]:
    """As `entries`, without the ids."""
    return [entity for _, entity in await entries(r, surface, ids)]


async def of_shown(
    r: Reader,
    surface: Surface,
    found: Sequence[Shown],
    held: Statics | None = None,
    *,
    reveal: bool = False,
) -> list[tuple[int, bytes]]:
    """As `entries`, of what the law has passed already. `held`: the copies whose stamps the database was told."""
    viewer = r.account is not None
    sieve = await sieve_for(r, found, CONTEXTS.get(surface)) if viewer else None
    fresh = await refresh([row for s in found for row in (s.row, s.boosted, s.quoted) if row is not None])
    statics = held | fresh if held else fresh
    await get_ready(found)
    entities = []
    for_viewers = False     # whether any may hold addresses that are the viewer's own: to look costs a twentieth
    left_out: set[int] = set()
    for s in found:
        row, inner = s.row, s.boosted
        if row["code"] <= _POINTER or (inner is not None and inner["code"] <= _POINTER):
            if surface in _HOMES and gates.is_withheld(row):
                entities.append((row["id"], _withheld(row, statics[row["id"]].card, viewer=viewer)))
                for_viewers = True
            else:
                left_out.add(row["id"])
            continue
        filtered = b"" if sieve is None else sieve.judge(s, statics[(inner or row)["id"]].text)
        if filtered is None:
            left_out.add(row["id"])
            continue
        moving = _moving(s, statics, viewer=viewer)
        if inner is None:
            static = statics[row["id"]]
            entity = _one(row, static, surface, viewer=viewer, filtered=filtered, reveal=reveal, moving=moving)
            for_viewers = for_viewers or static.is_for_viewers or moving is not live.NOTHING or bool(filtered)
        else:
            entity = _boost(row, inner, statics, viewer=viewer, filtered=filtered, moving=moving)
            for_viewers = True
        entities.append((row["id"], entity))
    seen.cut(r, left_out)
    return await attachments.signed_all(entities, r.digest) if for_viewers else entities


async def get_ready(found: Iterable[Shown]) -> None:
    """Before anything is made of these that carries what moves."""
    if any((s.boosted or s.row)["states"] & _LIVE for s in found):
        await live.ready()


def _moving(s: Shown, statics: Statics, *, viewer: bool) -> bytes:
    """What moves of what this post, or the one it boosts, carries. Of a quoted post nothing moves."""
    row = s.boosted or s.row
    if not row["states"] & _LIVE:
        return live.NOTHING
    quoted = None
    if s.quoted is not None and s.quoted["code"] > _POINTER:
        quoted = _one(s.quoted, statics[s.quoted["id"]], Surface.EMBD, viewer=viewer)
    return live.parts(row, statics[row["id"]], (s.quoted, quoted), viewer=viewer)


def streamed(s: Shown, statics: Statics, filtered: bytes = b"") -> bytes | None:
    """What a stream brings to every member for whom the post is the same; None when its key is gone."""
    if not all(row["id"] in statics for row in (s.row, s.boosted) if row is not None):
        return None
    moving = _moving(s, statics, viewer=True)
    if s.boosted is None:
        return _one(s.row, statics[s.row["id"]], Surface.API, viewer=True, filtered=filtered, moving=moving)
    return _boost(s.row, s.boosted, statics, viewer=True, filtered=filtered, moving=moving)


class Step(Struct, frozen=True):
    """What a member has just done to a post, for the answer. `likes`, `boosts`: counts as they will be in a moment,
    None where they are as they were. `said`: what the post says now, or said before it was deleted."""

    likes: int | None = None
    boosts: int | None = None
    said: Content | None = None


async def status_with(found: Shown, digest: bytes, step: Step, held: Statics | None = None) -> bytes:
    """One post for the member who has just marked or changed it. `digest`: of their session or token. `held`: the
    copies whose stamps the database was told."""
    number = found.row["id"]
    rows = [row for row in (found.row, found.quoted) if row is not None]
    statics = (held or {}) | await refresh(rows, None if step.said is None else {number: step.said})
    static = statics.get(number)
    if static is None:
        raise NotFound
    await live.ready()
    entity = _one(found.row, static, Surface.API, viewer=True, reveal=True, likes=step.likes, boosts=step.boosts,
                  moving=_moving(found, statics, viewer=True))
    return await attachments.signed(entity, digest)


async def status(r: Reader, number: int, *, reveal: bool = False) -> bytes:
    """One post by itself. Errors: NotFound, the same for hidden and missing, with a reason for a tombstone; Gone."""
    wanted, held = candidates(Surface.API, [number])
    [found] = await posts.shown_on(r, [wanted])
    if found and found[0].row["code"] == Code.TOMBSTONE:
        if gates.is_withheld(found[0].row):
            raise Withheld(*await posts.withholding(r, number))
        raise gates.gone(found[0].row["states"])
    shown = await of_shown(r, Surface.API, found, held, reveal=reveal)
    if not shown:
        raise NotFound
    return shown[0][1]


async def poll(r: Reader, number: int) -> asked.Poll:
    """The poll of one post. Errors: NotFound, also while the post waits behind a notice."""
    held = KEPT.held([number])
    found = await posts.shown(r, Surface.API, [number], stamps(held, [number]))
    if not found or found[0].row["code"] <= Code.POINTER or gates.notice_of(found[0].row, Surface.API):
        raise NotFound
    statics = held | await refresh([found[0].row])
    shown = asked.poll_alone(found[0].row, statics[number], viewer=r.account is not None)
    if shown is None:
        raise NotFound
    return shown


async def fresh(r: Reader, made: posts.Fresh) -> bytes:
    """A post just published, from what its author sent: no look at the database when the author's card is kept."""
    if not made.is_new or made.content is None or made.flags & _LIVE & ~Carries.CARD:
        return await status(r, made.id)
    card = cards.KEPT.get(made.author)
    if card is None or card.version != made.account_version:
        await cards.accounts(r, [made.author])
        card = cards.KEPT.get(made.author)
    if card is None:
        raise NotFound
    audience = 5 if made.flags & State.WRITTEN_PROTECTED and made.audience < 3 else int(made.audience)
    static = rendered(
        made.id,
        made.author,
        1 << 32 | card.version,
        card,
        made.content,
        audience=audience,
        flags=made.flags,
        reply_to=made.reply_to,
        reply_to_account=made.reply_to_account,
        language=made.language,
        edited_at=None,
    )
    if made.conversation is None:
        KEPT.put(made.id, static)
    posts_, followers, following, last = card.counts
    entity = _PLAIN % (static.whole, posts_, followers, following, cards.day(last), 0, 0, 0, 0,
                       asked.approval(made.flags, audience, _AUTHOR, viewer=True), live.NOTHING, _TAILS[32])
    return await attachments.signed(entity, r.digest)
