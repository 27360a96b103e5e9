"""Timelines that everybody may read: all public posts, and those with a hashtag. Search engines are asked to pass them
over: not everybody who writes there agreed to be found outside."""

from starlette.responses import Response

from petrel.core.errors import NotFound
from petrel.web import present
from petrel.web.door import Visit
from petrel.web.shapes import Tag

LONGEST_TAG = 100


async def public(visit: Visit) -> Response:
    timeline = await visit.needs.public(visit.viewer, visit.wanted_page())
    meta = present.Meta(
        path="/public", title=visit.says.t("public.title"),
        description=visit.says.t("public.description", site=visit.site.name)
    )
    return visit.page("public.html", timeline=timeline, meta=meta)


async def tag(visit: Visit) -> Response:
    name = tag_of(visit)
    timeline = await visit.needs.tag(visit.viewer, name, visit.wanted_page())
    meta = present.Meta(
        path=Tag(name=name).url, title=f"#{name}",
        description=visit.says.t("tag.description", tag=name)
    )
    return visit.page("tag.html", timeline=timeline, tag=name, meta=meta)


def tag_of(visit: Visit) -> str:
    """Which one is asked for. Errors: NotFound, for what is none."""
    name: str = visit.request.path_params["tag"]
    if len(name) > LONGEST_TAG or "\0" in name:
        raise NotFound()
    return name
