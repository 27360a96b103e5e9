"""What this site is, its rules, and what it can and cannot promise."""

from starlette.responses import Response

from petrel.web import present
from petrel.web.door import Visit


async def show(visit: Visit) -> Response:
    site = visit.site
    meta = present.Meta(path="/about", title=f"About {site.name}", description=site.description, is_indexed=True)
    return visit.page("about.html", meta=meta, sheet="about")
