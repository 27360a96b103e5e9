"""What happened to a member: mentions, likes, boosts, follows, requests."""

from starlette.responses import Response

from petrel.core.errors import Invalid
from petrel.web.door import Visit
from petrel.web.forms import as_id


async def show(visit: Visit) -> Response:
    visit.member()
    notifications = await visit.needs.notifications(visit.viewer, visit.wanted_page())
    return visit.page("notifications.html", notifications=notifications, sheet="notifications")


async def mark_read(visit: Visit) -> Response:
    visit.member()
    until = as_id(visit.sent.get("until", ""))
    if until is not None:
        await visit.needs.mark_read(visit.viewer, until, cause=visit.cause)
    return visit.go("/notifications")


async def answer_request(visit: Visit) -> Response:
    """`answer` is "accept 123" or "reject 123"."""
    visit.member()
    word, _, account = visit.sent.get("answer", "").partition(" ")
    id_ = as_id(account)
    if word not in ("accept", "reject") or id_ is None:
        raise Invalid(None, "That button is not known here")
    await visit.needs.answer_request(visit.viewer, id_, accept=word == "accept", cause=visit.cause)
    return visit.go("/notifications")
