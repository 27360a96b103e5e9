"""Fetching what a page says of itself: once for each address, whoever links to it.

Asked for only while somebody who is not signed in may see a post that links there: otherwise the fetch would tell the
page's server of what is not public. It learns that somebody of this site links to it, not who: the request is the same
for everybody, comes at a moment of its own, and carries nothing but the site's name.
"""

import structlog

from petrel.core import asking, limits
from petrel.core.doors import deriving, reading
from petrel.core.viewer import Anonymous, System
from petrel.features import posts
from petrel.features.cards import reading as pages
from petrel.features.cards import robots, rows
from petrel.features.cards.shapes import Card, Due
from petrel.features.posts import Code, Surface

log = structlog.get_logger("petrel.cards")
SYSTEM = System("cards")
BOUNDS = asking.Bounds(most_bytes=1 << 20, seconds=10.0, redirects=3)
LOOKED_AT = 20
THERE, NONE = 1, 2
KEPT_DAYS, NONE_DAYS = 30, 1
WAITS_S = (60.0, 900.0, 3600.0)
HTML = ("text/html", "application/xhtml+xml")


async def fetch(number: int) -> float:
    """Fetches a card that waits. After how many seconds it is to be tried again; 0: it is done."""
    async with reading(SYSTEM) as r:
        due = await rows.due(r, number)
    if due is None:
        return 0.0
    if not await _is_public(number):
        async with deriving("cards") as w:
            await rows.done(w, Card(due.url), number, NONE, 0)      # asked again by the next post that links there
        return 0.0
    try:
        card = await _asked(due.url)
    except asking.Resting as e:
        return await _again(due, e.seconds)
    except asking.Failed as e:
        if e.is_theirs:
            return await _again(due, WAITS_S[min(due.tries, len(WAITS_S) - 1)])
        card = None
    except pages.NotWanted:
        card = None
    async with deriving("cards") as w:
        is_there = card is not None and bool(card.title)
        await rows.done(w, card or Card(due.url), number, THERE if is_there else NONE,
                        KEPT_DAYS if is_there else NONE_DAYS)
    return 0.0


async def _again(due: Due, wait_s: float) -> float:
    """What failed three times has no card for a day."""
    async with deriving("cards") as w:
        if (await w.change(rows.TRIED, due.id))[0]["tries"] < len(WAITS_S):
            return max(wait_s, 1.0)
        await rows.done(w, Card(due.url), due.id, NONE, NONE_DAYS)
    return 0.0


async def _is_public(number: int) -> bool:
    """Whether anybody at all may see a post that links there, now."""
    async with reading(SYSTEM) as r:
        linking = [row["post"] for row in await r.fetch(rows.LINKED_BY, number, LOOKED_AT)]
    return bool(await public_of(linking))


async def public_of(candidates: list[int]) -> list[int]:
    """Those of these posts that somebody who is not signed in may see whole."""
    async with reading(Anonymous()) as r:
        return [one.row["id"] for one in await posts.judged(r, Surface.API, candidates, (), None, None)
                if one.row["code"] == Code.FULL]


async def _asked(url: str) -> Card | None:
    """None for what is no page. Errors: asking.Failed, asking.Resting, reading.NotWanted."""
    site = limits.current().base_url
    headers = {"User-Agent": f"{robots.NAME} (+{site}; link previews)", "Accept": "text/html, application/xhtml+xml"}
    if not await robots.allows(url, headers):
        raise pages.NotWanted
    answer = await asking.ask(asking.Asked(url, headers=headers), BOUNDS)
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    told = answer.headers.get("x-robots-tag", "").lower()
    if "nosnippet" in told or "none" in told.replace(",", " ").split():
        raise pages.NotWanted
    if answer.status != 200 or kind not in HTML:
        return None
    card, oembed = pages.card_of(pages.decoded(answer.body, answer.headers["content-type"]), url)
    if oembed:
        try:
            more = await asking.ask(asking.Asked(oembed, headers={**headers, "Accept": "application/json"}), BOUNDS)
        except (asking.Failed, asking.Resting):
            return card
        if more.status == 200:
            card = pages.with_oembed(card, more.body)
    return card
