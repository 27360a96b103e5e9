"""Who sees one's own post: what holds now, to show it to fewer at once, or to more after signing in again."""

from starlette.responses import Response

from petrel.core.errors import Invalid
from petrel.web.door import Visit
from petrel.web.pages.post import own_post


async def show(visit: Visit) -> Response:
    visit.member()
    post = await own_post(visit)
    reach = await visit.needs.reach(visit.viewer, post.id)
    is_fresh = bool(reach.wider) and await visit.needs.is_fresh(visit.viewer)
    return visit.page("audience.html", post=post, reach=reach, is_fresh=is_fresh)


async def change(visit: Visit) -> Response:
    """`to` is "narrow followers" or "widen public": which of the two is said, so that neither happens for the other."""
    visit.member()
    post = await own_post(visit)
    way, _, audience = visit.sent.get("to", "").partition(" ")
    if way == "narrow":
        await visit.needs.narrow(visit.viewer, post.id, audience, cause=visit.cause)
    elif way == "widen":
        await visit.needs.widen(visit.viewer, post.id, audience, cause=visit.cause)
    else:
        raise Invalid("audience", "has to be chosen")
    return visit.go(post.url)
