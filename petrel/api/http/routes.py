"""Endpoints and their addresses.

    class ShowStatus(Struct, frozen=True):
        id: Id

    @route("GET", "/api/v1/statuses/:id", scope="public or read:statuses", surface="api", reply=Status)
    async def show(call: Call, form: ShowStatus) -> bytes: ...

Importing a module registers its endpoints; `all_routes()` is what `asgi.py` serves, `openapi.py` describes.
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar, get_type_hints

import msgspec
from msgspec import Struct

from petrel.api.http.cors import is_open
from petrel.api.http.deadlines import SECONDS
from petrel.api.http.forms import form_reader
from petrel.api.http.limits import RouteLimits, route_limits
from petrel.api.http.params import Raw
from petrel.api.http.scopes import Access, access_of
from petrel.core import surfaces

METHODS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE"))

Endpoint = Callable[..., Awaitable[Any]]
AnyEndpoint = TypeVar("AnyEndpoint", bound=Endpoint)

_PATH = re.compile(r"(/(:[a-z_]+|[A-Za-z0-9_.\-@]+))+\Z")


class Route(Struct, frozen=True, kw_only=True):
    """One method at one address, with everything the dispatcher needs worked out beforehand."""

    method: str
    path: str
    endpoint: Endpoint
    scope: str
    surface: str
    why_no_surface: str
    access: Access
    limit: str
    limits: RouteLimits | None
    form: type[Struct] | None
    read: Callable[[Raw], Any] | None
    reply: Any
    names: tuple[str, ...]
    has_cors: bool
    deadline_s: float
    most_bytes: int | None
    deprecated: bool
    even_unconfirmed: bool

    @property
    def name(self) -> str:
        """As it is closed by: method and pattern of the address."""
        return f"{self.method} {self.path}"


class Routes:
    """A registry. The program has one, `ROUTES`; tests make their own."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Route] = {}

    def route(
        self,
        method: str,
        path: str,
        *,
        scope: str,
        surface: str,
        why_no_surface: str = "",
        limit: str = "default",
        deadline: str | None = None,
        most_bytes: int | None = None,
        reply: Any = None,
        deprecated: bool = False,
        even_unconfirmed: bool = False,
    ) -> Callable[[AnyEndpoint], AnyEndpoint]:
        """Registers `async def endpoint(call)` or `(call, form: SomeForm)`; it stays callable as it is.

        `method`: one, or several with spaces between ("PUT PATCH"). `scope`: see `scopes.py`. `surface`: of
        `core/surfaces.py`, or "none" with the reason why no post can leave here. `limit`: a word of `EXTRA`, or
        "none". `deadline`: a word of `deadlines.SECONDS`; "read" for GET, else "write". `most_bytes`: of the
        body, when not the setting's. `reply`: the shape of a good answer, for the description; the endpoint's
        annotation by default. `deprecated`: answers carry the Deprecation header. `even_unconfirmed`: serves whoever
        has still to confirm their mail address too.
        Errors: ValueError, for an address or method that means nothing or is taken.
        """
        surfaces.check(surfaces.Kind.ROUTE, f"{method} {path}", surface, why_no_surface)
        if not _PATH.match(path):
            raise ValueError(f"not an address: {path!r}")

        def register(endpoint: AnyEndpoint) -> AnyEndpoint:
            form, answer = _types_of(endpoint)
            for one in method.split():
                self._add(
                    Route(
                        method=one,
                        path=path,
                        endpoint=endpoint,
                        scope=scope,
                        surface=surface,
                        why_no_surface=why_no_surface,
                        access=access_of(scope),
                        limit=limit,
                        limits=route_limits(limit),
                        form=form,
                        read=None if form is None else form_reader(form),
                        reply=answer if reply is None else reply,
                        names=tuple(part[1:] for part in path.split("/") if part.startswith(":")),
                        has_cors=is_open(path),
                        deadline_s=SECONDS[deadline or ("read" if one == "GET" else "write")],
                        most_bytes=most_bytes,
                        deprecated=deprecated,
                        even_unconfirmed=even_unconfirmed,
                    )
                )
            return endpoint

        return register

    def _add(self, route: Route) -> None:
        if route.method not in METHODS:
            raise ValueError(f"not a method: {route.method!r}")
        if self._found.setdefault((route.method, route.path), route) is not route:
            raise ValueError(f"{route.method} {route.path} is registered twice")

    def all(self) -> tuple[Route, ...]:
        """In the order they were registered."""
        return tuple(self._found.values())


ROUTES = Routes()
route = ROUTES.route
all_routes = ROUTES.all


def _types_of(endpoint: Endpoint) -> tuple[type[Struct] | None, Any]:
    """(form, reply) by the annotations. Errors: TypeError when the second parameter is no struct."""
    if not inspect.iscoroutinefunction(endpoint):
        raise TypeError(f"{endpoint.__qualname__} must be an async function")
    hints = get_type_hints(endpoint)
    names = list(inspect.signature(endpoint).parameters)
    if len(names) not in (1, 2):
        raise TypeError(f"{endpoint.__qualname__} must take a call, and a form if it has parameters")
    form = hints.get(names[1]) if len(names) == 2 else None
    if len(names) == 2 and not (isinstance(form, type) and issubclass(form, msgspec.Struct)):
        raise TypeError(f"{endpoint.__qualname__}: its form must be a msgspec.Struct")
    return form, hints.get("return")


class Place(dict[str, Route]):
    """The routes of one address by method. HEAD is answered by GET's."""

    def __init__(self) -> None:
        super().__init__()
        self.allow = b""

    def add(self, route: Route) -> None:
        self[route.method] = route
        if route.method == "GET":
            self["HEAD"] = route
        self.allow = ", ".join(sorted({*self, "OPTIONS"})).encode()


class Router:
    """Finds the place of a path: whole paths first, then part by part, a fixed word before a `:name`."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._whole: dict[str, Place] = {}
        self._tree: dict[str, Any] = {}
        for one in routes:
            (self._tree_place(one) if one.names else self._whole.setdefault(one.path, Place())).add(one)

    def _tree_place(self, route: Route) -> Place:
        node = self._tree
        for part in route.path[1:].split("/"):
            node = node.setdefault(":" if part[0] == ":" else part, {})
        # No path has an empty part here, so the empty key is free for the place itself.
        place: Place = node.setdefault("", Place())
        return place

    def find(self, path: str) -> tuple[Place, tuple[str, ...]] | None:
        """The place, and the values of its `:names` in order. One slash at the end is forgiven."""
        place = self._whole.get(path)
        if place is not None:
            return place, ()
        if path[-1:] == "/" and len(path) > 1:
            path = path[:-1]
            place = self._whole.get(path)
            if place is not None:
                return place, ()
        parts = path[1:].split("/")
        return _walk(self._tree, parts, 0, ()) if len(parts) < 16 else None


def _walk(
    node: dict[str, Any], parts: list[str], at: int, values: tuple[str, ...]
) -> tuple[Place, tuple[str, ...]] | None:
    last = len(parts)
    while at < last:
        part = parts[at]
        at += 1
        word = node.get(part) if part and part != ":" else None
        name = node.get(":") if part else None
        if word is not None:
            if name is not None:
                found = _walk(word, parts, at, values)
                if found is not None:
                    return found
            else:
                node = word
                continue
        if name is None:
            return None
        values = (*values, part)
        node = name
    place = node.get("")
    return None if place is None else (place, values)
