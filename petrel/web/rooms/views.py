"""Posts and accounts as a page shows them: opened, rendered, and behind a button or a notice where the law says so.

Nothing here decides: the code of each row does. source: docs/law/visibility.md section 14, the column of pages.
"""

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from petrel.core import seen
from petrel.core.doors import Reader, Row
from petrel.core.ids import at_of
from petrel.core.text import MentionTarget, parse, render
from petrel.features import accounts, media, posts
from petrel.features import cards as link_cards
from petrel.features.accounts import Card
from petrel.features.posts import Attachment, Audience, Code, Content, Mark, Named, Shown, State, Surface, Who
from petrel.features.relationships import filters
from petrel.web.asking import CardView, OptionView, PollView
from petrel.web.carried import MediaView
from petrel.web.shapes import AccountView, Gap, PostView, QuoteView, Tag

AUDIENCES = {0: "public", 1: "unlisted", 2: "followers", 3: "direct", 4: "direct", 5: "followers"}
CONTEXTS = {
    Surface.HOME: "home",
    Surface.PUB: "public",
    Surface.THRD: "thread",
    Surface.PROF: "account",
    Surface.NTF: "notifications",
}
"""Where a member's own filters count. Opened by itself, or found, a post is not filtered; nor is one's own."""


class Opened(Struct, frozen=True):
    """What a page of posts is made of: authors, texts, and the viewer's own filters in this place."""

    surface: Surface
    reveal: bool
    cards: dict[int, Card]
    texts: dict[int, Content]
    kept: tuple[filters.Filter, ...] = ()
    sign: Callable[[int], str] = lambda upload: ""


def account_view(card: Card) -> AccountView:
    return AccountView(
        id=card.id,
        handle=card.acct,
        name=card.profile.display_name,
        is_protected=card.is_protected,
        is_bot=card.is_bot,
        role=card.role,
        is_indexable=card.is_indexable,
        picture=card.profile.avatar,
    )


def html_of(text: str, content: Content | None = None) -> str:
    """With addresses of this site only: a page is read where it is served."""
    named = content.named if content else ()
    targets = {n.acct: MentionTarget(f"/@{_acct(n)}", _acct(n)) for n in named}
    return render(parse(text), targets, lambda tag: Tag(name=tag).url)


async def views_of(
    r: Reader, found: Sequence[Shown], surface: Surface, *, reveal: bool = False
) -> list[PostView | Gap | None]:
    """In the order given; None for what a filter of the viewer's hides. Two queries to the keyring for all, and one
    more query for those who keep filters. With `reveal` nothing waits behind a button.
    """
    rows = [row for one in found for row in (one.row, one.boosted, one.quoted) if row is not None]
    texts = await posts.contents([row for row in rows if row["code"] > Code.TOMBSTONE])
    profiles = await accounts.open_profiles([row["card"] for row in rows])
    cards = {row["author"]: accounts.open_card(row["card"], profiles[row["author"]]) for row in rows}
    has_filters = surface in CONTEXTS and any(row["who"] & Who.FILTERING for row in rows)
    kept = tuple(await filters.of(r)) if has_filters else ()
    if any(row["live"] for row in rows):
        await link_cards.ready()
    opened = Opened(surface, reveal, cards, texts, kept, await signing(r))
    views = [_view(one, opened) for one in found]
    seen.cut(r, {one.row["id"] for one, view in zip(found, views, strict=True) if view is None})
    return views


async def signing(r: Reader) -> Callable[[int], str]:
    """What makes the address of a file the viewer's own; nothing for somebody not signed in."""
    if len(r.digest) != media.DIGEST_BYTES:
        return lambda upload: ""
    signer = await media.signer()
    return lambda upload: signer.sign(r.digest, upload).decode()


def media_view(one: media.Told | Attachment, signature: str) -> MediaView:
    size = one.meta.get("small") or one.meta.get("original") or {}
    return MediaView(
        id=one.id, kind=one.kind, url=media.address(f"{one.id}/{one.file}", signature), description=one.description,
        preview=media.address(f"{one.id}/{one.preview}", signature) if one.preview else "",
        width=size.get("width"), height=size.get("height"), is_closed=bool(signature))


def _media(row: Row, content: Content, opened: Opened) -> tuple[MediaView, ...]:
    is_closed = posts.has_closed_files(row["audience"], row["states"])
    return tuple(media_view(one, opened.sign(one.id) if is_closed else "") for one in content.media)


def _view(one: Shown, opened: Opened) -> PostView | Gap | None:
    if one.row["code"] == Code.TOMBSTONE:
        return gap(one.row)
    matched = _matched(one, opened)
    if any(found.filter.action == "hide" for found in matched):
        return None
    notice = f"filtered:{matched[0].filter.title}" if matched else ""
    if one.boosted is None:
        return _with_quote(one, _post(one.row, opened, opened.surface, notice), opened)
    booster = account_view(opened.cards[one.row["author"]])
    view = _with_quote(one, _post(one.boosted, opened, Surface.EMBD, notice), opened)
    return replace(view, boosted_by=booster, boost=one.row["id"])


def _with_quote(one: Shown, view: PostView, opened: Opened) -> PostView:
    row = one.row if one.boosted is None else one.boosted
    if view.is_gated or not row["states"] & posts.Carries.QUOTE:
        return view
    quoted = one.quoted
    if row["quote_of"] is None:
        shown = QuoteView(why="The author of the quoted post has taken it out of this quote.")
    elif quoted is None or quoted["code"] <= Code.POINTER:
        why = "deleted" if quoted is not None and posts.reason_of(quoted["states"]) == "deleted" else ""
        shown = QuoteView(why=why or "quoted")
    else:
        shown = QuoteView(post=_post(quoted, replace(opened, reveal=False), Surface.EMBD, ""))
    return replace(view, quote=shown)


def _matched(one: Shown, opened: Opened) -> list[filters.FilterResult]:
    row = one.row if one.boosted is None else one.boosted
    content = opened.texts.get(row["id"])
    if not opened.kept or content is None or row["who"] & Who.AUTHOR:
        return []
    text = f"{content.spoiler}\n\n{content.text}"
    return filters.matches(opened.kept, CONTEXTS[opened.surface], text, (row["id"], one.row["id"]))


def gap(row: Row) -> Gap:
    """A tombstone for a living post is that of somebody whom the viewer blocks."""
    return Gap(reason=posts.reason_of(row["states"]) or "blocking", id=row["id"], reply_to=row["reply_to"])


def _post(row: Row, opened: Opened, surface: Surface, filtered: str) -> PostView:
    content = opened.texts.get(row["id"], Content(""))
    author = opened.cards[row["author"]]
    notice = _notice(row, surface) or filtered
    is_gated = bool(row["code"] in (Code.POINTER, Code.GATE) or filtered) and not opened.reveal
    marks = row["marks"] or 0
    return PostView(
        id=row["id"],
        author=account_view(author),
        at=at_of(row["id"]),
        html="" if is_gated else html_of(content.text, content),
        audience=AUDIENCES[row["audience"]],
        warning="" if is_gated and notice else content.spoiler,
        notice=notice if is_gated or row["code"] == Code.HISTORY else "",
        is_gated=is_gated,
        language=row["language"] or "",
        edited_at=row["edited_at"],
        reply_to=row["reply_to"],
        reply_to_handle="" if is_gated else _answered(row, author, content),
        mentions=() if is_gated else tuple(dict.fromkeys(_acct(named) for named in content.named)),
        replies=row["replies"],
        boosts=row["boosts"],
        likes=row["likes"],
        is_liked=bool(marks & Mark.LIKE),
        is_boosted=bool(marks & Mark.BOOST),
        is_bookmarked=bool(marks & Mark.BOOKMARK),
        is_own=bool(row["who"] & Who.AUTHOR),
        is_removed=bool(row["states"] & State.REMOVED),
        card=None if is_gated else _card(row),
        poll=None if is_gated else _poll(row, content.poll),
        may_be_quoted=row["audience"] <= Audience.UNLISTED and posts.quotes.may_quote(row["states"], row["who"]),
        media=() if is_gated else _media(row, content, opened),
    )


def _card(row: Row) -> CardView | None:
    card = link_cards.shown(row)
    if card is None:
        return None
    return CardView(card.url, card.title, card.description, card.provider or urlsplit(card.url).netloc)


def _poll(row: Row, text: posts.PollText | None) -> PollView | None:
    counted = None if text is None else posts.polls.counted(row, text)
    if text is None or counted is None:
        return None
    options = tuple(
        OptionView(title=title, votes=votes, is_own=n in (counted.own or ()),
                   share=None if votes is None else round(100 * votes / max(1, counted.voters)))
        for n, (title, votes) in enumerate(zip(text.options, counted.tallies, strict=True)))
    is_open = not counted.is_over and counted.own is None
    return PollView(options=options, ends_at=counted.ends_at, is_over=counted.is_over, is_multiple=text.is_multiple,
                    voters=counted.voters, has_voted=counted.own is not None,
                    may_vote=is_open and row["who"] & (Who.AUTHOR | Who.SIGNED_IN) == Who.SIGNED_IN)


def _notice(row: Row, surface: Surface) -> str:
    """Why a post stands behind a button or a notice, as `PostView.notice` has it; "" when its own content warning says
    it.

    Muting and limiting do that among other people's posts only. source: visibility.md section 4.
    """
    if row["code"] == Code.HISTORY:
        return "history"
    if row["code"] != Code.GATE:
        return ""
    who, states = row["who"], row["states"]
    if who & Who.BLOCKING:
        return "blocking"
    if surface in (Surface.THRD, Surface.EMBD):
        if who & Who.MUTING and row["audience"] != Audience.DIRECT:
            return "muting"
        if states & State.LIMITED:
            return "limited"
    if states & State.SUSPENDED:
        return "suspended"
    return "adult" if states & State.ADULT else ""


def _answered(row: Row, author: Card, content: Content) -> str:
    """Whose post this answers, as far as the text says it: nobody else's handle is looked up for that."""
    if row["reply_to_account"] == row["author"]:
        return author.acct
    named = next((n for n in content.named if n.account == row["reply_to_account"]), None)
    return _acct(named) if named is not None else ""


def _acct(named: Named) -> str:
    return f"{named.handle}@{named.domain}" if named.domain else named.handle
