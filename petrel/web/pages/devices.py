"""Settings: where one is signed in, which apps have access, and an end of either."""

from starlette.responses import Response

from petrel.core.errors import Invalid
from petrel.web.door import Visit
from petrel.web.forms import as_id


async def show(visit: Visit) -> Response:
    visit.member()
    ended = visit.request.query_params.get("ended", "")
    return visit.page("devices.html", devices=await visit.needs.devices(visit.viewer), ended=ended)


async def end(visit: Visit) -> Response:
    """One of them, or all but this one. Ending the one in use is signing out."""
    visit.member()
    if visit.sent.get("act") == "elsewhere":
        await visit.needs.sign_out_elsewhere(visit.viewer, cause=visit.cause)
        return visit.go("/settings/devices?ended=all")
    number = as_id(visit.sent.get("end", ""))
    if number is None:
        raise Invalid(None, "That button is not known here")
    await visit.needs.sign_out_device(visit.viewer, number, cause=visit.cause)
    return visit.go("/settings/devices?ended=one")
