"""What of lists is taken away again after a restore (`core/restrictions.py`)."""

from petrel.core.doors import Writer
from petrel.core.restrictions import Kept, harmless, restricts
from petrel.features.lists.commands import EMPTY, REMOVE

DELETE = "delete from lists.list where cell = law.cell($1) and id = $1"

harmless({
    "lists.list.created": "a restore loses it; nobody sees more",
    "lists.list.changed": "titles cannot be kept outside; seen by their owner only",
    "lists.member.added": "a restore loses it; nobody sees more",
})


@restricts("lists.list.deleted")
async def deleted(w: Writer, entry: Kept) -> bool:
    await w.execute(EMPTY, entry.subject)
    return bool(await w.execute(DELETE, entry.subject))


@restricts("lists.member.removed")
async def member_removed(w: Writer, entry: Kept) -> bool:
    return bool(await w.execute(REMOVE, entry.subject, entry.refs))
