"""Links that are talked about in the client API, their timelines, and the crew's say in them."""

from collections.abc import Sequence

from msgspec import Struct, to_builtins

from petrel.api import present
from petrel.api.http import Call, Id, Offset, Paged, Reply, route
from petrel.api.present.statuses import rfc3339
from petrel.api.tags import use
from petrel.api.timelines import MOST, shown_page
from petrel.core.doors import Reader, reading, writing
from petrel.core.pages import Page
from petrel.features import discovery
from petrel.features.discovery import Kind, links
from petrel.features.posts import Surface

ADMIN = "/api/v1/admin/trends/links"
NO_POSTS = "the name of a host; no post"


class LinkForm(Paged, frozen=True, kw_only=True):
    url: str = ""


class Address(Struct, frozen=True, kw_only=True):
    id: Id


async def _entities(r: Reader, found: Sequence[links.Link]) -> list[dict[str, object]]:
    """Their cards, with how the link was posted on the last seven days."""
    histories = await links.history(r, [one.number for one in found])
    shown: list[dict[str, object]] = [to_builtins(present.preview_card(one.card)) for one in found]
    return [card | {"history": [to_builtins(use(day)) for day in days]}
            for card, days in zip(shown, histories, strict=True)]


async def _for_crew(r: Reader, found: Sequence[links.Link]) -> list[dict[str, object]]:
    return [card | {"id": str(one.number), "requires_review": one.is_approved is None}
            for card, one in zip(await _entities(r, found), found, strict=True)]


def _publisher(one: links.Publisher) -> dict[str, object]:
    return {"id": str(one.number), "domain": one.name, "trendable": bool(one.is_approved),
            "requires_review": one.is_approved is None, "requested_review_at": None,
            "reviewed_at": one.said_at and rfc3339(one.said_at)}


@route("GET", "/api/v1/trends/links", scope="public", surface="pub")
async def trending_links(call: Call, form: Offset) -> list[dict[str, object]]:
    limit, offset = form.bounds(10, 20)
    async with reading(call.viewer) as r:
        return await _entities(r, await links.trending(r, limit, offset))


@route("GET", "/api/v1/timelines/link", scope="public or read:statuses", surface="pub")
async def of_link(call: Call, form: LinkForm) -> Reply:
    """Posts with a link that is shown as a trend. Errors: NotFound, for every other."""
    async with reading(call.viewer) as r:
        card = await links.found(r, form.url)

    async def propose(r: Reader, page: Page) -> list[int]:
        return await links.linking(r, card, page)

    return await shown_page(call, form.page(20, MOST), Surface.PUB, propose)


@route("GET", ADMIN, scope="admin:read", surface="pub")
async def links_for_crew(call: Call, form: Offset) -> list[dict[str, object]]:
    limit, offset = form.bounds(10, 20)
    async with reading(call.viewer) as r:
        return await _for_crew(r, await links.trending(r, limit, offset, for_crew=True))


async def _say(call: Call, number: int, *, approved: bool) -> dict[str, object]:
    async with writing(call.member, cause=call.id) as w:
        await discovery.review(w, Kind.LINK, number, approved=approved)
        return (await _for_crew(w, [await links.one(w, number)]))[0]


@route("POST", ADMIN + "/:id/approve", scope="admin:write", surface="pub")
async def approve_link(call: Call, form: Address) -> dict[str, object]:
    return await _say(call, form.id, approved=True)


@route("POST", ADMIN + "/:id/reject", scope="admin:write", surface="pub")
async def reject_link(call: Call, form: Address) -> dict[str, object]:
    return await _say(call, form.id, approved=False)


@route("GET", ADMIN + "/publishers", scope="admin:read", surface="none", why_no_surface=NO_POSTS)
async def publishers(call: Call, form: Offset) -> list[dict[str, object]]:
    limit, offset = form.bounds(10, 20)
    async with reading(call.viewer) as r:
        return [_publisher(one) for one in await links.publishers(r, limit, offset)]


async def _say_of_publisher(call: Call, number: int, *, approved: bool) -> dict[str, object]:
    async with writing(call.member, cause=call.id) as w:
        await discovery.review(w, Kind.PUBLISHER, number, approved=approved)
        return _publisher(await links.publisher(w, number))


@route("POST", ADMIN + "/publishers/:id/approve", scope="admin:write", surface="none", why_no_surface=NO_POSTS)
async def approve_publisher(call: Call, form: Address) -> dict[str, object]:
    return await _say_of_publisher(call, form.id, approved=True)


@route("POST", ADMIN + "/publishers/:id/reject", scope="admin:write", surface="none", why_no_surface=NO_POSTS)
async def reject_publisher(call: Call, form: Address) -> dict[str, object]:
    return await _say_of_publisher(call, form.id, approved=False)
