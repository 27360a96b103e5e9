"""Noting what gets attention as the journal grows, and counting it every few minutes."""

from petrel.core import clock, ids
from petrel.core.doors import Writer, deriving
from petrel.core.jobs import every
from petrel.core.journal import Entry, follow
from petrel.core.retention import kept_for
from petrel.features.discovery import activity, counting, rows, rules


@follow("discovery", "posts.like.created", "posts.boost.created", surface="pub")
async def note(w: Writer, entries: list[Entry]) -> None:
    """Twice: no effect. Late: counted late. Never: a post is no trend until somebody else likes it."""
    if rules.is_on():
        posts = {e.subject if e.kind == "posts.like.created" else e.refs[0] for e in entries}
        await w.execute(rows.NOTE_POSTS, sorted(posts), ids.id_at(clock.now() - rules.POST_WINDOW))


@every(300, "discovery.count")
async def count() -> str | None:
    """Twice: the same numbers. Late or never: trends are older than they could be; the law is asked all the same."""
    await counting.count()
    return None


@every(3 * 3600, "discovery.recount")
async def recount() -> str | None:
    """All days again, without what was deleted, hidden or protected since. Twice: the same numbers. Late or never:
    older days count it still, as numbers of nobody."""
    async with deriving("discovery") as w:
        for statement in rows.EXPIRE_DAYS:
            await w.execute(statement)
        await w.execute(rows.FORGET_REVIEWS)
    await counting.count(days=rules.DAYS)
    return None


@every(3600, "discovery.weeks")
async def count_weeks() -> str | None:
    """Twice: the same numbers. Late: this week's numbers are older. Never: weeks go by uncounted, and are not told."""
    await activity.count()
    return None


for _counted in ("discovery.tag_day", "discovery.link_day"):
    kept_for(_counted, days=7, schedule="discovery.recount", overdue="day < (now() at time zone 'utc')::date - 8")
kept_for("discovery.week", days=84, schedule="discovery.weeks",
         overdue="week < (now() at time zone 'utc')::date - 92")
kept_for("discovery.post_trend", days=3, schedule="discovery.count",
         overdue="post >> 16 < (extract(epoch from now() - interval '4 days') * 1000)::bigint")
