"""Push after a restore (`core/restrictions.py`)."""

from petrel.core.doors import Writer
from petrel.core.restrictions import Kept, harmless, restricts
from petrel.features.push.rows import DROP

CHANGE = "update push.subscription set alerts = alerts & $3, policy = $4 where cell = law.cell($1) and account = $1 " \
         "and token = $2"

harmless({
    "push.account.swept": "of an account that is being erased; the erasure is taken up again by its own entry",
})


@restricts("push.subscription.made", "push.subscription.removed")
async def ended(w: Writer, entry: Kept) -> bool:
    """Where messages went before is an address that its app has left; the new one was never kept outside. The app asks
    again when it is opened."""
    return bool(await w.execute(DROP, entry.subject, entry.refs[:1]))


@restricts("push.subscription.changed")
async def changed(w: Writer, entry: Kept) -> bool:
    """Refs: the token, alerts, of whom."""
    return len(entry.refs) == 3 and bool(await w.execute(CHANGE, entry.subject, *entry.refs))
