"""A member's own profile as an editor shows it: everything as it was typed. source: the API's Profile entity (4.6)."""

from typing import Any

from petrel.api.accounts_self import NO_POSTS, SourceField, UpdateForm
from petrel.api.http import Call, route
from petrel.api.tags import featured_entity
from petrel.core.doors import Reader, reading, writing
from petrel.features import accounts
from petrel.features.accounts import Own
from petrel.features.relationships import tags

P = "/api/v1/profile"


@route("GET", P, scope="profile or read:accounts", surface="none", why_no_surface=NO_POSTS)
async def show(call: Call) -> dict[str, Any]:
    async with reading(call.viewer) as r:
        return await _entity(r, await accounts.own(r))


@route("PATCH PUT", P, scope="write:accounts", surface="none", why_no_surface=NO_POSTS)
async def change(call: Call, form: UpdateForm) -> dict[str, Any]:
    """What is not sent stays as it is."""
    changes = form.changes()
    async with writing(call.member, cause=call.id) as w:
        own = await accounts.update(w, changes)
    async with reading(call.viewer) as r:
        return await _entity(r, own)


async def _entity(r: Reader, own: Own) -> dict[str, Any]:
    """Pictures are null unless somebody put one there: what is drawn from the number is none of theirs."""
    me, profile = own.account, own.profile
    return {
        "id": str(me.id), "display_name": profile.display_name, "note": profile.note,
        "fields": [SourceField(f.name, f.value) for f in profile.fields],
        "avatar": None, "avatar_static": None, "avatar_description": "",
        "header": None, "header_static": None, "header_description": "",
        "locked": me.is_protected, "bot": own.is_bot, "hide_collections": own.hides_network,
        "discoverable": own.is_discoverable, "indexable": own.is_indexable,
        "show_media": True, "show_media_replies": True, "show_featured": True, "attribution_domains": [],
        "featured_tags": [featured_entity(one) for one in await tags.featured(r, me.id)]}
