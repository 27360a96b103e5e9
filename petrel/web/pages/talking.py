"""Direct messages: the inbox, one conversation, a new one; and the way to what is the member's own."""

from starlette.responses import Response

from petrel.core.errors import Invalid, NotFound
from petrel.web import words
from petrel.web.door import Visit
from petrel.web.forms import as_id
from petrel.web.talks import Letter

SHEET = "conversations"
TITLES = {"/drafts": "yours.drafts", "/followed-tags": "yours.tags", "/catch-up": "yours.catch_up"}


async def show(visit: Visit) -> Response:
    visit.member()
    found = await visit.needs.conversations(visit.viewer, visit.wanted_page())
    return visit.page("conversations.html", found=found, sheet=SHEET)


async def one(visit: Visit, wrong: str = "") -> Response:
    visit.member()
    found = await visit.needs.conversation(visit.viewer, _number(visit))
    return visit.page("conversation.html", one=found, sheet=SHEET, text=visit.sent.get("text", ""),
                      wrong=wrong, status=422 if wrong else 200)


async def act(visit: Visit) -> Response:
    """`act`: send, read, leave."""
    visit.member()
    number, wanted = _number(visit), visit.sent.get("act", "")
    if wanted == "leave":
        await visit.needs.leave_talk(visit.viewer, number, cause=visit.cause)
        return visit.go("/conversations")
    if wanted == "read":
        await visit.needs.set_read(visit.viewer, number, cause=visit.cause)
        return visit.go("/conversations")
    if wanted != "send":
        raise Invalid(None, "That button is not known here")
    if (letter := _letter(visit)) is None:
        return await one(visit, visit.says.t("talks.empty"))
    try:
        await visit.needs.send_message(visit.viewer, number, letter, cause=visit.cause)
    except Invalid as wrong:
        return await one(visit, words.said(wrong))
    return visit.go(f"/conversations/{number}#last")


async def begin(visit: Visit, wrong: str = "") -> Response:
    visit.member()
    to = visit.sent.get("to", "") or visit.request.query_params.get("to", "")
    return visit.page("conversation_new.html", to=to.strip().removeprefix("@"), text=visit.sent.get("text", ""),
                      wrong=wrong, status=422 if wrong else 200, sheet=SHEET)


async def send_first(visit: Visit) -> Response:
    visit.member()
    handle = visit.sent.get("to", "").strip().removeprefix("@")
    if (letter := _letter(visit)) is None:
        return await begin(visit, visit.says.t("talks.empty"))
    try:
        number = await visit.needs.begin_talk(visit.viewer, handle, letter, cause=visit.cause)
    except NotFound:
        return await begin(visit, visit.says.t("talks.unknown"))
    except Invalid as wrong:
        return await begin(visit, words.said(wrong))
    return visit.go(f"/conversations/{number}" if number else "/conversations")


async def yours(visit: Visit) -> Response:
    visit.member()
    return visit.page("yours.html", sheet="yours")


async def in_the_app(visit: Visit) -> Response:
    """What only the app has: said to who has no script."""
    visit.member()
    title = TITLES.get(visit.request.url.path, "in_the_app.change_list")
    return visit.page("in_the_app.html", title=title, sheet="yours")


def _letter(visit: Visit) -> Letter | None:
    """None where nothing was written."""
    text = visit.sent.get("text", "")
    return Letter(text, visit.sent.get("once", "")) if text.strip() else None


def _number(visit: Visit) -> int:
    number = as_id(visit.request.path_params["number"])
    if number is None:
        raise NotFound()
    return number
