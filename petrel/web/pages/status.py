"""How the site fares, in words, for anybody."""

from starlette.responses import Response

from petrel.web import present
from petrel.web.door import Visit


async def show(visit: Visit) -> Response:
    says = visit.says
    meta = present.Meta(path="/status", title=says.t("status.title"),
                        description=says.t("status.description", site=visit.site.name))
    return visit.page("status.html", fares=await visit.needs.fares(), meta=meta, sheet="about")
