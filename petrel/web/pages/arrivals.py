"""The desk's page of who comes: who waits to be let in, who came, the gate, and a whole wave undone by one button."""

from datetime import datetime, timedelta

from starlette.responses import Response

from petrel.core.errors import Invalid
from petrel.web.door import Visit
from petrel.web.forms import as_id

WHOLE = timedelta(seconds=1)
"""Buttons name whole seconds: up to the end of the last one."""


async def show(visit: Visit) -> Response:
    visit.member()
    found = await visit.needs.arrivals(visit.viewer)
    undone = [one.at for one in found.lately if one.is_undone]
    return visit.page("desk_arrivals.html", found=found, here="arrivals",
                      undone_since=min(undone, default=None), undone_until=max(undone, default=None),
                      done=as_id(visit.request.query_params.get("done", "")),
                      change=as_id(visit.request.query_params.get("change", "")))


async def act(visit: Visit) -> Response:
    """Buttons: "admit NUMBER", "refuse NUMBER", "open", "shut", "undo SINCE UNTIL", "back SINCE UNTIL". With
    `waiting`, undoing takes who waits to be let in too."""
    visit.member()
    what, *words = visit.sent.get("act", "").split(" ")
    match what, words:
        case "admit" | "refuse", [number] if (account := as_id(number)) is not None:
            await visit.needs.let_in(visit.viewer, account, yes=what == "admit", cause=visit.cause)
        case "open" | "shut", []:
            await visit.needs.set_gate(visit.viewer, is_open=what == "open", cause=visit.cause)
        case "undo" | "back", [since, until]:
            done = await visit.needs.undo_wave(visit.viewer, _time(since), _time(until) + WHOLE,
                                               waiting=visit.sent.get("waiting") == "1", back=what == "back",
                                               cause=visit.cause)
            if done.change is not None:
                return visit.go(f"/desk/arrivals?change={done.change}")
            return visit.go(f"/desk/arrivals?done={done.count}")
        case _:
            raise Invalid(None, "That button is not known here")
    return visit.go("/desk/arrivals")


def _time(text: str) -> datetime:
    """Errors: Invalid."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as e:
        raise Invalid(None, "That is not a time") from e
    if found.tzinfo is None:
        raise Invalid(None, "That is not a time with its zone")
    return found
