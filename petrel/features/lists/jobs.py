"""What lists do when somebody unfollows."""

from petrel.core import jobs, journal
from petrel.core.doors import Writer, writing
from petrel.core.journal import Entry
from petrel.core.viewer import System
from petrel.features.lists.commands import sweep

IS_LISTED = "select 1 from lists.list where cell = law.cell($1) and owner = $1 limit 1"


@journal.follow("lists", "relationships.follow.removed", surface="none", why_none="takes accounts off lists")
async def on_follow_removed(w: Writer, entries: list[Entry]) -> None:
    """Orders a sweep where the one who unfollowed has lists at all. Twice: the second sweep finds nothing. Late or
    never: the list does not show the account, but it is in it again once followed again."""
    for entry in entries:
        owner, account = entry.refs[:2]
        if await w.value(IS_LISTED, owner):
            w.later("lists.sweep", {"owner": owner, "account": account}, once=f"lists.sweep:{owner}:{account}")


@jobs.job("lists.sweep")
async def sweep_lists(owner: int, account: int) -> None:
    """Twice: no effect. Late or never: see `on_follow_removed`."""
    async with writing(System("lists"), cause="lists.sweep") as w:
        await sweep(w, owner, account)
