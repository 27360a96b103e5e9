"""Settings: one's profile, how pages look, and what one is told of."""

from msgspec.structs import asdict, replace
from starlette.responses import Response

from petrel.core import room
from petrel.core.errors import Invalid, PetrelError
from petrel.core.multipart import Upload
from petrel.features.notifications import Policy
from petrel.web import words
from petrel.web.chosen import Chosen, OwnProfile
from petrel.web.door import Visit

FIELDS = 4
THEMES, SIZES = ("", "light", "dark", "contrast"), ("small", "", "large", "largest")
LANGUAGES = (("", ""), ("en", "English"), ("de", "Deutsch"), ("ja", "日本語"))
STEPS = ("accept", "filter", "drop")
POLICY = ("not_following", "not_followers", "new_accounts", "private_mentions", "limited_accounts")


async def profile(visit: Visit) -> Response:
    visit.member()
    return _profile_page(visit, await visit.needs.own_profile(visit.viewer),
                         is_saved=visit.request.query_params.get("saved") == "1")


async def set_profile(visit: Visit) -> Response:
    visit.member()
    sent, before = visit.sent, await visit.needs.own_profile(visit.viewer)
    typed = replace(
        before, name=sent.get("name", "").strip(), note=sent.get("note", ""), is_bot=sent.get("bot") == "1",
        is_discoverable=sent.get("discoverable") == "1", is_indexable=sent.get("indexable") == "1",
        fields=tuple((sent.get(f"label{n}", ""), sent.get(f"value{n}", "")) for n in range(FIELDS)),
        avatar_description=sent.get("avatar_description", ""), header_description=sent.get("header_description", ""))
    pictures: dict[str, Upload | None] = {}
    for name in ("avatar", "header"):
        file = visit.form.files.get(name)
        if sent.get(f"{name}_off") == "1":
            pictures[name] = None
        elif file is not None and file.size_bytes:
            room.refuse("uploads")
            pictures[name] = file
    try:
        await visit.needs.set_profile(visit.viewer, typed, pictures, cause=visit.cause)
    except PetrelError as wrong:
        if words.status_of(wrong) >= 500:
            raise
        return _profile_page(visit, typed, message=words.said(wrong), status=words.status_of(wrong))
    return visit.go("/settings/profile?saved=1")


async def appearance(visit: Visit) -> Response:
    visit.member()
    return _look_page(visit, await visit.needs.chosen(visit.viewer),
                      is_saved=visit.request.query_params.get("saved") == "1")


async def set_appearance(visit: Visit) -> Response:
    visit.member()
    sent = visit.sent
    chosen = Chosen(theme=sent.get("theme", ""), text_size=sent.get("text_size", ""),
                    is_calm=sent.get("calm") == "1", language=sent.get("language", ""))
    try:
        await visit.needs.choose(visit.viewer, chosen, cause=visit.cause)
    except Invalid as wrong:
        return _look_page(visit, await visit.needs.chosen(visit.viewer), message=words.said(wrong), status=422)
    return visit.go("/settings/appearance?saved=1")


async def notifications(visit: Visit) -> Response:
    visit.member()
    return await _notified(visit, is_saved=visit.request.query_params.get("saved") == "1")


async def set_notifications(visit: Visit) -> Response:
    visit.member()
    sent = visit.sent
    if sent.get("act") == "digest":
        await visit.needs.set_wishes(visit.viewer, digest=sent.get("digest") == "1", cause=visit.cause)
        return visit.go("/settings/notifications?saved=1")
    wanted = {name: sent[name] for name in POLICY if name in sent}
    if any(step not in STEPS for step in wanted.values()):
        return await _notified(visit, message=visit.says.t("told.unknown"), status=422)
    before = await visit.needs.policy(visit.viewer)
    await visit.needs.set_policy(visit.viewer, Policy(**{**asdict(before), **wanted}), cause=visit.cause)
    return visit.go("/settings/notifications?saved=1")


async def _notified(visit: Visit, *, is_saved: bool = False, message: str = "", status: int = 200) -> Response:
    policy = asdict(await visit.needs.policy(visit.viewer))
    return visit.page("notified.html", status=status, policy=policy, about=POLICY, steps=STEPS, is_saved=is_saved,
                      own=await visit.needs.own_mail(visit.viewer), message=message)


def _profile_page(visit: Visit, own: OwnProfile, *, is_saved: bool = False, message: str = "",
                  status: int = 200) -> Response:
    fields = (*own.fields, *[("", "")] * FIELDS)[:FIELDS]
    return visit.page("own_profile.html", status=status, own=own, fields=fields, is_saved=is_saved, message=message)


def _look_page(visit: Visit, chosen: Chosen, *, is_saved: bool = False, message: str = "",
               status: int = 200) -> Response:
    return visit.page("appearance.html", status=status, chosen=chosen, themes=THEMES, sizes=SIZES, languages=LANGUAGES,
                      is_saved=is_saved, message=message)
