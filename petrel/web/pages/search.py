"""Search: people and hashtags for everybody, posts for members."""

from starlette.responses import Response

from petrel.web.door import Visit

LONGEST_QUERY = 1_000


async def show(visit: Visit) -> Response:
    query = visit.request.query_params.get("q", "").replace("\0", "").strip()[:LONGEST_QUERY]
    found = await visit.needs.search(visit.viewer, query) if query else None
    return visit.page("search.html", query=query, found=found, sheet="search")
