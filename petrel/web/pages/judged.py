"""What the moderators decided about somebody, why, and an appeal. Also for who is suspended."""

from starlette.responses import Response

from petrel.core.errors import Conflict, Invalid, NotFound, PetrelError
from petrel.features.moderation import Plea
from petrel.web import words
from petrel.web.door import Visit
from petrel.web.forms import as_id
from petrel.web.pages.owed import PRIVATE, claimant


async def show(visit: Visit) -> Response:
    return await _page(visit)


async def appeal(visit: Visit) -> Response:
    viewer, number, sent = await claimant(visit), as_id(visit.request.path_params["number"]), visit.sent
    if number is None:
        raise NotFound
    plea = Plea(sent.get("appeal", ""), sent.get("name", ""), sent.get("reach", ""), sent.get("good_faith") == "1")
    try:
        await visit.needs.appeal(viewer, number, plea, cause=visit.cause)
    except (Invalid, Conflict) as wrong:
        return await _page(visit, wrong, number)
    return visit.go(f"/settings/moderation#d{number}")


async def _page(visit: Visit, wrong: PetrelError | None = None, number: int = 0) -> Response:
    found = await visit.needs.own_moderation(await claimant(visit))
    response = visit.page(
        "judged.html", status=words.status_of(wrong) if wrong else 200, own=found, sent=visit.sent, at=number,
        message=words.said(wrong) if wrong else "", is_suspended=visit.me is None)
    response.headers.update(PRIVATE)
    return response
