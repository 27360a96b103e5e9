"""Accounts that somebody recommends: a page for each collection, with everybody in it to be followed at once."""

from starlette.responses import Response

from petrel.core.errors import NotFound
from petrel.web.door import Visit
from petrel.web.forms import as_id
from petrel.web.pages.profile import handle_of


async def of_account(visit: Visit) -> Response:
    account, found = await visit.needs.collections(visit.viewer, handle_of(visit))
    return visit.page("collections.html", account=account, found=found)


async def show(visit: Visit) -> Response:
    return visit.page("collection.html", one=await visit.needs.collection(visit.viewer, _number(visit)))


async def follow_all(visit: Visit) -> Response:
    visit.member()
    number = _number(visit)
    await visit.needs.follow_all(visit.viewer, number, cause=visit.cause)
    return visit.go(f"/collections/{number}")


async def leave(visit: Visit) -> Response:
    visit.member()
    item = as_id(visit.sent.get("item", ""))
    if item is None:
        raise NotFound()
    await visit.needs.leave_collection(visit.viewer, _number(visit), item, cause=visit.cause)
    return visit.go("/notifications")


def _number(visit: Visit) -> int:
    number = as_id(visit.request.path_params["number"])
    if number is None:
        raise NotFound()
    return number
