"""Links that are talked about, whose pages they lead to, and the posts that have one of them."""

import hmac
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from msgspec import Struct

from petrel.core import clock, seal
from petrel.core.doors import Reader
from petrel.core.errors import NotFound
from petrel.core.pages import Page
from petrel.features import cards
from petrel.features import posts as room
from petrel.features.discovery import rules
from petrel.features.discovery.shapes import SCOPES, Day
from petrel.features.moderation import crew
from petrel.features.posts import Code, Surface

LINKS = "select link, card, sealed_card, is_approved, samples from discovery.links($1, $2, $3, $4, $5, $6)"
PUBLISHERS = "select publisher, card, sealed_card, is_approved, said_at from discovery.publishers($1, $2, $3, $4)"
HISTORY = "select link, day, uses, accounts from discovery.link_history($1, $2::bigint[])"
SHOWN = "select discovery.shown_link($1, $2, $3)"
LINKING = "select post from discovery.linking($1, $2, $3, $4, $5, $6)"
LONGEST_URL = 4_000


class Link(Struct, frozen=True):
    """`number`: of the address. `is_approved`: None while the crew has said nothing of it, nor of its publisher."""

    number: int
    card: cards.Card
    is_approved: bool | None


class Publisher(Struct, frozen=True):
    """Whose pages, by the name of their host. `said_at`: when the crew said so."""

    number: int
    name: str
    is_approved: bool | None
    said_at: datetime | None


def publisher_of(card: cards.Card) -> str:
    return (urlsplit(card.url).hostname or "").removeprefix("www.")


async def publisher_number(name: str) -> int:
    """Errors: Unavailable."""
    digest = hmac.digest(await seal.secret("words"), b"publisher " + name.encode(), "sha256")
    return int.from_bytes(digest[:8], "big") >> 4


async def trending(r: Reader, limit: int, offset: int = 0, *, for_crew: bool = False) -> list[Link]:
    """First what rises most. Only links of which the viewer may see a post in public timelines. `for_crew`: whatever
    the crew has said of them. Errors: NotCrew."""
    if for_crew:
        await crew(r, SCOPES)
    rows = await r.fetch(LINKS, r.digest, SCOPES, for_crew, rules.is_open(), limit, offset) if rules.is_on() else []
    samples = [post for row in rows for post in row["samples"]]
    visible = await _whole(r, samples)
    rows = [row for row in rows if not visible.isdisjoint(row["samples"])]
    opened = await cards.opened([(row["card"], row["sealed_card"]) for row in rows])
    return [Link(row["link"], card, row["is_approved"]) for row, card in zip(rows, opened, strict=True)]


async def _whole(r: Reader, numbers: Sequence[int]) -> set[int]:
    """Those of these posts that the viewer sees in public timelines without a gate: a link is part of the text."""
    return {s.row["id"] for s in await room.judged(r, Surface.PUB, numbers) if s.row["code"] == Code.FULL}


async def one(r: Reader, number: int) -> Link:
    """A link that rises, for whoever of the crew has just named it, whatever they see of the posts with it.
    Errors: NotCrew, NotFound."""
    await crew(r, SCOPES)
    for row in await r.fetch(LINKS, r.digest, SCOPES, True, True, rules.MOST, 0):
        if row["link"] == number:
            [card] = await cards.opened([(row["card"], row["sealed_card"])])
            return Link(number, card, row["is_approved"])
    raise NotFound


async def publishers(r: Reader, limit: int, offset: int = 0) -> list[Publisher]:
    """Whose pages rise, first whose rise most, for the crew. Errors: NotCrew."""
    await crew(r, SCOPES)
    rows = await r.fetch(PUBLISHERS, r.digest, SCOPES, limit, offset) if rules.is_on() else []
    opened = await cards.opened([(row["card"], row["sealed_card"]) for row in rows])
    return [Publisher(row["publisher"], publisher_of(card), row["is_approved"], row["said_at"])
            for row, card in zip(rows, opened, strict=True)]


async def publisher(r: Reader, number: int) -> Publisher:
    """Errors: NotCrew, NotFound."""
    for one in await publishers(r, rules.MOST):
        if one.number == number:
            return one
    raise NotFound


async def history(r: Reader, numbers: Sequence[int]) -> list[list[Day]]:
    """How each of these links was posted, today first, on the last seven days; the same for everybody."""
    return rules.week(await r.fetch(HISTORY, r.digest, numbers) if numbers else (), numbers, clock.now())


async def found(r: Reader, url: str) -> int:
    """The card of a link that is shown as a trend, by its address: only such links have a timeline, so that nobody
    gathers whoever posted some address. Errors: NotFound."""
    if not rules.is_on() or not 0 < len(url) <= LONGEST_URL:
        raise NotFound
    card = await r.value(SHOWN, r.digest, await cards.digest_of(url), rules.is_open())
    if card is None:
        raise NotFound
    return int(card)


async def linking(r: Reader, card: int, page: Page) -> list[int]:
    """Candidates of a link's timeline, newest first: public posts of accounts that want to be proposed to others."""
    least = page.min_id if page.min_id is not None else page.since_id
    rows = await r.fetch(LINKING, r.digest, card, page.limit, page.max_id, least, page.min_id is not None)
    return [row["post"] for row in rows]
