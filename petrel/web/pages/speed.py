"""How fast the site is, for its crew: what browsers of members measured, and how long answers took."""

from starlette.responses import Response

from petrel.core import amounts
from petrel.ops.speed import LEAST_NUMBERS, MEASURES, SURE
from petrel.web import charts
from petrel.web.door import Visit

DAYS = (7, 30, 90)


async def show(visit: Visit) -> Response:
    visit.member()
    asked = visit.request.query_params.get("days", "")
    days = int(asked) if asked in map(str, DAYS) else DAYS[1]
    found = await visit.needs.speed(visit.viewer, days)
    return visit.page("desk_speed.html", here="speed", found=found, days=days, choices=DAYS, number=amounts.digits,
                      measures=MEASURES, sure=SURE, least=LEAST_NUMBERS,
                      field=[charts.chart(one) for one in found.field],
                      answers=charts.chart(found.answers) if found.answers else None)
