"""Following and being followed. Both sides of a pair change in one transaction, under one lock.

Counts on profiles are not touched here: they follow the journal. Read next: distance.py for blocks and mutes.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from petrel.core.doors import Writer
from petrel.core.errors import NotFound, Refused
from petrel.core.ids import cell_of, new_id
from petrel.features.relationships import rows, rules
from petrel.features.relationships.reads import one
from petrel.features.relationships.shapes import Bit, NotFollowed, Pair, Relation, SelfFollow


def edge_id(owner: int) -> int:
    """A new id in the cell of whoever begins an edge."""
    return new_id(cell_of(owner))


async def follow(w: Writer, other: int, *, boosts: bool | None = None, bell: bool | None = None) -> Relation:
    """Follows, or asks to where that is needed; again: only sets the wishes. None leaves a wish as it is.

    `boosts`: show what they boost (at first: yes). `bell`: be told of each of their posts (at first: no).
    Errors: SelfFollow, NotFound, Refused.
    """
    if other == w.account:
        raise SelfFollow("deny.self")
    pair, standing = await rows.hold(w, other)

    if pair.mine.bits & (Bit.FOLLOWING | Bit.REQUESTED):
        await _set_wishes(w, pair, boosts, bell)
        return await one(w, other)
    if reason := rules.refusal_of_follow(pair, standing):
        raise Refused(reason)

    pair = Pair(replace(pair.mine, bits=rules.flags_of(pair.mine.bits, boosts, bell)), pair.theirs)
    edge = edge_id(pair.mine.owner)
    if rules.must_ask(standing):
        pair = rules.requested(pair, edge)
        kind = "relationships.request.created"
    else:
        pair = rules.followed(pair, edge)
        kind = "relationships.follow.created"
    await rows.save(w, pair)

    w.record(kind, edge, refs=[pair.mine.owner, other, rules.told_of(pair.mine)])

    return await one(w, other)


async def _set_wishes(w: Writer, pair: Pair, boosts: bool | None, bell: bool | None) -> None:
    mine = replace(pair.mine, bits=rules.flags_of(pair.mine.bits, boosts, bell))
    if mine == pair.mine:
        return

    await rows.save(w, Pair(mine, pair.theirs))

    edge = mine.following_id or pair.theirs.requested_by_id or mine.owner
    noun = "follow" if mine.bits & Bit.FOLLOWING else "request"
    w.record(f"relationships.{noun}.changed", edge, refs=[mine.owner, mine.other, rules.told_of(mine)])


def record_parting(w: Writer, pair: Pair) -> None:
    """Records that `mine` no longer follows, or no longer asks to; `pair` is as it was before."""
    refs = [pair.mine.owner, pair.mine.other, rules.told_of(pair.mine)]
    if pair.mine.bits & Bit.FOLLOWING and pair.mine.following_id:
        w.record("relationships.follow.removed", pair.mine.following_id, refs=refs)
    if pair.mine.bits & Bit.REQUESTED and pair.theirs.requested_by_id:
        w.record("relationships.request.removed", pair.theirs.requested_by_id, refs=refs)


async def unfollow(w: Writer, other: int) -> Relation:
    """Follows no longer, or takes back the request. Nothing to end: nothing happens. Errors: NotFound."""
    pair = await rows.find(w, other)

    if pair is not None and pair.mine.bits & (Bit.FOLLOWING | Bit.REQUESTED):
        await rows.save(w, rules.unfollowed(pair))
        record_parting(w, pair)

    return await one(w, other)


async def remove_follower(w: Writer, other: int) -> Relation:
    """The other no longer follows, nor asks to; they are not told. source: docs/law/visibility.md section 10."""
    pair = await rows.find(w, other)

    if pair is not None and pair.theirs.bits & (Bit.FOLLOWING | Bit.REQUESTED):
        theirs = rules.swapped(pair)
        await rows.save(w, rules.unfollowed(theirs))
        record_parting(w, theirs)

    return await one(w, other)


async def accept(w: Writer, requester: int) -> Relation:
    """Says yes to a request. Errors: NotFound, when there is none."""
    pair = await rows.find(w, requester)
    if pair is None or not pair.mine.bits & Bit.REQUESTED_BY:
        raise NotFound

    asked = rules.swapped(pair)
    edge = edge_id(requester)
    now = rules.followed(asked, edge)
    await rows.save(w, now)

    refs = [requester, pair.mine.owner, rules.told_of(now.mine)]
    w.record("relationships.request.accepted", pair.mine.requested_by_id or edge, refs=refs)
    w.record("relationships.follow.created", edge, actor=requester, refs=refs)

    return await one(w, requester)


async def reject(w: Writer, requester: int) -> Relation:
    """Says no to a request; the requester may ask again. Errors: NotFound, when there is none."""
    pair = await rows.find(w, requester)
    if pair is None or not pair.mine.bits & Bit.REQUESTED_BY:
        raise NotFound

    asked = rules.swapped(pair)
    await rows.save(w, rules.unfollowed(asked))
    record_parting(w, asked)

    return await one(w, requester)


async def endorse(w: Writer, other: int) -> Relation:
    """Recommends on the actor's profile somebody they follow. Errors: NotFound, NotFollowed."""
    pair, _ = await rows.hold(w, other)
    if not pair.mine.bits & Bit.FOLLOWING:
        raise NotFollowed

    if not pair.mine.bits & Bit.ENDORSED:
        mine = replace(pair.mine, bits=pair.mine.bits | Bit.ENDORSED)
        await rows.save(w, Pair(mine, pair.theirs))
        w.record("relationships.endorsement.created", mine.following_id or mine.owner, refs=[mine.owner, other])

    return await one(w, other)


async def unendorse(w: Writer, other: int) -> Relation:
    """Errors: NotFound."""
    pair = await rows.find(w, other)

    if pair is not None and pair.mine.bits & Bit.ENDORSED:
        mine = replace(pair.mine, bits=pair.mine.bits & ~Bit.ENDORSED)
        await rows.save(w, Pair(mine, pair.theirs))
        w.record("relationships.endorsement.removed", mine.following_id or mine.owner, refs=[mine.owner, other])

    return await one(w, other)


async def follow_many(w: Writer, pairs: Sequence[tuple[int, int]]) -> int:
    """Follows in bulk, for imports: (follower, followee) account ids. Returns how many are new.

    One statement for both sides of all pairs. Follows that stand are left as they are. Left out are oneself,
    accounts that do not exist, pairs with a block, and whoever would have to be asked first.
    """
    if not pairs:
        return 0
    new = await rows.follow_many(w, pairs, [edge_id(follower) for follower, _ in pairs])

    for follower, followee, edge in new:
        w.record("relationships.follow.created", edge, actor=follower, refs=[follower, followee, int(Bit.FOLLOWING)])

    return len(new)
