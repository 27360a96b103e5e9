"""Invitations, and the set-up link of the first administrator, which is an invitation to be the owner.

The secret is in the link only; the database has its digest. A set-up link works once; a new one ends the older ones,
and so does an owner who was made in another way.
"""

from petrel.core import ids
from petrel.core.doors import Reader, Writer
from petrel.core.errors import Refused
from petrel.core.viewer import System
from petrel.features.accounts import reads
from petrel.features.accounts.sealing import digest_of, new_token
from petrel.features.accounts.shapes import InviteNotFound, Role

SETUP_DAYS = 7


async def make_invite(w: Writer, *, uses: int = 1, days: int = 7) -> str:
    """A secret that lets somebody join while registration is by invitation. Errors: Refused unless of the crew."""
    if not isinstance(w.viewer, System) and (await reads.own(w)).account.role == "member":
        raise Refused("deny.invite")
    return await _make(w, "member", uses, days)


async def make_setup_link(w: Writer) -> str:
    """A secret that makes whoever brings it the owner; for the system only."""
    if not isinstance(w.viewer, System):
        raise Refused("deny.setup")
    await end_setup_links(w)
    return await _make(w, "owner", 1, SETUP_DAYS)


async def end_setup_links(w: Writer) -> None:
    """Whoever holds one was to be the owner, and now somebody is: they make nobody anything any more."""
    await w.execute("update accounts.invite set uses_left = 0 where role = 'owner' and uses_left > 0")


async def make_first_setup_link(w: Writer) -> str | None:
    """As `make_setup_link`; None where somebody answers for this site already."""
    return None if await has_owner(w) else await make_setup_link(w)


async def has_owner(r: Reader) -> bool:
    """Whether somebody answers for this site already."""
    if isinstance(r.viewer, System):
        return bool(await r.value("select exists (select from accounts.account where role = 'owner')"))
    return await reads.contact(r) is not None


async def holds(r: Reader, secret: str, *, for_role: Role = "member") -> bool:
    """Whether an invitation (a set-up link, for "owner") can still be used."""
    return bool(secret) and await r.value(
        "select accounts.invited_role($1, $2)", r.digest, digest_of(secret)) == for_role


async def use(w: Writer, secret: str, *, for_role: Role = "member") -> None:
    """Uses it up by one. Errors: InviteNotFound."""
    changed = await w.execute(
        "update accounts.invite set uses_left = uses_left - 1 "
        "where digest = $1 and role = $2 and uses_left > 0 and expires_at > now()", digest_of(secret), for_role)
    if not changed:
        raise InviteNotFound


async def _make(w: Writer, role: Role, uses: int, days: int) -> str:
    secret = new_token()
    await w.execute(
        "insert into accounts.invite (digest, maker, role, uses_left, expires_at) "
        "values ($1, $2, $3, $4, now() + make_interval(days => $5))", digest_of(secret), w.account, role, uses, days)
    w.record("accounts.invite.made", ids.new_id(ids.any_cell()), refs=[uses, days], body=role.encode())
    return secret
