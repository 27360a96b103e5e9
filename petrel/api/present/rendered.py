"""A post as it is the same for every viewer: rendered once per version to bytes, and kept.

What moves (counts) and what is the viewer's (flags, filters) is spliced in by `statuses.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from petrel.api.present import attachments, cards, emojis
from petrel.api.present.kept import Kept
from petrel.core import limits, seal
from petrel.core.doors import Row
from petrel.core.ids import ms_of
from petrel.core.text import MentionTarget, parse, render
from petrel.features import accounts, posts
from petrel.features.posts import Code, Content, State

VISIBILITY = {0: "public", 1: "unlisted", 2: "private", 3: "direct", 4: "direct", 5: "private"}


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
    media_attachments: list[attachments.Entity] = []
    emojis: list[dict[str, Any]] = []


class Static(Struct, frozen=True):
    """A rendered post. `opened` ends before its author; `whole` goes on to the author's counts.

    All are of one `stamp`, the versions of post and author: when either changes, it is rendered anew. `text` is what
    the post says, its warning included, plain: for the filters of those who are shown it. `poll` and `quote_of` are
    what `live.py` needs to say what moves; `quote_of` is 0 for a boost, which quotes what the boosted post does.
    `tags`: as they are compared. `is_for_viewers`: it may hold addresses of files that are each viewer's own.
    """

    stamp: int
    card: cards.Card
    opened: bytes
    whole: bytes
    text: str
    poll: posts.PollText | None = None
    quote_of: int | None = None
    tags: frozenset[str] = frozenset()
    is_for_viewers: bool = True


Statics = dict[int, Static]  # by post


KEPT: Kept[Static] = Kept(20_000)


def when(number: int) -> str:
    return rfc3339(datetime.fromtimestamp(ms_of(number) / 1000, UTC))


def rfc3339(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def targets_of(content: Content) -> dict[str, MentionTarget]:
    """Where the names in a text lead."""
    base = limits.current().base_url
    return {
        n.acct: MentionTarget(f"{base}/@{cards.acct_of(n.handle, n.domain)}", cards.acct_of(n.handle, n.domain))
        for n in content.named
    }


def rendered(
    number: int,
    author: int,
    stamp: int,
    card: cards.Card,
    content: Content,
    *,
    audience: int,
    flags: int,
    reply_to: int | None,
    reply_to_account: int | None,
    language: str | None,
    edited_at: datetime | None,
    quote_of: int | None = None,
) -> Static:
    base = limits.current().base_url
    parsed = parse(content.text)
    targets = targets_of(content)
    told = attachments.for_viewers if posts.has_closed_files(audience, flags) else attachments.entity
    entity = Entity(
        id=str(number),
        created_at=when(number),
        in_reply_to_id=str(reply_to) if reply_to else None,
        in_reply_to_account_id=str(reply_to_account) if reply_to_account else None,
        sensitive=bool(flags & State.SENSITIVE),
        spoiler_text=content.spoiler,
        visibility=VISIBILITY[audience],
        language=language,
        uri=f"{base}/ap/users/{author}/statuses/{number}",
        url=f"{base}/@{cards.acct_of(card.handle, card.domain)}/{number}",
        edited_at=rfc3339(edited_at) if edited_at else None,
        content=render(parsed, targets, lambda tag: f"{base}/tags/{tag}"),
        mentions=[
            MentionEntity(str(n.account), n.handle, targets[n.acct].url, targets[n.acct].acct)
            for n in {n.account: n for n in content.named}.values()
        ],
        emojis=emojis.in_text(content.text, content.spoiler),
        media_attachments=[told(one) for one in content.media],
        tags=[TagEntity(name.lower(), f"{base}/tags/{key}") for key, name in parsed.tags.items()],
    )
    opened = msgspec.json.encode(entity)[:-1] + b',"account":'
    text = f"{content.spoiler}\n\n{content.text}" if content.spoiler else content.text
    return Static(stamp, card, opened, opened + card.full, text, content.poll, quote_of,
                  frozenset(parsed.tags), attachments.MARK in opened)


def stamps_of_quoted(
    held: Statics, ids: Sequence[int], boosted: Sequence[int | None]
) -> tuple[list[int] | None, Statics]:
    """For the database: the stamps of the copies kept of what these candidates, or the posts they boost, quote; and
    those copies. None when copies of all candidates are held and none quotes."""
    quoted = []
    for i, number in enumerate(ids):
        static = held.get((boosted[i] if boosted else None) or number)
        quoted.append(0 if static is None else static.quote_of)
    if not any(q is not None for q in quoted):
        return None, {}
    kept = KEPT.held(q for q in quoted if q)
    return stamps(kept, quoted), kept


def candidates(surface: posts.Surface, ids: Sequence[int]) -> tuple[posts.Candidates, Statics]:
    """For the database: these, none of which is a boost; and the copies that are held, whose stamps it is told."""
    held = KEPT.held(ids)
    have_quoted, quoted = stamps_of_quoted(held, ids, ())
    return posts.Candidates(surface, ids, stamps(held, ids), (), have_quoted), held | quoted


def stamps(held: Statics, ids: Iterable[int | None]) -> list[int]:
    """For the database: the stamps of the copies held of these posts, 0 for none."""
    return [static.stamp if (static := held.get(i or 0)) is not None else 0 for i in ids]


async def refresh(rows: Sequence[Row], known: Mapping[int, Content] | None = None) -> Statics:
    """Renders what came because no copy of it was held. A tombstone has nothing to render, but for the author
    of what is withheld. `known`: what of these says, where the caller has just written or opened it; not kept, since it
    may be gone before its key is.

    Kept for other answers is only what brought its text, and never a direct message. source: docs/law/visibility.md
    section 8, object cache.
    """
    changed = [row for row in rows if row["card"] is not None
               and (row["code"] > Code.POINTER or row["states"] & State.WITHHELD)]
    if not changed:
        return {}
    authors = {row["author"]: row["card"] for row in changed}
    held = {n: card for n, card in cards.KEPT.held(authors).items() if card.version == authors[n]["version"]}
    new = [card for number, card in authors.items() if number not in held]
    opened = known or {}
    profiles, keys = await cards.unseal(
        new, (row["id"] for row in changed if row["sealed"] is not None and row["id"] not in opened))
    held |= {card["id"]: cards.keep(card, profiles.get(card["id"], accounts.Profile())) for card in new}
    fresh = {}
    for row in changed:
        key = keys.get(row["id"]) if row["sealed"] is not None else None
        content = opened.get(row["id"], Content(""))
        if key is not None:
            content = posts.decode_content(seal.open_sealed(key, row["id"], row["sealed"]))
        static = fresh[row["id"]] = rendered(
            row["id"],
            row["author"],
            row["stamp"],
            held[row["author"]],
            content,
            audience=row["audience"],
            flags=row["states"],
            reply_to=row["reply_to"],
            reply_to_account=row["reply_to_account"],
            language=row["language"],
            edited_at=row["edited_at"],
            quote_of=row["quote_of"] if row["boost_of"] is None else 0,
        )
        # With a card that is kept no more, since the emoji changed meanwhile, it would be old for ever.
        is_current = cards.KEPT.get(row["author"]) is held[row["author"]]
        if is_current and row["conversation"] is None and (key is not None or row["boost_of"] is not None):
            KEPT.put(row["id"], static)
    return fresh
