"""Keeping somebody away: blocks, mutes, and private notes about somebody. Commands, like commands.py."""

from datetime import timedelta

from petrel.core import clock, seal
from petrel.core.doors import Writer
from petrel.core.errors import Invalid, Refused
from petrel.core.text import clean
from petrel.features.accounts import key_of
from petrel.features.relationships import rows, rules
from petrel.features.relationships.commands import edge_id, record_parting
from petrel.features.relationships.reads import one
from petrel.features.relationships.shapes import Bit, Pair, Relation

LONGEST_NOTE = 2000
LONGEST_MUTE_S = 10 * 365 * 86400


async def block(w: Writer, other: int) -> Relation:
    """Ends follows and requests both ways and keeps the other away; they are not told. Errors: NotFound, Refused."""
    if other == w.account:
        raise Refused("deny.self")
    pair, _ = await rows.hold(w, other)

    if not pair.mine.bits & Bit.BLOCKING:
        edge = edge_id(pair.mine.owner)
        await rows.save(w, rules.blocked(pair, edge))

        record_parting(w, pair)
        record_parting(w, rules.swapped(pair))
        w.record("relationships.block.created", edge, refs=[pair.mine.owner, other])

    return await one(w, other)


async def unblock(w: Writer, other: int) -> Relation:
    """Follows that the block ended do not come back. Errors: NotFound."""
    pair = await rows.find(w, other)

    if pair is not None and pair.mine.bits & Bit.BLOCKING:
        await rows.save(w, rules.unblocked(pair))
        w.record("relationships.block.removed", pair.mine.blocking_id or pair.mine.owner,
                 refs=[pair.mine.owner, other])

    return await one(w, other)


async def mute(w: Writer, other: int, *, notifications: bool = True, duration_s: int = 0) -> Relation:
    """Keeps the other's posts out of the actor's sight; they are not told. Again: sets what is given now.

    `notifications`: theirs too. `duration_s`: 0 is until unmuted. Errors: NotFound, Refused, Invalid.
    """
    if other == w.account:
        raise Refused("deny.self")
    if not 0 <= duration_s <= LONGEST_MUTE_S:
        raise Invalid("duration", f"must be between 0 and {LONGEST_MUTE_S} seconds")
    pair, _ = await rows.hold(w, other)

    now = clock.now()
    stands = rules.is_muting(pair.mine, now)
    edge = pair.mine.muting_id if stands and pair.mine.muting_id else edge_id(pair.mine.owner)
    until = now + timedelta(seconds=duration_s) if duration_s else None
    await rows.save(w, Pair(rules.muted(pair.mine, edge, until, notifications=notifications), pair.theirs))

    until_ms = int(until.timestamp() * 1000) if until else 0
    w.record(f"relationships.mute.{'changed' if stands else 'created'}", edge,
             refs=[pair.mine.owner, other, until_ms, int(notifications)])

    return await one(w, other)


async def unmute(w: Writer, other: int) -> Relation:
    """Errors: NotFound."""
    pair = await rows.find(w, other)

    if pair is not None and pair.mine.bits & Bit.MUTING:
        await rows.save(w, Pair(rules.unmuted(pair.mine), pair.theirs))
        w.record("relationships.mute.removed", pair.mine.muting_id or pair.mine.owner, refs=[pair.mine.owner, other])

    return await one(w, other)


async def set_note(w: Writer, other: int, comment: str) -> Relation:
    """A private note about somebody, sealed, for the actor's eyes only; empty removes it.

    Errors: NotFound, Invalid (longer than 2,000 characters).
    """
    text = clean(comment, "comment")
    if len(text) > LONGEST_NOTE:
        raise Invalid("comment", f"is too long (maximum is {LONGEST_NOTE} characters)")
    pair, _ = await rows.hold(w, other)

    me = pair.mine.owner
    sealed = seal.seal(await key_of(me), me, text.encode()) if text else None
    await w.execute(rows.SET_NOTE, me, other, sealed)
    await rows.save(w, pair)

    w.record("relationships.note.changed", me, refs=[me, other, int(bool(text))])

    return await one(w, other)
