"""What is talked about, on the desk: the crew says what of it everybody may be shown."""

from starlette.responses import Response

from petrel.core.errors import NotFound
from petrel.web.door import Visit
from petrel.web.forms import as_id


async def show(visit: Visit) -> Response:
    visit.member()
    return visit.page("desk_trends.html", here="trends", found=await visit.needs.desk_trends(visit.viewer))


async def say(visit: Visit) -> Response:
    visit.member()
    kind, thing, act = (visit.sent.get(name, "") for name in ("kind", "thing", "act"))
    meant = thing if kind == "tag" else as_id(thing)
    if kind not in ("tag", "post", "link", "publisher") or act not in ("approve", "reject") or meant is None:
        raise NotFound
    await visit.needs.desk_say_of_trend(visit.viewer, kind, meant, approved=act == "approve", cause=visit.cause)
    return visit.go("/desk/trends")
