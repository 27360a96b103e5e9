"""The letter that confirms a mail address, asked for by the app with which somebody has just signed up."""

from msgspec import Struct

from petrel.api.http import Call, route
from petrel.core.doors import reading, writing
from petrel.core.errors import Refused
from petrel.features import accounts, mail, moderation

NO_POSTS = "an address of one's own, not posts"
CONFIRMED = "This method is only available while the e-mail is awaiting confirmation"
OTHER_APP = "This method is only available to the application the user originally signed-up with"


class ConfirmationForm(Struct, frozen=True, kw_only=True):
    """`email`: another address in place of the one given at sign-up."""

    email: str | None = None


@route("POST", "/api/v1/emails/confirmations", scope="write:accounts", surface="none", why_no_surface=NO_POSTS,
       limit="confirmations", even_unconfirmed=True)
async def ask(call: Call, form: ConfirmationForm) -> None:
    """Whoever is not let in yet has no token but that of the app they signed up with. Who is in, and has changed their
    address since, can ask for the letter; not for another address, which takes their password."""
    async with reading(call.viewer) as r:
        standing = await accounts.confirming.confirmation(r)
        if not standing.is_open:
            raise Refused("deny.confirmed", CONFIRMED)
        if form.email is not None:
            if not standing.awaits:
                raise Refused("deny.confirmed", OTHER_APP)
            await moderation.blocks.may_join(r, email=form.email, address=call.ip)
    async with writing(call.member, cause=call.id) as w:
        if form.email is not None:
            await accounts.confirming.correct_email(w, form.email)
        await mail.ask_confirmation(w, call.member.account)


@route("GET", "/api/v1/emails/check_confirmation", scope="public or read:accounts", surface="none",
       why_no_surface=NO_POSTS, even_unconfirmed=True)
async def check(call: Call) -> bool:
    async with reading(call.viewer) as r:
        return not (await accounts.confirming.confirmation(r)).awaits
