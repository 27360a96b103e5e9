"""Settings: whom and which servers somebody keeps away, and taking that back."""

from typing import cast

from starlette.responses import Response

from petrel.core.errors import Invalid, PetrelError
from petrel.web import words
from petrel.web.chosen import PeopleKind
from petrel.web.door import Visit
from petrel.web.forms import as_id

KINDS = {"mutes": "Muted", "blocks": "Blocked", "servers": "Servers"}
TIMES = ((0, "Until I take it back"), (3600, "For an hour"), (86400, "For a day"), (604800, "For a week"),
         (2592000, "For 30 days"))
SAID = {"kept": "Done. It holds at once.", "back": "Taken back."}


async def show(visit: Visit) -> Response:
    visit.member()
    return await _page(visit, _kind(visit.request.query_params.get("show", "mutes")),
                       said=SAID.get(visit.request.query_params.get("said", ""), ""))


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
            seconds=seconds if seconds in dict(TIMES) else 0, cause=visit.cause)
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
