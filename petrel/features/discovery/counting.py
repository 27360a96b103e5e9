"""Counting what is talked about, from the index of search (tags), and likes and boosts (posts). No text is opened."""

from datetime import UTC, datetime, timedelta

from petrel.core import clock, ids
from petrel.core.doors import Writer, deriving, reading
from petrel.core.viewer import System
from petrel.features import search
from petrel.features.discovery import rows, rules

SYSTEM = System("discovery")


def _span(time: timedelta) -> int:
    """How far ids are apart in that time."""
    return int(time / timedelta(milliseconds=1)) << 16


async def count(*, days: int = 1) -> bool:
    """Counts everything anew: posts, the newest `days` of tags, what rises. False where nothing was counted, since
    trends are off, or the index is being built and would tell too little."""
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
    if is_ready:
        today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        for back in range(days):
            async with deriving("discovery") as w:
                await _count_day(w, today - timedelta(days=back))
        async with deriving("discovery") as w:
            await _count_tags(w, now)
    return is_ready


async def _count_day(w: Writer, day: datetime) -> None:
    await w.execute(rows.COUNT_DAY, ids.id_at(day), ids.id_at(day + timedelta(days=1)), rules.MOST_POSTS, day.date())


async def _count_tags(w: Writer, now: datetime) -> None:
    old = rules.weights(now)
    await w.execute(rows.COUNT_TAGS, ids.id_at(now - rules.WINDOW), ids.id_at(now + timedelta(minutes=1)),
                    rules.MOST_POSTS, old.new, old.fresh, rules.FRESH, _span(rules.HALF_LIFE), rules.LEAST,
                    now.astimezone(UTC).date(), rules.MOST)


async def _count_posts(w: Writer, now: datetime) -> None:
    old = rules.weights(now)
    await w.execute(rows.DROP_POSTS, rules.MOST_CANDIDATES, ids.id_at(now - rules.POST_WINDOW))
    await w.execute(rows.COUNT_POSTS, ids.id_at(now), old.new, old.fresh, rules.FRESH, _span(rules.POST_HALF_LIFE),
                    rules.MOST_REACTIONS, rules.LEAST)
