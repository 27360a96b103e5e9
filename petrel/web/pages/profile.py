"""An account's page with its two lists of posts, and following it."""

from starlette.responses import RedirectResponse, Response

from petrel.core.errors import NotFound
from petrel.web import addresses, present, words
from petrel.web.door import Visit
from petrel.web.serve import trouble_page
from petrel.web.shapes import Gap, Profile, Timeline

LONGEST_HANDLE = 320


async def posts(visit: Visit) -> Response:
    return await _show(visit, with_replies=False)


async def posts_and_replies(visit: Visit) -> Response:
    return await _show(visit, with_replies=True)


async def follow(visit: Visit) -> Response:
    visit.member()
    profile = await _profile(visit)
    if isinstance(profile, Gap):
        raise NotFound()
    on = visit.sent.get("act") == "follow"
    await visit.needs.follow(visit.viewer, profile.account.id, on=on, cause=visit.cause)
    return visit.go(addresses.own(visit.sent.get("back", ""), profile.account.url))


async def _profile(visit: Visit) -> Profile | Gap:
    handle = visit.request.path_params["handle"]
    if len(handle) > LONGEST_HANDLE or "\0" in handle:
        raise NotFound()
    return await visit.needs.profile(visit.viewer, handle)


async def _show(visit: Visit, *, with_replies: bool) -> Response:
    profile = await _profile(visit)
    if isinstance(profile, Gap):
        return trouble_page(visit, words.GAP_STATUS.get(profile.reason, 410), title="This account is suspended")
    tail = "/with_replies" if with_replies else ""
    if profile.account.handle != visit.request.path_params["handle"]:
        return RedirectResponse(profile.account.url + tail, status_code=301)
    page = visit.wanted_page()
    timeline = Timeline()
    if not profile.is_shell:
        timeline = await visit.needs.profile_posts(visit.viewer, profile.account.id, page, with_replies=with_replies)
    return visit.page(
        "profile.html",
        profile=profile,
        timeline=timeline,
        with_replies=with_replies,
        meta=present.profile_meta(visit.door.base_url, profile, tail),
        sheet="me" if profile.relation.is_self else "",
    )
