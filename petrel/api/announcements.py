"""What the crew tells all members, and what these put under it."""

from typing import Any
from urllib.parse import unquote

from msgspec import Struct

from petrel.api.http import Call, Id, route
from petrel.api.present import emojis
from petrel.api.present.statuses import rfc3339
from petrel.core import limits
from petrel.core.doors import reading, writing
from petrel.core.text import parse, render
from petrel.features import accounts, media

NO_POSTS = "words of the crew, not posts"


class ListForm(Struct, frozen=True, kw_only=True):
    with_dismissed: bool = False


class DismissForm(Struct, frozen=True, kw_only=True):
    id: Id


class ReactionForm(DismissForm, frozen=True, kw_only=True):
    """`name`: a picture of Unicode, or the name of one of the site's own."""

    name: str


@route("GET", "/api/v1/announcements", scope="user", surface="none", why_no_surface=NO_POSTS)
async def list_current(call: Call, form: ListForm) -> list[dict[str, Any]]:
    async with reading(call.viewer) as r:
        found = await accounts.announcements.listed(r, with_dismissed=form.with_dismissed)
    return [entity_of(one) for one in found]


@route("POST", "/api/v1/announcements/:id/dismiss", scope="write:accounts", surface="none", why_no_surface=NO_POSTS)
async def dismiss(call: Call, form: DismissForm) -> None:
    async with writing(call.member, cause=call.id) as w:
        await accounts.announcements.dismiss(w, form.id)


@route("PUT", "/api/v1/announcements/:id/reactions/:name", scope="write:favourites", surface="none",
       why_no_surface=NO_POSTS)
async def react(call: Call, form: ReactionForm) -> None:
    async with writing(call.member, cause=call.id) as w:
        await accounts.announcements.react(w, form.id, unquote(form.name), own=media.emojis.known())


@route("DELETE", "/api/v1/announcements/:id/reactions/:name", scope="write:favourites", surface="none",
       why_no_surface=NO_POSTS)
async def unreact(call: Call, form: ReactionForm) -> None:
    async with writing(call.member, cause=call.id) as w:
        await accounts.announcements.unreact(w, form.id, unquote(form.name))


def entity_of(one: accounts.announcements.Announcement) -> dict[str, Any]:
    base = limits.current().base_url
    published = rfc3339(one.published_at)
    return {
        "id": str(one.id), "content": render(parse(one.text), {}, lambda tag: f"{base}/tags/{tag}"),
        "starts_at": one.starts_at and rfc3339(one.starts_at), "ends_at": one.ends_at and rfc3339(one.ends_at),
        "all_day": False, "published": True, "published_at": published, "updated_at": published,
        "read": one.is_dismissed, "mentions": [], "statuses": [], "tags": [],
        "emojis": emojis.in_text(one.text), "reactions": [shown for x in one.reactions if (shown := _reaction(x))]}


def _reaction(x: accounts.announcements.Reaction) -> dict[str, Any] | None:
    """None where it is a picture of the site's own that there is no more."""
    said = {"name": x.name, "count": x.count, "me": x.is_own}
    if accounts.announcements.is_picture(x.name):
        return said
    own = media.emojis.known().get(x.name)
    return said | emojis.addresses(own) if own else None
