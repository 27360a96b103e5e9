"""Settings: whom and which servers somebody keeps away, and taking that back."""

from typing import cast

from starlette.responses import Response

from petrel.core.errors import Invalid, PetrelError
from petrel.web import words
from petrel.web.chosen import PeopleKind
from petrel.web.door import Visit
from petrel.web.forms import as_id

KINDS = ("mutes", "blocks", "servers")
TIMES = (0, 3600, 86400, 604800, 2592000)      # seconds; 0: until it is taken back
SAID = ("kept", "back")


async def show(visit: Visit) -> Response:
    visit.member()
    said = visit.request.query_params.get("said", "")
    return await _page(visit, _kind(visit.request.query_params.get("show", "mutes")), said=said if said in SAID else "")


async def change(visit: Visit) -> Response:
    visit.member()
    sent = visit.sent
    kind = _kind(sent.get("kind", ""))
    if sent.get("act") == "back" or sent.get("back"):
        await visit.needs.take_back(visit.viewer, kind, sent.get("back", "")[:300], cause=visit.cause)
        return visit.go(f"/settings/people?show={kind}&said=back")
    seconds = as_id(sent.get("seconds", "")) or 0
    try:
        await visit.needs.keep_away(
            visit.viewer, kind, sent.get("name", "").strip()[:300], notifications=sent.get("notifications") == "1",
            seconds=seconds if seconds in TIMES else 0, cause=visit.cause)
    except PetrelError as wrong:
        if words.status_of(wrong) >= 500:
            raise
        return await _page(visit, kind, message=words.said(wrong), status=words.status_of(wrong))
    return visit.go(f"/settings/people?show={kind}&said=kept")


async def _page(visit: Visit, kind: PeopleKind, *, said: str = "", message: str = "", status: int = 200) -> Response:
    below = as_id(visit.request.query_params.get("max_id", ""))
    away = await visit.needs.away(visit.viewer, kind, below)
    return visit.page("away.html", status=status, kind=kind, kinds=KINDS, away=away, times=TIMES, said=said,
                      message=message)


def _kind(word: str) -> PeopleKind:
    if word not in KINDS:
        raise Invalid(None, "There is no such list")
    return cast(PeopleKind, word)
