"""Ways in, and ending them: `needs.Entering` over the accounts."""

from petrel.core.doors import Writer, reading, writing
from petrel.core.errors import Refused
from petrel.core.viewer import Viewer
from petrel.features import accounts, mail
from petrel.web.entered import Asked, CodesSetup, Device, Entrances
from petrel.web.rooms.acting import Counting
from petrel.web.rooms.reading import member_of

NAMELESS = "A program without a name"
"""A token that the crew's command made, or the site's own while it makes a copy or brings a list in."""


class EnteringRooms:
    """One per process."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting

    async def finish_sign_in(self, step: str, code: str, *, address: str, cause: str, device: str) -> str:
        self._counting.take_address("signin", address)
        self._counting.take_key("second_step", str(await accounts.whose_step(step)))
        return (await accounts.finish(step, code, cause=cause, device=device)).token

    async def ask_passkey(self) -> Asked:
        return await accounts.passkeys.ask()

    async def sign_in_by_key(self, kept: str, answer: str, *, address: str, cause: str, device: str) -> str:
        self._counting.take_address("signin", address)
        return (await accounts.sign_in_by_key(kept, answer, cause=cause, device=device)).token

    async def sign_in_again_by_key(self, viewer: Viewer, kept: str, answer: str, *, address: str, cause: str,
                                   device: str) -> str:
        self._counting.take_address("signin", address)
        return (await accounts.sign_in_by_key(kept, answer, cause=cause, device=device,
                                              instead_of=member_of(viewer))).token

    async def devices(self, viewer: Viewer) -> tuple[Device, ...]:
        async with reading(member_of(viewer)) as r:
            found = await accounts.sessions(r)
        return tuple(_device(one) for one in sorted(found, key=lambda one: not one.is_current))

    async def sign_out_device(self, viewer: Viewer, number: int, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await accounts.revoke(w, number)

    async def sign_out_elsewhere(self, viewer: Viewer, *, cause: str) -> None:
        member = member_of(viewer)
        async with writing(member, cause=cause) as w:
            await accounts.revoke_all(w, member.account)

    async def entrances(self, viewer: Viewer) -> Entrances:
        async with reading(member_of(viewer)) as r:
            stands = await accounts.codes.standing(r)
            keys = await accounts.passkeys.own(r)
            is_fresh = await accounts.is_fresh(r)
        return Entrances(is_fresh=is_fresh, codes_since=stands.since, recovery_left=stands.recovery_left,
                         passkeys=tuple(keys))

    async def change_password(self, viewer: Viewer, password: str, new: str, *, address: str, cause: str) -> None:
        member = member_of(viewer)
        self._counting.take_address("signin", address)
        self._counting.take_key("signin_email", str(member.account))
        await accounts.change_password(member, password, new, cause=cause)
        async with writing(member, cause=cause) as w:
            await _tell(w, "password")

    async def propose_codes(self, viewer: Viewer, kept: str = "") -> CodesSetup:
        import segno

        async with reading(member_of(viewer)) as r:
            if not await accounts.is_fresh(r):
                raise Refused("deny.not_fresh", "Sign in again first")
            told = await (accounts.codes.again(r, kept) if kept else accounts.codes.propose(r))
        picture = segno.make(told.address, error="m", micro=False).svg_inline(
            scale=5, border=4, dark="#000", light="#fff", svgclass="qr", title="QR code for your app", omitsize=True)
        spaced = " ".join(told.secret[at:at + 4] for at in range(0, len(told.secret), 4))
        return CodesSetup(picture=picture, secret=spaced, address=told.address, kept=told.kept)

    async def enable_codes(self, viewer: Viewer, kept: str, code: str, *, cause: str) -> list[str]:
        async with writing(member_of(viewer), cause=cause) as w:
            made = await accounts.codes.enable(w, kept, code)
            await _tell(w, "codes_on")
            return made

    async def disable_codes(self, viewer: Viewer, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            if (await accounts.codes.standing(w)).since is not None:
                await _tell(w, "codes_off")
            await accounts.codes.disable(w)

    async def renew_recovery(self, viewer: Viewer, *, cause: str) -> list[str]:
        async with writing(member_of(viewer), cause=cause) as w:
            made = await accounts.codes.renew(w)
            await _tell(w, "recovery")
            return made

    async def ask_new_passkey(self, viewer: Viewer) -> Asked:
        async with reading(member_of(viewer)) as r:
            return await accounts.passkeys.ask_new(r)

    async def add_passkey(self, viewer: Viewer, kept: str, answer: str, name: str, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await accounts.passkeys.add(w, kept, answer, name)
            await _tell(w, "passkey_added")

    async def rename_passkey(self, viewer: Viewer, number: int, name: str, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await accounts.passkeys.rename(w, number, name)

    async def remove_passkey(self, viewer: Viewer, number: int, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await accounts.passkeys.remove(w, number)
            await _tell(w, "passkey_removed")


async def _tell(w: Writer, what: str) -> None:
    """By mail, where there is any: whoever did it may be somebody else."""
    if w.account is not None:
        await mail.queue(w, w.account, "entrance_changed", {"what": what})


def _device(one: accounts.Session) -> Device:
    return Device(id=one.id, made_at=one.made_at, used_on=one.used_on, is_current=one.is_current, name=one.device,
                  app=one.app or ("" if one.kind == "session" else NAMELESS), website=one.website or "",
                  scopes=one.scopes)
