"""Who comes in, and which apps may act for them: `needs.Doorkeeping` and `needs.Consenting` over the accounts."""

from petrel.core.doors import reading, writing
from petrel.core.errors import Refused
from petrel.core.text.lookalikes import unmasked_in
from petrel.core.viewer import Anonymous, Member, Viewer
from petrel.features import accounts, messages, signup
from petrel.features.accounts import Own
from petrel.web.arriving import Entered, Newcomer, SignupGate
from petrel.web.rooms.acting import Counting
from petrel.web.rooms.reading import member_of
from petrel.web.rooms.telling import unread
from petrel.web.rooms.views import AUDIENCES
from petrel.web.shapes import AccountView, Consent, Handover, Visitor

NOBODY = Anonymous()


class DoorkeepingRooms:
    """One per process."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting

    async def visitor(self, session: str) -> Visitor:
        member = await _holder(session)
        if member is None:
            return Visitor()
        async with reading(member) as r:
            own = await accounts.own(r)
            new, talks = await unread(r), await messages.unread(r)
        audience = AUDIENCES.get(own.default_audience, "public")
        return Visitor(viewer=member, account=_account(own), unread=new, unread_talks=talks,
                       default_audience=audience, look=own.look, language=own.locale or "")

    async def sign_in(self, name: str, password: str, *, address: str, cause: str, device: str) -> str:
        self._counting.take_address("signin", address)
        self._counting.take_key("signin_email", name)
        return (await accounts.sign_in(name, password, cause=cause, device=device)).token

    async def sign_in_again(self, viewer: Viewer, password: str, *, code: str, address: str, cause: str,
                            device: str) -> str:
        member = member_of(viewer)
        self._counting.take_address("signin", address)
        self._counting.take_key("signin_email", str(member.account))
        if code:
            self._counting.take_key("second_step", str(member.account))
        return (await accounts.sign_in_again(member, password, cause=cause, code=code, device=device)).token

    async def sign_out(self, session: str, *, cause: str) -> None:
        member = await _holder(session)
        if member is not None:
            async with writing(member, cause=cause) as w:
                await accounts.sign_out(w)

    async def signup_gate(self) -> SignupGate:
        gate = await signup.gate()
        return SignupGate(mode=gate.mode, is_shut=gate.is_shut, question=gate.question,
                          challenge=await signup.work.challenge(gate.work) if gate.work else "")

    async def sign_up(self, newcomer: Newcomer, *, address: str, cause: str) -> Entered:
        self._counting.take_address("signup", address)
        came = signup.Came(address, newcomer.reason, newcomer.challenge, newcomer.proof)
        joined = await signup.join(_newcomer(newcomer, newcomer.has_agreed), came, cause=cause)
        return Entered(session=joined.issued.token if joined.issued else "", waits=joined.waits)

    async def invite_holds(self, invite: str) -> bool:
        async with reading(NOBODY) as r:
            return await accounts.invites.holds(r, invite)

    async def setup_holds(self, token: str) -> bool:
        async with reading(NOBODY) as r:
            return await accounts.invites.holds(r, token, for_role="owner")

    async def set_up(self, token: str, newcomer: Newcomer, *, cause: str) -> str:
        # Who holds the link makes the rules of the site; there is nothing to agree to yet.
        return (await accounts.set_up(token, _newcomer(newcomer, True), cause=cause)).token

    async def authorize_request(self, parameters: dict[str, str]) -> Consent | Handover:
        async with reading(NOBODY) as r:
            asked = await accounts.oauth.ask(r, parameters)
        if isinstance(asked, accounts.oauth.Answer):
            return _handover(asked)
        return Consent(
            app=asked.app.name,
            website=unmasked_in(asked.app.website or ""),
            scopes=asked.scopes,
            redirect_uri=asked.redirect_uri,
        )

    async def grant(self, viewer: Viewer, parameters: dict[str, str], *, cause: str) -> Handover:
        member = member_of(viewer)
        async with writing(member, cause=cause) as w:
            asked = await accounts.oauth.ask(w, parameters)
            if isinstance(asked, accounts.oauth.Answer):
                return _handover(asked)
            return _handover(await accounts.oauth.grant(w, asked, member))

    async def deny(self, viewer: Viewer, parameters: dict[str, str], *, cause: str) -> Handover:
        async with reading(NOBODY) as r:
            asked = await accounts.oauth.ask(r, parameters)
        return _handover(asked if isinstance(asked, accounts.oauth.Answer) else accounts.oauth.deny(asked))


async def _holder(session: str) -> Member | None:
    """Only a browser's session opens pages: the token of an app, put into a cookie, is nobody's here."""
    if not session:
        return None
    try:
        async with reading(NOBODY) as r:
            found = await accounts.resolve(r, accounts.digest_of(session))
    except Refused:
        # Suspended or deactivated since: what is open to everybody stays open to them.
        return None
    return found if isinstance(found, Member) and found.is_session else None


def _account(own: Own) -> AccountView:
    return AccountView(
        id=own.account.id,
        handle=own.account.handle,
        name=own.profile.display_name,
        is_protected=own.account.is_protected,
        is_bot=own.is_bot,
        role=own.account.role,
    )


def _newcomer(typed: Newcomer, has_agreed: bool) -> accounts.Newcomer:
    new = accounts.NewAccount(typed.handle, typed.password, typed.email or None, typed.name,
                              locale=typed.language or None)
    return accounts.Newcomer(new, has_agreed, typed.invite, typed.device)


def _handover(answer: accounts.oauth.Answer) -> Handover:
    return Handover(address=answer.address, code=answer.code, fields=answer.fields)
