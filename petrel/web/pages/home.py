"""The front page: welcome for visitors, the home timeline with a composer for members."""

from starlette.responses import Response

from petrel.core.errors import Invalid, PetrelError
from petrel.core.pages import Page
from petrel.web import present
from petrel.web.door import Visit
from petrel.web.forms import as_id

WELCOME_POSTS = 12


async def show(visit: Visit) -> Response:
    if visit.me is None:
        return await _welcome(visit)
    timeline = await visit.needs.home(visit.viewer, visit.wanted_page())
    announced = [] if timeline.newer else await visit.needs.announced(visit.viewer)
    return visit.page("home.html", timeline=timeline, announced=announced, composer=present.composer(visit),
                      sheet="home")


async def put_away(visit: Visit) -> Response:
    """An announcement."""
    visit.member()
    number = as_id(visit.sent.get("announcement", ""))
    if number is None:
        raise Invalid(None, "That button is not known here")
    await visit.needs.put_away(visit.viewer, number, cause=visit.cause)
    return visit.go("/")


async def _welcome(visit: Visit) -> Response:
    try:
        timeline = await visit.needs.public(visit.viewer, Page(WELCOME_POSTS))
    except PetrelError:
        # A visitor should find the door even while timelines are down.
        timeline = None
    meta = present.Meta(path="/", title=visit.site.name, description=present.of_site(visit), is_indexed=True)
    return visit.page("welcome.html", timeline=timeline, meta=meta)
