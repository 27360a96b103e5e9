"""What members keep for themselves: bookmarks, likes, lists; and what is talked about."""

from starlette.responses import Response

from petrel.core.errors import NotFound
from petrel.web import present
from petrel.web.door import Visit
from petrel.web.forms import as_id
from petrel.web.shapes import Timeline


def _page(visit: Visit, sheet: str, title: str, hint: str, empty: str, timeline: Timeline) -> Response:
    return visit.page("kept.html", sheet=sheet, title=title, hint=hint, empty=empty, timeline=timeline)


async def bookmarks(visit: Visit) -> Response:
    visit.member()
    found = await visit.needs.marked(visit.viewer, "bookmark", visit.wanted_page())
    return _page(visit, "bookmarks", "Bookmarks", "Posts that you kept. Only you see this.",
                 "Nothing kept yet. The flag under a post puts it here; only you see this.", found)


async def favourites(visit: Visit) -> Response:
    visit.member()
    found = await visit.needs.marked(visit.viewer, "like", visit.wanted_page())
    return _page(visit, "favourites", "Likes", "Posts that you liked, the latest first.",
                 "Nothing yet. What you like stands here; only you see the list.", found)


async def lists(visit: Visit) -> Response:
    visit.member()
    return visit.page("lists.html", sheet="lists", found=await visit.needs.lists(visit.viewer))


async def one_list(visit: Visit) -> Response:
    visit.member()
    number = as_id(visit.request.path_params["number"])
    if number is None:
        raise NotFound()
    found, timeline = await visit.needs.list_posts(visit.viewer, number, visit.wanted_page())
    return _page(visit, "lists", found.title, "", "Nobody on this list has written anything yet.", timeline)


async def trends(visit: Visit) -> Response:
    meta = present.Meta(path="/trends", title="Trends", is_indexed=True,
                        description="What many people here write and read just now.")
    return visit.page("trends.html", sheet="trends", found=await visit.needs.talked_about(visit.viewer), meta=meta)
