"""Pure decisions and transitions of a pair. No rows, no clock.

Every transition answers with the whole new pair: both sides change together or not at all.
"""

from datetime import datetime

from msgspec.structs import replace

from petrel.features.accounts import State
from petrel.features.relationships.shapes import CANNOT_ACT, Bit, Pair, Side, Standing

FOLLOW_BITS = Bit.FOLLOWING | Bit.REQUESTED | Bit.WITHOUT_BOOSTS | Bit.BELL | Bit.ENDORSED


def refusal_of_follow(pair: Pair, standing: Standing) -> str | None:
    """Why a follow cannot begin, as a code for the log; None if it can.

    Whoever is refused gets one text for all reasons. A block that is in the way is thereby felt, as it is by the
    profile of which only the first line is left; it is told nowhere (source: docs/law/visibility.md section 9;
    the client API's 403 on following "someone that you block or that blocks you").
    """
    if pair.mine.bits & Bit.BLOCKED_BY:
        return "deny.blocked"
    if pair.mine.bits & Bit.BLOCKING:
        return "deny.blocking"
    return "deny.suspended" if standing.other_state & CANNOT_ACT else None


def must_ask(standing: Standing) -> bool:
    """Whether a follow waits for a yes: protected accounts, accounts of other servers (which answer later), and
    where moderators have limited either side. source: docs/law/visibility.md section 10; limited: our choice, as
    the client API does for limited followers.
    """
    limited = (standing.other_state | standing.own_state) & State.LIMITED
    return standing.is_protected or standing.is_remote or bool(limited)


def flags_of(bits: int, boosts: bool | None, bell: bool | None) -> int:
    """`bits` with the wishes that come with a follow; None leaves a wish as it is."""
    if boosts is not None:
        bits = bits & ~Bit.WITHOUT_BOOSTS if boosts else bits | Bit.WITHOUT_BOOSTS
    if bell is not None:
        bits = bits | Bit.BELL if bell else bits & ~Bit.BELL
    return bits


def told_of(follower: Side) -> int:
    """What the journal says of a follow or request: that it is one, and the wishes; nothing else of the pair."""
    return int(follower.bits & (Bit.FOLLOWING | Bit.REQUESTED | Bit.WITHOUT_BOOSTS | Bit.BELL))


def followed(pair: Pair, edge: int) -> Pair:
    """`mine` follows; a request that stood is used up."""
    return Pair(
        replace(pair.mine, bits=pair.mine.bits & ~Bit.REQUESTED | Bit.FOLLOWING, following_id=edge),
        replace(pair.theirs, bits=pair.theirs.bits & ~Bit.REQUESTED_BY | Bit.FOLLOWED_BY, followed_id=edge,
                requested_by_id=None))


def requested(pair: Pair, edge: int) -> Pair:
    return Pair(
        replace(pair.mine, bits=pair.mine.bits | Bit.REQUESTED),
        replace(pair.theirs, bits=pair.theirs.bits | Bit.REQUESTED_BY, requested_by_id=edge))


def unfollowed(pair: Pair) -> Pair:
    """`mine` neither follows nor asks to."""
    gone = Bit.FOLLOWED_BY | Bit.REQUESTED_BY
    return Pair(
        replace(pair.mine, bits=pair.mine.bits & ~FOLLOW_BITS, following_id=None),
        replace(pair.theirs, bits=pair.theirs.bits & ~gone, followed_id=None, requested_by_id=None))


def swapped(pair: Pair) -> Pair:
    """The same pair seen from the other end."""
    return Pair(pair.theirs, pair.mine)


def blocked(pair: Pair, edge: int) -> Pair:
    """`mine` blocks: follows and requests end both ways; mutes and notes stay."""
    apart = swapped(unfollowed(swapped(unfollowed(pair))))
    return Pair(
        replace(apart.mine, bits=apart.mine.bits | Bit.BLOCKING, blocking_id=edge),
        replace(apart.theirs, bits=apart.theirs.bits | Bit.BLOCKED_BY))


def unblocked(pair: Pair) -> Pair:
    return Pair(
        replace(pair.mine, bits=pair.mine.bits & ~Bit.BLOCKING, blocking_id=None),
        replace(pair.theirs, bits=pair.theirs.bits & ~Bit.BLOCKED_BY))


def is_muting(side: Side, now: datetime) -> bool:
    """Whether a mute stands at this instant; a timed one that has ended stays in the row until the next act."""
    return bool(side.bits & Bit.MUTING) and (side.muting_until is None or side.muting_until > now)


def muted(side: Side, edge: int, until: datetime | None, *, notifications: bool) -> Side:
    bits = side.bits & ~Bit.MUTING_NOTIFICATIONS | Bit.MUTING
    return replace(side, bits=bits | Bit.MUTING_NOTIFICATIONS if notifications else bits, muting_id=edge,
                   muting_until=until)


def unmuted(side: Side) -> Side:
    return replace(side, bits=side.bits & ~(Bit.MUTING | Bit.MUTING_NOTIFICATIONS), muting_id=None, muting_until=None)
