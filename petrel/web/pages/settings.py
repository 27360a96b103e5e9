"""Settings: how one's account is shown to others, who follows it, protecting it, and opening it again."""

from starlette.responses import Response

from petrel.core.errors import Invalid
from petrel.core.pages import Page
from petrel.web import addresses, words
from petrel.web.door import Visit
from petrel.web.forms import as_id
from petrel.web.shapes import Privacy

PEOPLE_A_PAGE = 40


async def index(visit: Visit) -> Response:
    """All of them, with a line each: where a narrow screen has no room for the navigation beside a page."""
    visit.member()
    return visit.page("settings.html")


async def privacy(visit: Visit) -> Response:
    visit.member()
    is_saved = visit.request.query_params.get("saved") == "1"
    return _page(visit, await visit.needs.privacy(visit.viewer), is_saved=is_saved)


async def set_privacy(visit: Visit) -> Response:
    """One button protects, and holds at once; the other saves the rest, and neither opens anything."""
    visit.member()
    if visit.sent.get("act") == "protect":
        await visit.needs.protect(visit.viewer, cause=visit.cause)
        return visit.go("/settings/privacy")
    chosen = Privacy(
        is_indexable=visit.sent.get("indexable") == "1",
        is_discoverable=visit.sent.get("discoverable") == "1",
        hides_network=visit.sent.get("hides_network") == "1",
        default_audience=visit.sent.get("default_audience", ""),
    )
    try:
        await visit.needs.set_privacy(visit.viewer, chosen, cause=visit.cause)
    except Invalid as wrong:
        return _page(visit, chosen, message=words.said(wrong), status=422)
    return visit.go("/settings/privacy?saved=1")


async def followers(visit: Visit) -> Response:
    visit.member()
    page = Page(PEOPLE_A_PAGE, max_id=as_id(visit.request.query_params.get("max_id", "")))
    return visit.page("followers.html", people=await visit.needs.followers(visit.viewer, page))


async def remove_follower(visit: Visit) -> Response:
    visit.member()
    account = as_id(visit.sent.get("remove", ""))
    if account is None:
        raise Invalid(None, "That button is not known here")
    await visit.needs.remove_follower(visit.viewer, account, cause=visit.cause)
    return visit.go(addresses.own(visit.sent.get("back", ""), "/settings/followers"))


async def ask_open(visit: Visit) -> Response:
    if not visit.member().is_protected:
        return visit.go("/settings/privacy")
    opening = await visit.needs.opening(visit.viewer)
    default = (await visit.needs.privacy(visit.viewer)).default_audience
    return visit.page("open_account.html", opening=opening, default_audience=default,
                      is_fresh=await visit.needs.is_fresh(visit.viewer))


async def open_account(visit: Visit) -> Response:
    visit.member()
    await visit.needs.unprotect(visit.viewer, cause=visit.cause)
    return visit.go("/settings/privacy")


def _page(visit: Visit, chosen: Privacy, *, is_saved: bool = False, message: str = "", status: int = 200) -> Response:
    return visit.page("privacy.html", status=status, privacy=chosen, is_saved=is_saved, message=message)
