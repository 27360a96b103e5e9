"""How somebody is shown, and what they are shown: `needs.Choosing` over the rooms."""

from collections.abc import Mapping

from msgspec.structs import replace

from petrel.core.doors import reading, writing
from petrel.core.multipart import Upload
from petrel.core.viewer import Viewer
from petrel.features import accounts, media, notifications
from petrel.features.accounts import Changes, Field, Look
from petrel.features.media import Use
from petrel.features.notifications import Policy
from petrel.web.chosen import Chosen, OwnProfile
from petrel.web.rooms.acting import Counting
from petrel.web.rooms.reading import member_of
from petrel.web.rooms.views import signing

USES = {"avatar": Use.AVATAR, "header": Use.HEADER}


class ChoosingRooms:
    """One per process."""

    _counting: Counting

    async def own_profile(self, viewer: Viewer) -> OwnProfile:
        async with reading(member_of(viewer)) as r:
            own = await accounts.own(r)
            sign = await signing(r)
        said, number = own.profile, own.account.id
        header = f"/headers/{number}.svg"
        if said.header:
            header = media.address(said.header, sign(media.upload_of(said.header)) if own.account.is_protected else "")
        return OwnProfile(
            name=said.display_name, note=said.note, fields=tuple((one.name, one.value) for one in said.fields),
            avatar=media.address(said.avatar) if said.avatar else f"/avatars/{number}.svg",
            header=header,
            avatar_description=said.avatar_description, header_description=said.header_description,
            has_avatar=bool(said.avatar), has_header=bool(said.header), is_bot=own.is_bot,
            is_discoverable=own.is_discoverable, is_indexable=own.is_indexable)

    async def set_profile(self, viewer: Viewer, sent: OwnProfile, pictures: Mapping[str, Upload | None], *,
                          cause: str) -> None:
        member = member_of(viewer)
        taken: dict[str, int] = {}
        for name, file in pictures.items():
            if file is not None:
                self._counting.take_member("media", member.account)
                number = await media.upload(member, file.file, file.size_bytes, purpose=name,  # type: ignore[arg-type]
                                            cause=cause)
                await media.settled(viewer, number, media.PATIENT_S)
                taken[name] = number
        changes = Changes(
            display_name=sent.name, note=sent.note, fields=tuple(Field(name, value) for name, value in sent.fields),
            bot=sent.is_bot, discoverable=sent.is_discoverable, indexable=sent.is_indexable)
        worn: dict[str, str] = {}
        async with writing(member, cause=cause) as w:
            for name, file in pictures.items():
                if file is None:
                    await media.take_off(w, USES[name])
                    worn[name] = ""
                else:
                    worn[name] = await media.wear(w, taken[name], USES[name])
            own = await accounts.own(w)
            described = {f"{name}_description": getattr(sent, f"{name}_description")
                         for name in USES if worn.get(name, getattr(own.profile, name))}
            await accounts.update(w, replace(changes, **worn, **described))

    async def chosen(self, viewer: Viewer) -> Chosen:
        async with reading(member_of(viewer)) as r:
            own = await accounts.own(r)
        language = own.locale if own.locale in accounts.rules.LOCALES else ""
        return Chosen(theme=own.look.theme or "", text_size=own.look.text_size or "", is_calm=own.look.is_calm,
                      language=language or "")

    async def choose(self, viewer: Viewer, chosen: Chosen, *, cause: str) -> None:
        look = Look(chosen.theme or None, chosen.text_size or None, chosen.is_calm)
        async with writing(member_of(viewer), cause=cause) as w:
            await accounts.set_look(w, look, chosen.language or None)

    async def policy(self, viewer: Viewer) -> Policy:
        async with reading(member_of(viewer)) as r:
            return (await notifications.policy(r))[0]

    async def set_policy(self, viewer: Viewer, policy: Policy, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await notifications.set_policy(w, policy)
