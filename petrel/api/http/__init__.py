"""The HTTP layer under the API: routes, parameters, tokens, scopes, limits, paging, errors; no subject matter.

An endpoint takes a `Call` and, if it has parameters, a form; opens one door; calls one room; presents:

    class HomeForm(Paged, frozen=True, kw_only=True):
        local: bool = False

    @route("GET", "/api/v1/timelines/home", scope="read:statuses", surface="home", reply=list[Status])
    async def home(call: Call, form: HomeForm) -> Reply:
        async with reading(call.viewer) as r:
            found = await timelines.home(r, form.page(20, 40))
        return listed(call, found.pieces, found.ids, is_full=found.is_full)

Words: route (method + address), call, form, reply, scope, surface, limit. What goes wrong is raised from
the tree in `core/errors.py`; `errors.py` here has the statuses. `asgi.py` is where a request comes in, from
uvicorn through the connection of `wire.py`.
"""

from petrel.api.http.asgi import Gate
from petrel.api.http.call import Call
from petrel.api.http.errors import BadRequest
from petrel.api.http.forms import Cursor, Id
from petrel.api.http.limits import Limits
from petrel.api.http.paging import Offset, Paged, listed
from petrel.api.http.reply import Pieces, Plain, Reply, html, redirect
from petrel.api.http.routes import all_routes, route
from petrel.api.http.wire import Connection
from petrel.api.http.wiring import HttpSettings
from petrel.core.multipart import Upload

__all__ = [
    "BadRequest",
    "Call",
    "Connection",
    "Cursor",
    "Gate",
    "HttpSettings",
    "Id",
    "Limits",
    "Offset",
    "Paged",
    "Pieces",
    "Plain",
    "Reply",
    "Upload",
    "all_routes",
    "html",
    "listed",
    "redirect",
    "route",
]
