"""Settings: keyword filters. What they do stands in features/relationships/filters.py."""

from starlette.responses import Response

from petrel.core.errors import Invalid, NotFound
from petrel.web import words
from petrel.web.chosen import FilterSent, FilterView
from petrel.web.door import Visit
from petrel.web.forms import as_id

CONTEXTS = ("home", "notifications", "public", "thread", "account")
ACTIONS = ("warn", "hide", "blur")
ENDS = (0, 1800, 3600, 21600, 43200, 86400, 604800)      # seconds from now; 0: never
SAID = ("made", "saved", "ended")
NEW = FilterView(id=0, title="", contexts=CONTEXTS)


async def show(visit: Visit) -> Response:
    visit.member()
    said = visit.request.query_params.get("said", "")
    return visit.page("filters.html", filters=await visit.needs.filters(visit.viewer),
                      said=said if said in SAID else "")


async def make(visit: Visit) -> Response:
    visit.member()
    return await _put(visit, None)


async def edit_form(visit: Visit) -> Response:
    """A filter, or the form for a new one."""
    visit.member()
    if visit.request.path_params["number"] == "new":
        return _form(visit, NEW)
    return _form(visit, await _one(visit))


async def edit(visit: Visit) -> Response:
    visit.member()
    number = as_id(visit.request.path_params["number"])
    if number is None:
        raise NotFound
    if visit.sent.get("act") == "end":
        await visit.needs.end_filter(visit.viewer, number, cause=visit.cause)
        return visit.go("/settings/filters?said=ended")
    return await _put(visit, number)


async def _put(visit: Visit, number: int | None) -> Response:
    sent = _sent(visit)
    try:
        await visit.needs.put_filter(visit.viewer, number, sent, cause=visit.cause)
    except Invalid as wrong:
        before = NEW if number is None else await _one(visit)
        typed = FilterView(id=before.id, title=sent.title, contexts=sent.contexts, action=sent.action,
                           ends_at=before.ends_at, has_ended=before.has_ended, whole=sent.whole, within=sent.within,
                           posts=before.posts)
        return _form(visit, typed, message=words.said(wrong), status=422)
    return visit.go(f"/settings/filters?said={'made' if number is None else 'saved'}")


async def _one(visit: Visit) -> FilterView:
    number = as_id(visit.request.path_params["number"])
    for one in await visit.needs.filters(visit.viewer):
        if one.id == number:
            return one
    raise NotFound


def _form(visit: Visit, one: FilterView, *, message: str = "", status: int = 200) -> Response:
    return visit.page("filter.html", status=status, filter=one, contexts=CONTEXTS, actions=ACTIONS, ends=ENDS,
                      message=message)


def _sent(visit: Visit) -> FilterSent:
    sent = visit.sent
    ends = sent.get("ends", "")
    action = sent.get("action", "warn")
    return FilterSent(
        title=sent.get("title", "").strip(), action=action if action in ACTIONS else "warn",
        contexts=tuple(name for name in CONTEXTS if sent.get(f"context_{name}") == "1"),
        ends_in_s=int(ends) if ends.isascii() and ends.isdigit() and int(ends) in ENDS else None,
        whole=_lines(sent.get("whole", "")), within=_lines(sent.get("within", "")))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.strip() for line in text.split("\n") if line.strip()))
