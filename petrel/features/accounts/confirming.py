"""What an app with which somebody signed up asks while their mail address is still to be confirmed."""

from msgspec import Struct

from petrel.core.doors import Reader, Writer
from petrel.core.errors import Refused, Unauthenticated
from petrel.features.accounts import rows, rules, sealing

STANDING = "select awaits, is_open from accounts.confirmation($1)"


class Confirmation(Struct, frozen=True):
    """`awaits`: they are let in only once the address is confirmed. `is_open`: it is not confirmed, in or not."""

    awaits: bool
    is_open: bool


async def confirmation(r: Reader) -> Confirmation:
    """How the viewer's mail address stands. Errors: Unauthenticated."""
    row = await r.row(STANDING, r.digest)
    if row is None:
        raise Unauthenticated
    return Confirmation(*row)


async def correct_email(w: Writer, address: str) -> None:
    """Another address in place of the one that the acting member signed up with and has not confirmed. Who is in
    changes theirs with their password (`change_email`). Errors: Refused, Invalid ("email"), Unauthenticated."""
    if w.account is None or not (await confirmation(w)).awaits:
        raise Refused("deny.confirmed")
    new = address.strip()
    if fault := rules.email_fault(new, needed=True):
        raise rules.refusal_of({"email": [fault]})
    await rows.set_email(w, w.account, await sealing.email_digest(new),
                         await sealing.seal_text(w.account, new.encode()))
    w.record("accounts.email.changed", w.account)
