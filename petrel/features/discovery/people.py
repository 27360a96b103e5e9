"""Who is proposed to whom. Candidates: what of an account is shown is asked for where it is shown."""

from msgspec import Struct

from petrel.core.doors import Reader, Writer
from petrel.core.errors import NotFound
from petrel.features.relationships import actor

SUGGESTIONS = "select account, friends, is_picked from discovery.suggestions($1, $2, $3)"
LISTED = "select account from discovery.listed($1, $2, $3, $4, $5)"
SEEN = "select exists (select from accounts.cards($1, array[$2::bigint], array[0]))"
DISMISS = """
insert into discovery.dismissed (cell, account, other) values (law.cell($1), $1, $2) on conflict do nothing
"""


class Suggestion(Struct, frozen=True):
    """`friends`: how many of whom the viewer follows follow it. `is_picked`: somebody of the crew recommends it."""

    account: int
    friends: int
    is_picked: bool


async def suggestions(r: Reader, limit: int, offset: int = 0) -> list[Suggestion]:
    """First whom the crew recommends, then by friends, then by followers; nobody for who is not signed in."""
    return [Suggestion(*row) for row in await r.fetch(SUGGESTIONS, r.digest, limit, offset)]


async def dismiss(w: Writer, other: int) -> None:
    """This account is proposed to the actor no more. Errors: NotFound, also for whom the actor does not see."""
    me = await actor(w)
    if not await w.value(SEEN, w.digest, other):
        raise NotFound
    if await w.execute(DISMISS, me, other):
        w.record("discovery.suggestion.dismissed", me, refs=(other,))


async def listed(r: Reader, limit: int, offset: int = 0, *, active: bool, local: bool) -> list[int]:
    """Accounts that want to be proposed; `active`: who wrote in public lately, last written first, else the newest."""
    return [row["account"] for row in await r.fetch(LISTED, r.digest, active, local, limit, offset)]
