"""Counting what is talked about, from the index of search (tags), likes and boosts (posts), and cards (links).

No text of a post is opened; of a link that rises, once, the address, to know whose page it is.
"""

from datetime import UTC, datetime, timedelta

from petrel.core import clock, ids
from petrel.core.doors import Writer, deriving, reading
from petrel.core.viewer import System
from petrel.features import cards, search
from petrel.features.discovery import links, rows, rules

SYSTEM = System("discovery")


def _span(time: timedelta) -> int:
    """How far ids are apart in that time."""
    return int(time / timedelta(milliseconds=1)) << 16


async def count(*, days: int = 1) -> bool:
    """Counts everything anew: posts, the newest `days` of links and tags, what rises. False where nothing was counted,
    since trends are off, or no tags, since the index is being built and would tell too little."""
    if not rules.is_on():
        async with deriving("discovery") as w:
            for statement in rows.CLEAR:
                await w.execute(statement)
        return False
    now = clock.now()
    async with deriving("discovery") as w:
        await _count_posts(w, now)
    async with reading(SYSTEM) as r:
        is_ready = (await search.state(r)).is_ready
    await _count(now, days, rows.COUNT_LINK_DAY, rows.COUNT_LINKS)
    async with deriving("discovery") as w:
        await _name_publishers(w)
    if is_ready:
        await _count(now, days, rows.COUNT_TAG_DAY, rows.COUNT_TAGS)
    return is_ready


async def _count(now: datetime, days: int, of_day: str, risen: str) -> None:
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for back in range(days):
        day = today - timedelta(days=back)
        async with deriving("discovery") as w:
            await w.execute(of_day, ids.id_at(day), ids.id_at(day + timedelta(days=1)), rules.MOST_POSTS, day.date())
    async with deriving("discovery") as w:
        await _count_risen(w, now, risen)


async def _name_publishers(w: Writer) -> None:
    """Of links that rise for the first time."""
    found = await w.fetch(rows.UNNAMED)
    opened = await cards.opened([(row["id"], row["sealed_card"]) for row in found])
    await w.execute(rows.NAME, [row["link"] for row in found],
                    [await links.publisher_number(links.publisher_of(card)) for card in opened])


async def _count_risen(w: Writer, now: datetime, risen: str) -> None:
    old = rules.weights(now)
    await w.execute(risen, ids.id_at(now - rules.WINDOW), ids.id_at(now + timedelta(minutes=1)),
                    rules.MOST_POSTS, old.new, old.fresh, rules.FRESH, _span(rules.HALF_LIFE), rules.LEAST,
                    now.astimezone(UTC).date(), rules.MOST)


async def _count_posts(w: Writer, now: datetime) -> None:
    old = rules.weights(now)
    await w.execute(rows.DROP_POSTS, rules.MOST_CANDIDATES, ids.id_at(now - rules.POST_WINDOW))
    await w.execute(rows.COUNT_POSTS, ids.id_at(now), old.new, old.fresh, rules.FRESH, _span(rules.POST_HALF_LIFE),
                    rules.MOST_REACTIONS, rules.LEAST)
