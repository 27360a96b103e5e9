"""Setting the site up, page by page, by its owner: each may be passed over, and come back to at any time."""

from starlette.responses import Response

from petrel.core.errors import NotFound, PetrelError, Refused, Unauthenticated
from petrel.web import words
from petrel.web.door import Visit

FIRST, END = "site", "end"


async def show(visit: Visit) -> Response:
    return await _page(visit, visit.request.path_params["step"])


async def save(visit: Visit) -> Response:
    """Keeps what was typed and goes on to the next page; `act` = test sends a letter by it and stays."""
    visit.member()
    step = visit.request.path_params["step"]
    try:
        await visit.needs.found(visit.viewer, step, visit.sent, cause=visit.cause)
        if visit.sent.get("act") == "test":
            return await _page(visit, step, said=await visit.needs.test_mail(visit.viewer, visit.sent.get("to", "")))
    except (NotFound, Refused, Unauthenticated):
        raise
    except PetrelError as wrong:
        more = f" ({wrong.detail})" if visit.sent.get("act") == "test" and wrong.detail else ""
        return await _page(visit, step, status=words.status_of(wrong), message=words.said(wrong) + more)
    return visit.go(f"/setup/steps/{_after(step, (await visit.needs.founding(visit.viewer, step)).steps)}")


async def end(visit: Visit) -> Response:
    visit.member()
    found = await visit.needs.founding(visit.viewer, FIRST)
    return visit.page("founding_end.html", found=found)


def _after(step: str, steps: tuple[str, ...]) -> str:
    place = steps.index(step) + 1
    return steps[place] if place < len(steps) else END


async def _page(visit: Visit, step: str, *, status: int = 200, message: str = "", said: str = "") -> Response:
    visit.member()
    found = await visit.needs.founding(visit.viewer, step)
    typed = {**found.settings, **visit.sent} if message or said else found.settings
    text = visit.sent.get("text", found.text)
    response = visit.page("founding.html", status=status, found=found, typed=typed, text=text, message=message,
                          said=said, number=found.steps.index(step) + 1, after=_after(step, found.steps))
    response.headers["cache-control"] = "no-store"
    return response
