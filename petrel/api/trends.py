"""What is talked about in the client API, and the crew's say in it."""

from msgspec import Struct, json, to_builtins

from petrel.api import present
from petrel.api.http import Call, Id, Offset, Pieces, route
from petrel.api.tags import Tag, entities
from petrel.core.doors import reading, writing
from petrel.core.errors import Invalid, NotFound
from petrel.features import discovery
from petrel.features.discovery import Kind
from petrel.features.posts import Surface

ADMIN = "/api/v1/admin/trends"


class TagAddress(Struct, frozen=True, kw_only=True):
    id: str


class TagForm(TagAddress, frozen=True, kw_only=True):
    trendable: bool | None = None
    usable: bool | None = None
    listable: bool | None = None


class PostAddress(Struct, frozen=True, kw_only=True):
    id: Id


async def _tags(call: Call, form: Offset) -> list[Tag]:
    limit, offset = form.bounds(10, 20)
    async with reading(call.viewer) as r:
        found = await discovery.trending_tags(r, limit, offset)
        return await entities(r, [one.name for one in found])


@route("GET", "/api/v1/trends/tags", scope="public", surface="pub")
async def trending_tags(call: Call, form: Offset) -> list[Tag]:
    return await _tags(call, form)


@route("GET", "/api/v1/trends", scope="public", surface="pub")
async def trends(call: Call, form: Offset) -> list[Tag]:
    """As `trends/tags`, which came later."""
    return await _tags(call, form)


@route("GET", "/api/v1/trends/statuses", scope="public", surface="pub")
async def trending_statuses(call: Call, form: Offset) -> Pieces:
    limit, offset = form.bounds(20, 40)
    async with reading(call.viewer) as r:
        found = await discovery.trending_posts(r, limit, offset)
        return Pieces(entity for _, entity in await present.entries(r, Surface.PUB, [one.post for one in found]))


@route("GET", ADMIN + "/tags", scope="admin:read", surface="pub")
async def tags_for_crew(call: Call, form: Offset) -> list[dict[str, object]]:
    limit, offset = form.bounds(10, 20)
    async with reading(call.viewer) as r:
        found = await discovery.trending_tags(r, limit, offset, for_crew=True)
        shown = await entities(r, [one.name for one in found])
    return [_tag_for_crew(tag, one.is_approved) for tag, one in zip(shown, found, strict=True)]


def _tag_for_crew(tag: Tag, is_approved: bool | None) -> dict[str, object]:
    """Every tag can be used here, and found by whoever looks for it."""
    told: dict[str, object] = to_builtins(tag)
    return told | {"trendable": bool(is_approved), "usable": True, "listable": True,
                   "requires_review": is_approved is None}


@route("GET", ADMIN + "/statuses", scope="admin:read", surface="pub")
async def statuses_for_crew(call: Call, form: Offset) -> Pieces:
    limit, offset = form.bounds(20, 40)
    async with reading(call.viewer) as r:
        found = await discovery.trending_posts(r, limit, offset, for_crew=True)
        said = {one.post: one.is_approved for one in found}
        shown = await present.entries(r, Surface.PUB, list(said))
    return Pieces(_post_for_crew(entity, said[post]) for post, entity in shown)


def _post_for_crew(entity: bytes, is_approved: bool | None) -> bytes:
    return entity[:-1] + b',"requires_review":' + json.encode(is_approved is None) + b"}"


@route("GET", "/api/v1/admin/tags", scope="admin:read", surface="pub")
async def tags_of_crew(call: Call, form: Offset) -> list[dict[str, object]]:
    """Those that rise now, as of `trends/tags`: a list of all tags would be of what people wrote."""
    return await tags_for_crew(call, form)


@route("GET", "/api/v1/admin/tags/:id", scope="admin:read", surface="none", why_no_surface="a tag; no post")
async def tag_for_crew(call: Call, form: TagAddress) -> dict[str, object]:
    async with reading(call.viewer) as r:
        said = await discovery.said_of_tag(r, form.id)
        return _tag_for_crew((await entities(r, [form.id]))[0], said)


@route("PUT", "/api/v1/admin/tags/:id", scope="admin:write", surface="none", why_no_surface="a tag; no post")
async def put_tag(call: Call, form: TagForm) -> dict[str, object]:
    """Whether it may be a trend. Every tag can be used and found here. Errors: Invalid, for who wants it otherwise."""
    for name, wanted in (("usable", form.usable), ("listable", form.listable)):
        if wanted is False:
            raise Invalid(name, "cannot be taken from a tag; take down the posts, or reject it as a trend")
    if form.trendable is not None:
        return await _say_of_tag(call, form.id, approved=form.trendable)
    return await tag_for_crew(call, TagAddress(id=form.id))


async def _say_of_tag(call: Call, name: str, *, approved: bool) -> dict[str, object]:
    async with writing(call.member, cause=call.id) as w:
        await discovery.review(w, Kind.TAG, name, approved=approved)
        [tag] = await entities(w, [name])
        return _tag_for_crew(tag, approved)


async def _say_of_post(call: Call, post: int, *, approved: bool) -> bytes:
    async with writing(call.member, cause=call.id) as w:
        await discovery.review(w, Kind.POST, post, approved=approved)
        shown = await present.entries(w, Surface.PUB, [post])
    if not shown:
        raise NotFound
    return _post_for_crew(shown[0][1], approved)


@route("POST", ADMIN + "/tags/:id/approve", scope="admin:write", surface="none", why_no_surface="a tag; no post")
async def approve_tag(call: Call, form: TagAddress) -> dict[str, object]:
    return await _say_of_tag(call, form.id, approved=True)


@route("POST", ADMIN + "/tags/:id/reject", scope="admin:write", surface="none", why_no_surface="a tag; no post")
async def reject_tag(call: Call, form: TagAddress) -> dict[str, object]:
    return await _say_of_tag(call, form.id, approved=False)


@route("POST", ADMIN + "/statuses/:id/approve", scope="admin:write", surface="pub")
async def approve_status(call: Call, form: PostAddress) -> bytes:
    return await _say_of_post(call, form.id, approved=True)


@route("POST", ADMIN + "/statuses/:id/reject", scope="admin:write", surface="pub")
async def reject_status(call: Call, form: PostAddress) -> bytes:
    return await _say_of_post(call, form.id, approved=False)
