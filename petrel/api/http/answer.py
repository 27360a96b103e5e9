"""From a matched route to its answer, in a fixed order.

Caller known by token, or by the session of our own app; counted against the limits; scope checked; body read; form
read; endpoint called. Counting comes before refusing, so that guessing tokens uses up the guesser's limit; the scope
comes before the body, so that nobody without a right makes us read a large one.
"""

import hmac
import re

from petrel.api.http.auth import ANONYMOUS, WRITERS_MAX_AGE_S, Caller, Tokens, admit, bearer_of, digest_of
from petrel.api.http.body import Body, Receive, has_body, read_body
from petrel.api.http.call import Call
from petrel.api.http.errors import AddressTooLong, TooLarge
from petrel.api.http.limits import Limits
from petrel.api.http.own_app import is_anothers, session_of
from petrel.api.http.params import parse_query
from petrel.api.http.reply import Reply
from petrel.api.http.routes import Route
from petrel.api.http.wiring import HttpSettings
from petrel.core import asker
from petrel.core.errors import NotFound, TooMany, Unauthenticated, Unavailable
from petrel.core.viewer import Member, account_of, anonymous_in
from petrel.features.accounts import MayNotSignIn

# Of 100 kB and more, or of unknown length, in one process.
MOST_LARGE_BODIES = 64
# Since when: the API's release that brought what replaces its old endpoints (4.0.0). Source: RFC 9745.
DEPRECATION = (b"deprecation", b"@1668384000")

LOCAL = frozenset(("127.0.0.1", "::1"))
PAGES = re.compile(rb"(?:max|min|since)_id=")


class Answerer:
    """What answering needs and is the same for all requests of a process."""

    def __init__(self, settings: HttpSettings, tokens: Tokens, limits: Limits) -> None:
        self.settings = settings
        self.tokens = tokens
        self.limits = limits
        self._large_bodies = 0
        self._is_secure = settings.base_url.startswith("https://")

    async def answer(self, call: Call, route: Route, values: tuple[str, ...], receive: Receive) -> Reply:
        """Errors: every error of the tree, and whatever an endpoint lets slip."""
        query = call.query
        if len(query) + len(call.path) > self.settings.most_address_bytes:
            raise AddressTooLong
        params = parse_query(query)
        # Browsers can send no header of their own with a WebSocket but this one.
        token = bearer_of(call.headers.get(b"authorization")) or call.headers.get(b"sec-websocket-protocol")
        if token is None:
            token = await self._token_in_params(call, route, params, receive)
        is_session = token is None
        if token is None:
            token = session_of(call.headers, is_secure=self._is_secure)
        caller: Caller = ANONYMOUS
        if token is not None:
            max_age_s = None if call.method == "GET" else WRITERS_MAX_AGE_S
            try:
                caller = await self.tokens.find(digest_of(token), max_age_s) or ANONYMOUS
            except MayNotSignIn as barred:
                if not route.even_unconfirmed or barred.reason != "deny.unconfirmed" or barred.holder is None:
                    raise
                caller = barred.holder
            if is_session and not (isinstance(caller, Member) and (caller.is_session or caller.is_outdated)):
                caller = ANONYMOUS      # an app's token, put into a cookie, is nobody's: as on the pages

        self._count(call, route, caller)
        if is_session and is_anothers(call.headers, caller):
            raise Unauthenticated("This page was opened by somebody who is not signed in here any more")
        call.viewer = admit(route.access, caller, has_token=token is not None,
                            only_reads=call.method in ("GET", "HEAD"))
        if call.viewer is ANONYMOUS and call.country:
            call.viewer = anonymous_in(call.country)
        asker.is_now(account_of(call.viewer))

        if call.body is None and has_body(call.headers):
            call.body = await self._read(call, receive, route.most_bytes or self.settings.most_body_bytes)
        if call.body is not None:
            params.update(call.body.params)
        for name, value in zip(route.names, values, strict=True):
            if "\0" in value or "\ufffd" in value:
                raise NotFound
            params[name] = call.args[name] = value
        call.params = params
        if route.deprecated:
            call.add_header(*DEPRECATION)

        read = route.read
        result = await (route.endpoint(call) if read is None else route.endpoint(call, read(params)))
        return result if type(result) is Reply else Reply(result)

    async def _read(self, call: Call, receive: Receive, most_bytes: int) -> Body:
        """The body. Only so many large ones are held in memory at once; files of multipart go to disk."""
        headers = call.headers
        length = headers.get(b"content-length", b"9999999")
        if len(length) < 6 or headers.get(b"content-type", b"").startswith(b"multipart/"):
            return await read_body(receive, headers, most_bytes)
        if self._large_bodies >= MOST_LARGE_BODIES:
            raise Unavailable("Too many large requests are being read just now; please try again", retry_after_s=2)
        self._large_bodies += 1
        try:
            return await read_body(receive, headers, most_bytes)
        finally:
            self._large_bodies -= 1

    async def _token_in_params(
        self, call: Call, route: Route, params: dict[str, object], receive: Receive
    ) -> bytes | None:
        """The `access_token` parameter, from the query or else the body (RFC 6750 sections 2.2 and 2.3).

        Somebody who has shown no token yet may not send more than any route takes.
        """
        token = params.get("access_token")
        if token is None and has_body(call.headers):
            try:
                call.body = await self._read(call, receive, self.settings.most_body_bytes)
            except TooLarge:
                if route.most_bytes is None or route.access.anonymous:
                    raise
                raise Unauthenticated from None
            token = call.body.params.get("access_token")
        return token.encode() if isinstance(token, str) and token else None

    def _is_uncounted(self, call: Call) -> bool:
        header, value = self.settings.uncounted
        shown = call.headers.get(header)
        return bool(shown and value and call.ip in LOCAL and hmac.compare_digest(shown, value))

    def _count(self, call: Call, route: Route, caller: Caller) -> None:
        limits = self.limits
        if not limits.on or route.limits is None or self._is_uncounted(call):
            return
        call.counting = limits
        pages = b"_id=" in call.query and PAGES.search(call.query) is not None
        call.limit_headers, wait_s = limits.take(route.limits, caller, call.ip, pages=pages)
        if wait_s:
            raise TooMany(wait_s)
