"""What between people is taken away again after a restore (`core/restrictions.py`)."""

from collections.abc import Callable
from datetime import UTC, datetime

from msgspec.structs import replace

from petrel.core.doors import Writer
from petrel.core.restrictions import Kept, harmless, restricts
from petrel.features.relationships import rows, rules
from petrel.features.relationships.shapes import Bit, Pair

MAKE = """
insert into relationships.relation (cell, owner, other, bits)
select law.cell(p.a), p.a, p.b, 0 from (values ($1::bigint, $2::bigint), ($2, $1)) p(a, b)
 where exists (select from accounts.account o where o.cell = law.cell($1) and o.id = $1)
   and exists (select from accounts.account o where o.cell = law.cell($2) and o.id = $2)
 order by p.a on conflict do nothing
"""
LOCK = """
select owner, other, bits, following_id, followed_id, requested_by_id, blocking_id, muting_id, muting_until
  from relationships.relation
 where cell = law.cell($1) and owner = $1 and other = $2 or cell = law.cell($2) and owner = $2 and other = $1
 order by owner for update
"""
REMOVE_TAG = "delete from relationships.{}_tag where cell = law.cell($1) and id = $1"
REMOVE_FILTER = "delete from relationships.filter where cell = law.cell($1) and id = $1"

harmless({
    "relationships.follow.created": "a restore loses it; nobody sees more",
    "relationships.follow.changed": "what the follower wishes to see, of what they may see",
    "relationships.request.created": "a restore loses it; nobody sees more",
    "relationships.request.changed": "what the follower wishes to see, of what they may see",
    "relationships.request.accepted": "opens; the request stands again",
    "relationships.block.removed": "opens; the block stands again",
    "relationships.mute.removed": "opens; the mute stands again",
    "relationships.endorsement.created": "a restore loses it; nobody sees more",
    "relationships.filter.created": "words cannot be kept outside; hides from the member's own eyes only",
    "relationships.filter.changed": "words cannot be kept outside; hides from the member's own eyes only",
    "relationships.domain.unblocked": "opens; the block stands again",
    "relationships.domain.blocked": "words cannot be kept outside; whom it parted stay parted by entries of their own",
    "relationships.tag.followed": "a restore loses it; nobody sees more",
    "relationships.tag.featured": "a restore loses it; nobody sees more",
})


async def _change(w: Writer, entry: Kept, how: Callable[[Pair], Pair], *, make: bool = False) -> bool:
    """Applies a rule to the pair of refs (owner, other), locked; `make`: also when nothing ever began between them."""
    owner, other = entry.refs[:2]
    if make:
        await w.execute(MAKE, owner, other)
    sides = {row["owner"]: rows.side_of(row) for row in await w.fetch(LOCK, owner, other)}
    if len(sides) < 2:
        return False
    before = Pair(sides[owner], sides[other])
    after = how(before)
    await rows.save(w, after)       # also when nothing changed: it removes the empty rows that MAKE made
    return after != before


@restricts("relationships.follow.removed", "relationships.request.removed")
async def parted(w: Writer, entry: Kept) -> bool:
    return await _change(w, entry, rules.unfollowed)


@restricts("relationships.block.created")
async def blocked(w: Writer, entry: Kept) -> bool:
    return await _change(w, entry, lambda pair: rules.blocked(pair, pair.mine.blocking_id or entry.subject), make=True)


@restricts("relationships.mute.created", "relationships.mute.changed")
async def muted(w: Writer, entry: Kept) -> bool:
    """Refs after the pair: until when (ms, 0 for ever), and whether their notifications are muted too."""
    until_ms, notifications = entry.refs[2:4] if len(entry.refs) > 3 else (0, 1)
    until = datetime.fromtimestamp(until_ms / 1000, UTC) if until_ms else None

    def mute(pair: Pair) -> Pair:
        mine = rules.muted(pair.mine, pair.mine.muting_id or entry.subject, until, notifications=bool(notifications))
        return Pair(mine, pair.theirs)
    return await _change(w, entry, mute, make=True)


@restricts("relationships.endorsement.removed")
async def unendorsed(w: Writer, entry: Kept) -> bool:
    def end(pair: Pair) -> Pair:
        return Pair(replace(pair.mine, bits=pair.mine.bits & ~Bit.ENDORSED), pair.theirs)
    return await _change(w, entry, end)


@restricts("relationships.note.changed")
async def note_changed(w: Writer, entry: Kept) -> bool:
    """Refs after the pair: whether there is a note now. A newer text is lost, and the older one stands."""
    if len(entry.refs) < 3 or entry.refs[2]:
        return False
    owner, other = entry.refs[:2]
    return bool(await w.execute(rows.SET_NOTE, owner, other, None))


@restricts("relationships.tag.unfollowed")
async def tag_unfollowed(w: Writer, entry: Kept) -> bool:
    return bool(await w.execute(REMOVE_TAG.format("followed"), entry.subject))


@restricts("relationships.tag.unfeatured")
async def tag_unfeatured(w: Writer, entry: Kept) -> bool:
    return bool(await w.execute(REMOVE_TAG.format("featured"), entry.subject))


@restricts("relationships.filter.removed")
async def filter_removed(w: Writer, entry: Kept) -> bool:
    return bool(await w.execute(REMOVE_FILTER, entry.subject))
