"""Timelines that everybody may read: all public posts, and those with a hashtag."""

from starlette.responses import Response

from petrel.core.errors import NotFound
from petrel.web import present
from petrel.web.door import Visit
from petrel.web.shapes import Tag

LONGEST_TAG = 100


async def public(visit: Visit) -> Response:
    timeline = await visit.needs.public(visit.viewer, visit.wanted_page())
    meta = present.Meta(
        path="/public", title="Public posts", description=f"What people write on {visit.site.name}.", is_indexed=True
    )
    return visit.page("public.html", timeline=timeline, meta=meta)


async def tag(visit: Visit) -> Response:
    name = visit.request.path_params["tag"]
    if len(name) > LONGEST_TAG or "\0" in name:
        raise NotFound()
    timeline = await visit.needs.tag(visit.viewer, name, visit.wanted_page())
    meta = present.Meta(
        path=Tag(name=name).url, title=f"#{name}", description=f"Public posts with #{name}.", is_indexed=True
    )
    return visit.page("tag.html", timeline=timeline, tag=name, meta=meta)
