"""A member's own profile as an editor shows it: everything as it was typed. source: the API's Profile entity (4.6)."""

from typing import Any

from petrel.api.accounts_self import MOST_BYTES, NO_POSTS, SourceField, UpdateForm, changed
from petrel.api.http import Call, route
from petrel.api.present import cards
from petrel.api.tags import featured_entity
from petrel.core.doors import Reader, reading
from petrel.features import accounts, media
from petrel.features.accounts import Own
from petrel.features.relationships import tags

P = "/api/v1/profile"


@route("GET", P, scope="profile or read:accounts", surface="none", why_no_surface=NO_POSTS)
async def show(call: Call) -> dict[str, Any]:
    async with reading(call.viewer) as r:
        return await _entity(r, await accounts.own(r))


@route("PATCH PUT", P, scope="write:accounts", surface="none", why_no_surface=NO_POSTS, deadline="upload",
       most_bytes=MOST_BYTES)
async def change(call: Call, form: UpdateForm) -> dict[str, Any]:
    """What is not sent stays as it is."""
    own = await changed(call, form)
    async with reading(call.viewer) as r:
        return await _entity(r, own)


async def _entity(r: Reader, own: Own) -> dict[str, Any]:
    """Pictures are null unless somebody put one there: what is drawn from the number is none of theirs."""
    me, profile = own.account, own.profile
    avatar = cards.avatar_of(me.id, profile) if profile.avatar else None
    signature = ""
    if profile.header and me.is_protected:
        signature = (await media.signer()).sign(r.digest, media.upload_of(profile.header)).decode()
    header = cards.header_of(me.id, profile, signature) if profile.header else None
    return {
        "id": str(me.id), "display_name": profile.display_name, "note": profile.note,
        "fields": [SourceField(f.name, f.value) for f in profile.fields],
        "avatar": avatar, "avatar_static": avatar, "avatar_description": profile.avatar_description,
        "header": header, "header_static": header, "header_description": profile.header_description,
        "locked": me.is_protected, "bot": own.is_bot, "hide_collections": own.hides_network,
        "discoverable": own.is_discoverable, "indexable": own.is_indexable,
        "show_media": profile.shows_media, "show_media_replies": profile.shows_media_replies,
        "show_featured": profile.shows_featured, "attribution_domains": profile.attribution_domains,
        "featured_tags": [featured_entity(one) for one in await tags.featured(r, me.id)]}
