"""Posts and accounts as a page shows them: opened, rendered, and behind a button or a notice where the law says so.

Nothing here decides: the code of each row does. source: docs/law/visibility.md section 14, the column of pages.
"""

from collections.abc import Sequence

from petrel.core.doors import Row
from petrel.core.ids import at_of
from petrel.core.text import MentionTarget, parse, render
from petrel.features import accounts, posts
from petrel.features.accounts import Card
from petrel.features.posts import Code, Content, Mark, Shown, State, Who
from petrel.web.shapes import AccountView, Gap, PostView, Tag

AUDIENCES = {0: "public", 1: "unlisted", 2: "followers", 3: "direct", 4: "direct", 5: "followers"}
REASONS = (
    (State.QUARANTINED, "unavailable"),
    (State.DELETED, "deleted"),
    (State.REMOVED, "removed"),
    (State.SUSPENDED, "suspended"),
    (State.WITHHELD, "withheld"),
    (State.ADULT, "age"),
)
"""The first that applies. source: visibility.md section 2, step 5."""


def account_view(card: Card) -> AccountView:
    return AccountView(
        id=card.id,
        handle=card.acct,
        name=card.profile.display_name,
        is_protected=card.is_protected,
        is_bot=card.is_bot,
        role=card.role,
    )


def html_of(text: str, content: Content | None = None) -> str:
    """With addresses of this site only: a page is read where it is served."""
    named = content.named if content else ()
    accts = {n.acct: f"{n.handle}@{n.domain}" if n.domain else n.handle for n in named}
    targets = {asked: MentionTarget(f"/@{acct}", acct) for asked, acct in accts.items()}
    return render(parse(text), targets, lambda tag: Tag(name=tag).url)


async def views_of(found: Sequence[Shown], *, reveal: bool = False) -> list[PostView | Gap]:
    """In the order given; two queries to the keyring for all. With `reveal` nothing waits behind a button."""
    rows = [row for one in found for row in (one.row, one.boosted) if row is not None]
    texts = await posts.contents([row for row in rows if row["code"] > Code.TOMBSTONE])
    profiles = await accounts.open_profiles([row["card"] for row in rows])
    cards = {row["author"]: accounts.open_card(row["card"], profiles[row["author"]]) for row in rows}
    return [_view(one, cards, texts, reveal=reveal) for one in found]


def _view(one: Shown, cards: dict[int, Card], texts: dict[int, Content], *, reveal: bool) -> PostView | Gap:
    if one.row["code"] == Code.TOMBSTONE:
        return gap(one.row)
    if one.boosted is None:
        return _post(one.row, cards, texts, reveal=reveal)
    booster = account_view(cards[one.row["author"]])
    return _post(one.boosted, cards, texts, reveal=reveal, boosted_by=booster, boost=one.row["id"])


def gap(row: Row) -> Gap:
    """A tombstone for a living post is that of somebody whom the viewer blocks."""
    reason = next((word for state, word in REASONS if row["states"] & state), "blocking")
    return Gap(reason=reason, id=row["id"], reply_to=row["reply_to"])


def _post(
    row: Row,
    cards: dict[int, Card],
    texts: dict[int, Content],
    *,
    reveal: bool,
    boosted_by: AccountView | None = None,
    boost: int | None = None,
) -> PostView:
    content = texts.get(row["id"], Content(""))
    is_gated = row["code"] in (Code.POINTER, Code.GATE) and not reveal
    notice = _notice(row)
    author = cards[row["author"]]
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
        mentions=() if is_gated else tuple(dict.fromkeys(n.handle if not n.domain else n.acct for n in content.named)),
        boosted_by=boosted_by,
        boost=boost,
        replies=row["replies"],
        boosts=row["boosts"],
        likes=row["likes"],
        is_liked=bool(marks & Mark.LIKE),
        is_boosted=bool(marks & Mark.BOOST),
        is_bookmarked=bool(marks & Mark.BOOKMARK),
        is_own=bool(row["who"] & Who.AUTHOR),
    )


def _notice(row: Row) -> str:
    """Why a post stands behind a button or a notice; "" when its own content warning says it."""
    if row["code"] == Code.HISTORY:
        return "From a conversation with somebody on the other side of a block."
    if row["who"] & Who.BLOCKING:
        return "You have blocked the person who wrote this."
    if row["who"] & Who.MUTING:
        return "You have muted the person who wrote this."
    if row["states"] & State.LIMITED:
        return "The moderators of this site have limited the account that wrote this."
    return ""


def _answered(row: Row, author: Card, content: Content) -> str:
    """Whose post this answers, as far as the text says it: nobody else's handle is looked up for that."""
    if row["reply_to_account"] == row["author"]:
        return author.acct
    named = next((n for n in content.named if n.account == row["reply_to_account"]), None)
    if named is None:
        return ""
    return f"{named.handle}@{named.domain}" if named.domain else named.handle
