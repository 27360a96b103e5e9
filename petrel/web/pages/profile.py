"""An account's page with its lists of posts, what it says of itself, and following it."""

from typing import Literal

from starlette.responses import RedirectResponse, Response

from petrel.core.errors import NotFound
from petrel.web import addresses, present, words
from petrel.web.door import Visit
from petrel.web.needs import Tab
from petrel.web.serve import trouble_page
from petrel.web.shapes import Gap, Profile, Timeline

LONGEST_HANDLE = 320
TAILS = {"posts": "", "replies": "/with_replies", "media": "/media", "about": "/about"}


async def posts(visit: Visit) -> Response:
    return await _show(visit, "posts")


async def posts_and_replies(visit: Visit) -> Response:
    return await _show(visit, "replies")


async def media(visit: Visit) -> Response:
    return await _show(visit, "media")


async def about(visit: Visit) -> Response:
    return await _show(visit, "about")


async def follow(visit: Visit) -> Response:
    visit.member()
    profile = await _profile(visit)
    if isinstance(profile, Gap):
        raise NotFound()
    on = visit.sent.get("act") == "follow"
    await visit.needs.follow(visit.viewer, profile.account.id, on=on, cause=visit.cause)
    return visit.go(addresses.own(visit.sent.get("back", ""), profile.account.url))


def handle_of(visit: Visit) -> str:
    """Of the account whose page is asked for. Errors: NotFound, for what could be nobody's."""
    handle: str = visit.request.path_params["handle"]
    if len(handle) > LONGEST_HANDLE or "\0" in handle:
        raise NotFound()
    return handle


async def _profile(visit: Visit) -> Profile | Gap:
    return await visit.needs.profile(visit.viewer, handle_of(visit))


async def _show(visit: Visit, tab: Tab | Literal["about"]) -> Response:
    profile = await _profile(visit)
    if isinstance(profile, Gap):
        return trouble_page(visit, words.GAP_STATUS.get(profile.reason, 410), title=visit.says.t("gap.account"))
    tail = TAILS[tab]
    if profile.account.handle != visit.request.path_params["handle"]:
        return RedirectResponse(profile.account.url + tail, status_code=301)
    page = visit.wanted_page()
    timeline = Timeline()
    if not profile.is_shell and tab != "about":
        timeline = await visit.needs.profile_posts(visit.viewer, profile.account.id, page, tab)
    return visit.page(
        "profile.html",
        profile=profile,
        timeline=timeline,
        tab=tab,
        meta=present.profile_meta(visit, profile, tail),
        sheet="me" if profile.relation.is_self else "",
    )
