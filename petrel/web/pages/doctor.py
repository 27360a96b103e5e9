"""What the doctor found last, for who owns the site. Not there for anybody else."""

from starlette.responses import Response

from petrel.ops.safeguards import about
from petrel.web.door import Visit


async def show(visit: Visit) -> Response:
    visit.member()
    return visit.page("doctor.html", found=await visit.needs.examination(visit.viewer), here="doctor",
                      about=about, is_asked=visit.request.query_params.get("asked") == "1")


async def again(visit: Visit) -> Response:
    visit.member()
    await visit.needs.examine_again(visit.viewer, cause=visit.cause)
    return visit.go("/desk/doctor?asked=1")
