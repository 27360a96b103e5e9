"""What of drafts is taken away again after a restore (`core/restrictions.py`)."""

from datetime import UTC, datetime

from petrel.core import seal
from petrel.core.doors import Writer
from petrel.core.restrictions import Kept, harmless, restricts

DROP = "delete from drafts.draft where cell = law.cell($1) and id = $1"
MOVE = "update drafts.draft set due_at = $2 where cell = law.cell($1) and id = $1 and due_at is not null"
STOP = "update drafts.draft set due_at = null where cell = law.cell($1) and id = $1 and due_at is not null"

harmless({
    "drafts.draft.created": "a restore loses it; nobody sees more",
    "drafts.draft.changed": "text cannot be kept outside; the older one stands, for its author only",
    "drafts.account.swept": "of an account that is being erased; the erasure is taken up again by its own entry",
})


@restricts("drafts.draft.deleted", "drafts.draft.published")
async def gone(w: Writer, entry: Kept) -> bool:
    """What was published once is not published again: its author may have deleted the post since."""
    await seal.destroy([entry.subject])
    return bool(await w.execute(DROP, entry.subject))


@restricts("drafts.draft.moved")
async def moved(w: Writer, entry: Kept) -> bool:
    """Refs: the new time, in milliseconds since 1970."""
    return bool(await w.execute(MOVE, entry.subject, datetime.fromtimestamp(entry.refs[0] / 1000, UTC)))


@restricts("drafts.draft.refused")
async def refused(w: Writer, entry: Kept) -> bool:
    return bool(await w.execute(STOP, entry.subject))
