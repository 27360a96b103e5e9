"""The front gate of a web process, an ASGI application: API routes are answered here, all else by the pages.

Each request is admitted (not too many at once), given a deadline, answered (`answer.py`), and what goes wrong
becomes an answer by the table in `errors.py`. Nothing an endpoint lets slip reaches the client. What is not there is
said at a fixed time (`nothing.py`).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence

import structlog

from petrel.api.http.answer import Answerer
from petrel.api.http.arriving import Arrival
from petrel.api.http.auth import Resolve, Tokens
from petrel.api.http.body import Receive, has_body, refuse_length
from petrel.api.http.call import Call, new_call_id
from petrel.api.http.cors import is_open, preflight
from petrel.api.http.deadlines import SECONDS, Deadlines
from petrel.api.http.errors import ClientGone, NotAllowedHere, reply_for
from petrel.api.http.limits import Limits
from petrel.api.http.nothing import Nothing
from petrel.api.http.opening import Opening, keep_open
from petrel.api.http.pages import (
    FILES_TO,
    MOST_FILES_BYTES,
    App,
    Envelope,
    Scope,
    Send,
    error_page,
    extra_headers,
)
from petrel.api.http.relay import GONE, Relay, refuse
from petrel.api.http.reply import Reply, Stream, encode
from petrel.api.http.routes import Place, Route, Router, all_routes
from petrel.api.http.sending import send_reply, send_stream
from petrel.api.http.wire import TAKEN, WHOLE
from petrel.api.http.wiring import HttpSettings, client_address, country_of
from petrel.core import beside, closing, room
from petrel.core.errors import NotFound, Unavailable
from petrel.core.viewer import account_of

log = structlog.get_logger("petrel.http")

Hook = Callable[[], Awaitable[None]]
# Told of each answer: the route's pattern ("page", "unknown" without one), status, seconds, the member who asked.
Observe = Callable[[str, int, float, int | None], None]

NOWHERE = Place()
RELAY_S = 2.0
"""So much longer than the answer may take at another release: that one says first that it took too long."""

MOST_STREAMS = 256
"""Files on their way from one process; a piece of each is in memory."""


class Gate:
    """`Gate(settings, resolve)` serves every registered route.

    `resolve`: from a token's digest to a Member or AppOnly, None for one that is not good.
    `pages`: the ASGI app for all other addresses; everything unknown below /api is a JSON 404 all the same.
    `stands_at`: surface and name of the page at a method and path, by which it may be closed.
    `on_start`, `on_stop`: run in the serving process, around its life.
    `relays`: members of cells that another release serves beside this one are answered by that.
    """

    def __init__(
        self,
        settings: HttpSettings,
        resolve: Resolve,
        *,
        routes: Iterable[Route] | None = None,
        limits: Limits | None = None,
        pages: App | None = None,
        stands_at: Callable[[str, str], tuple[str, str]] | None = None,
        on_start: Sequence[Hook] = (),
        on_stop: Sequence[Hook] = (),
        observe: Observe | None = None,
        relays: bool = False,
    ) -> None:
        self.settings = settings
        self.tokens = Tokens(resolve)
        self.limits = limits or Limits()
        self._answerer = Answerer(settings, self.tokens, self.limits)
        self.routes = tuple(all_routes() if routes is None else routes)
        self._router = Router(self.routes)
        self._pages, self._stands_at = pages, stands_at
        self._on_start, self._on_stop = on_start, on_stop
        self._deadlines = Deadlines(settings.most_at_once)
        self._nothing = Nothing(settings.nothing_after_s)
        self._observe = observe
        self._streams = 0
        self._relay = Relay(self.tokens, is_secure=settings.base_url.startswith("https:"),
                            country_header=settings.country_header) if relays else None
        self._is_https = settings.base_url.startswith("https:")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "http":
            if beside.is_any() and self._relay is not None:
                relayed = await self._relayed(self._relay, scope, receive, send)
                if relayed is None:
                    return
                receive = relayed
            path: str = scope["path"]
            found = self._router.find(path)
            if found is not None:
                await self._serve(scope, receive, send, found[0], found[1])
            elif self._pages is None or path.startswith("/api/"):
                await self._serve(scope, receive, send, NOWHERE, ())
            else:
                await self._serve_page(self._pages, scope, receive, send)
        elif kind == "lifespan":
            await self._live(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _relayed(self, relay: Relay, scope: Scope, receive: Receive, send: Send) -> Receive | None:
        """What is to be read of a request that is ours; None when another release has answered it."""
        began = time.monotonic()
        headers = dict(scope["headers"])
        found = await relay.who(scope, headers)
        if found is None:
            return receive
        other, account = found
        place = self._router.find(scope["path"])
        route = place[0].get(scope["method"]) if place else None
        is_page = place is None and not scope["path"].startswith("/api/")
        name = "page" if is_page else _name(route)
        try:
            task = self._deadlines.begin(RELAY_S + (SECONDS["upload"] if route is None else route.deadline_s))
        except Unavailable:
            return receive
        try:
            status, receive = await relay.answer(
                other, scope, headers, receive, send, country=country_of(scope["client"], headers, self.settings),
                ip=client_address(scope["client"], headers.get(b"x-forwarded-for"), self.settings.trusted_proxies),
                is_begun=lambda: self._deadlines.end(task))
            if not status:
                return receive
        except (Unavailable, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError):
                if not self._deadlines.has_ended(task):
                    raise
                error = Unavailable("This took too long; please try again")
            call_id = new_call_id()
            reply = reply_for(error, call_id, name)
            await refuse(send, error_page(reply, call_id) if is_page else reply, call_id)
            status = reply.status
        finally:
            self._deadlines.end(task)
        if self._observe is not None and status != GONE:
            self._observe(name, status, time.monotonic() - began, account)
        return None

    async def _serve(self, scope: Scope, receive: Receive, send: Send, place: Place, values: tuple[str, ...]) -> None:
        began = time.monotonic()
        headers = dict(scope["headers"])
        method: str = scope["method"]
        call = Call(method, scope["path"], scope["query_string"], headers, self.settings.base_url)
        call.ip = client_address(scope["client"], headers.get(b"x-forwarded-for"), self.settings.trusted_proxies)
        call.country = country_of(scope["client"], headers, self.settings)
        extensions = scope.get("extensions") or ()
        call.takes_whole, call.gives_away = WHOLE in extensions, TAKEN in extensions
        route = place.get(method)
        task = None
        try:
            try:
                task = self._deadlines.begin(5.0 if route is None else route.deadline_s)
                self._nothing.refuse_when_full()
                if route is None:
                    reply = _without_route(call, place, values)
                else:
                    closing.refuse(route.surface, route.name)
                    room.refuse_route(route.name, headers)
                    reply = await self._answerer.answer(call, route, values, receive)
                    if type(reply.body) is Opening:
                        self._let_go(task, call)
                        await keep_open(send, receive, call, reply.body)
                        return
                body: bytes | Stream = reply.body if isinstance(reply.body, Stream) else encode(reply.body)
                if isinstance(body, Stream) and self._streams >= MOST_STREAMS:
                    raise Unavailable("Too many files are being sent just now; please try again", retry_after_s=5)
            except ClientGone:
                return
            except asyncio.CancelledError:
                if task is None or not self._deadlines.has_ended(task):
                    raise
                reply = reply_for(Unavailable("This took too long; please try again"), call.id, _name(route))
                body = encode(reply.body)
            except Exception as error:
                reply = reply_for(error, call.id, _name(route))
                body = encode(reply.body)
            has_cors = b"origin" in headers and (is_open(call.path) if route is None else route.has_cors)
            unread = call.body is None and reply.status >= 400 and has_body(headers)
            if reply.status == 404:
                self._let_go(task, call)
                await self._nothing.wait(began)
            if isinstance(body, Stream):
                self._let_go(task, call)        # a slow reader holds no place among the requests
                self._streams += 1
                try:
                    await send_stream(send, call, reply, body, has_cors=has_cors)
                finally:
                    self._streams -= 1
            else:
                await send_reply(send, receive if unread else None, call, reply, body, has_cors=has_cors)
        finally:
            self._let_go(task, call)
        if self._observe is not None:
            self._observe(_name(route), reply.status, time.monotonic() - began, account_of(call.viewer))

    def _let_go(self, task: asyncio.Task[object] | None, call: Call) -> None:
        """Gives back what a request holds; twice does no harm."""
        if task is not None:
            self._deadlines.end(task)
        if call.body is not None and call.body.arrival is not None:
            call.body.close()

    async def _serve_page(self, pages: App, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.monotonic()
        headers = dict(scope["headers"])
        call_id = new_call_id()
        trusted = self.settings.trusted_proxies
        scope["petrel.call_id"] = call_id
        scope["petrel.ip"] = client_address(scope["client"], headers.get(b"x-forwarded-for"), trusted)
        scope["petrel.country"] = country_of(scope["client"], headers, self.settings)
        extra = extra_headers(call_id, is_https=self._is_https, is_open=is_open(scope["path"]))
        takes_files = scope["path"] in FILES_TO
        most_bytes = MOST_FILES_BYTES if takes_files else self.settings.most_body_bytes
        envelope = Envelope(receive, send, most_bytes, extra)
        task = None
        arrival: Arrival | None = None
        failure: Exception | None = None
        try:
            if takes_files and has_body(headers):
                room.refuse_route(f"{scope['method']} {scope['path']}", headers)
                arrival = Arrival(headers, most_bytes)
                envelope.pace(arrival)
            task = self._deadlines.begin(SECONDS["upload" if takes_files else "page"])
            self._nothing.refuse_when_full()
            refuse_length(headers, most_bytes)
            if closing.is_any() and self._stands_at is not None:
                closing.refuse(*self._stands_at(scope["method"], scope["path"]))
            await pages(scope, envelope.receive, envelope.send)
        except ClientGone:
            return
        except asyncio.CancelledError:
            if task is None or not self._deadlines.has_ended(task):
                raise
            failure = Unavailable("This took too long; please try again")
        except Exception as error:
            failure = error
        finally:
            if task is not None:
                self._deadlines.end(task)
            if arrival is not None:
                arrival.end()
        if failure is not None:
            reply = error_page(reply_for(failure, call_id, "page"), call_id)
            if not envelope.status:
                await envelope.send_whole(reply)
        if envelope.status == 404:
            await self._nothing.wait(began)
            await envelope.release()
        if self._observe is not None:
            self._observe(scope.get("petrel.page", "page"), envelope.status, time.monotonic() - began,
                          scope.get("petrel.account"))

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            starts = message["type"] == "lifespan.startup"
            try:
                for hook in self._on_start if starts else self._on_stop:
                    await hook()
            except Exception as error:
                log.error("could not start" if starts else "could not stop cleanly", exc_info=error)
                await send({"type": f"{message['type']}.failed", "message": str(error)})
                return
            if not starts:
                self._nothing.close()
                if self._relay is not None:
                    self._relay.close()
            await send({"type": f"{message['type']}.complete"})
            if not starts:
                return


def _name(route: Route | None) -> str:
    return "unknown" if route is None else route.path


def _without_route(call: Call, place: Place, values: tuple[str, ...]) -> Reply:
    """OPTIONS, a method this address does not have, or no such address.

    A browser's preflight is granted for addresses that do not exist too: refused, the app would be told of a
    network failure instead of the 404 that it knows how to take.
    """
    if call.method == "OPTIONS":
        if b"access-control-request-method" in call.headers and is_open(call.path):
            return Reply(b"", 204, preflight(call.headers.get(b"access-control-request-headers")))
        if place:
            return Reply(b"", 204, ((b"allow", place.allow),))
    # A word where ids stand may be an operation that is not built: that is not found, not refused.
    if place and all(value.isdigit() for value in values):
        raise NotAllowedHere(place.allow)
    raise NotFound
