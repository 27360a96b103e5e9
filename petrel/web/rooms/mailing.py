"""What mail leads to, and settings of mail: `needs.Mailing` over the rooms accounts and mail."""

from petrel.core.doors import reading, writing
from petrel.core.errors import Invalid
from petrel.core.viewer import System, Viewer
from petrel.features import accounts, mail, moderation
from petrel.web.arriving import OwnMail
from petrel.web.rooms.acting import Counting
from petrel.web.rooms.reading import member_of

SYSTEM = System("web")


class MailingRooms:
    """One per process."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting

    async def ask_reset(self, email: str, *, address: str, cause: str) -> None:
        self._counting.take_address("signin", address)
        self._counting.take_key("reset", email.casefold())
        await mail.ask_reset(email, cause=cause)

    async def reset_holds(self, secret: str) -> bool:
        return await accounts.resets.holds(secret)

    async def reset(self, secret: str, password: str, *, address: str, cause: str) -> None:
        self._counting.take_address("signin", address)
        await accounts.resets.use(secret, password, cause=cause)

    async def confirm_address(self, secret: str, *, cause: str) -> None:
        async with writing(SYSTEM, cause=cause) as w:
            await accounts.confirm_email(w, secret)

    async def unsubscribe(self, secret: str, *, cause: str) -> None:
        await mail.unsubscribe(secret, cause=cause)

    async def own_mail(self, viewer: Viewer) -> OwnMail:
        async with reading(member_of(viewer)) as r:
            own, of_mail = await accounts.own(r), await mail.own(r)
        return OwnMail(email=own.email or "", is_confirmed=of_mail.is_confirmed, refusal=of_mail.refusal or "",
                       wants_digest="digest" in of_mail.topics)

    async def set_wishes(self, viewer: Viewer, *, digest: bool, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await mail.wish(w, "digest", on=digest)

    async def ask_confirmation(self, viewer: Viewer, *, cause: str) -> None:
        member = member_of(viewer)
        self._counting.take_key("reset", str(member.account))
        async with writing(member, cause=cause) as w:
            await mail.ask_confirmation(w, member.account)

    async def change_address(self, viewer: Viewer, email: str, password: str, *, address: str, cause: str) -> None:
        member = member_of(viewer)
        self._counting.take_address("signin", address)
        self._counting.take_key("signin_email", str(member.account))
        async with reading(member) as r:
            if await moderation.blocks.is_blocked_mail(r, email):
                raise Invalid("email", "is not one that this site takes. Choose another, or write to the crew")
        await mail.change_address(member, email, password, cause=cause)
