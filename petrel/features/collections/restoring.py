"""What of collections is taken away again after a restore (`core/restrictions.py`)."""

from petrel.core.doors import Writer
from petrel.core.restrictions import Kept, harmless, restricts
from petrel.features.collections.commands import EMPTY, SET_TAKEN_DOWN

DELETE = "delete from collections.collection where cell = law.cell($1) and id = $1"
REMOVE = """
delete from collections.item where cell = law.cell($1) and collection = $1 and account = $2 and not is_refused
"""
# Also where the backup knows nothing of the place: so that the no is not forgotten.
REFUSE = """
insert into collections.item (cell, collection, owner, account, id, is_refused)
select l.cell, l.id, l.owner, $2, $3, true from collections.collection l where l.cell = law.cell($1) and l.id = $1
on conflict (cell, collection, account) do update set is_refused = true where not item.is_refused
"""

# Its bits: rules.closed_by.
NARROW = """
update collections.collection set is_discoverable = is_discoverable and $2 & 1 = 0,
       is_sensitive = is_sensitive or $2 & 2 <> 0
 where cell = law.cell($1) and id = $1 and (is_discoverable and $2 & 1 <> 0 or not is_sensitive and $2 & 2 <> 0)
"""

harmless({
    "collections.collection.created": "a restore loses it; nobody sees more",
    "collections.collection.changed": "words cannot be kept outside, and the older ones were public; marks that "
                                      "narrow have a kind of their own",
    "collections.collection.put_back": "a restore loses it; nobody sees more",
    "collections.item.added": "a restore loses it; nobody sees more",
})


@restricts("collections.collection.deleted")
async def deleted(w: Writer, entry: Kept) -> bool:
    await w.execute(EMPTY, entry.subject)
    return bool(await w.execute(DELETE, entry.subject))


@restricts("collections.collection.narrowed")
async def narrowed(w: Writer, entry: Kept) -> bool:
    return bool(await w.execute(NARROW, entry.subject, entry.refs[0]))


@restricts("collections.collection.taken_down")
async def taken_down(w: Writer, entry: Kept) -> bool:
    return bool(await w.execute(SET_TAKEN_DOWN, entry.subject, entry.refs[0], True))


@restricts("collections.item.removed")
async def item_removed(w: Writer, entry: Kept) -> bool:
    return bool(await w.execute(REMOVE, *entry.refs[:2]))


@restricts("collections.item.revoked")
async def item_revoked(w: Writer, entry: Kept) -> bool:
    return bool(await w.execute(REFUSE, *entry.refs[:2], entry.subject))
