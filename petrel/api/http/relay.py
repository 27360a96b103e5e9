"""Handing a request over to another release that serves its member's cell, on the same machine (decision 0072).

Who asks is looked up here, everything else is the other's business: limits, rights, the answer. Bodies and answers are
streamed; what is small is kept, so that a request can still be answered here when the other ends in the middle. A
request that may have been carried out there and cannot be repeated safely is answered 503.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import httptools

from petrel.api.http.auth import Tokens, bearer_of, digest_of
from petrel.api.http.body import HeaderMap, Message, Receive, has_body
from petrel.api.http.reply import Reply, encode
from petrel.api.http.wire import BROKEN_OFF, WHOLE
from petrel.core import beside, cookies
from petrel.core.beside import Other
from petrel.core.errors import PetrelError, Unavailable
from petrel.core.viewer import Member

KEPT_BYTES = 65_536
"""Of a request's body, so that it can be repeated; longer ones are sent on as they come."""

WHOLE_BYTES = 262_144
"""An answer of this length is taken whole before a byte of it goes out."""

HIGH_BYTES = 262_144
PIECE_S = 30.0
IDLE_MOST = 64
STREAMS = "/api/v1/streaming"
SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
NOT_PASSED = frozenset((b"connection", b"keep-alive", b"transfer-encoding", b"te", b"upgrade", b"expect",
                        b"proxy-connection", b"x-forwarded-for"))
NOT_RETURNED = frozenset((b"connection", b"keep-alive", b"transfer-encoding", b"date"))
GONE = 499
"""No answer: nobody waits for one."""

WITHOUT_BODY = frozenset((204, 304))
UNKNOWN = Unavailable("This could not be finished, and may have been done all the same; look before you try again")


class Lost(Exception):
    """The other release ended before its answer was whole"""


class Relay:
    """One in a web process."""

    def __init__(self, tokens: Tokens, *, is_secure: bool, country_header: bytes) -> None:
        self._tokens = tokens
        self._cookie = cookies.name(cookies.SESSION, is_secure=is_secure).encode()
        self._country_header = country_header
        self._idle: list[Line] = []
        self._idle_build = ""

    async def who(self, scope: Any, headers: HeaderMap) -> tuple[Other, int] | None:
        """Who answers this request, and the member who asks; None when it is ours."""
        if scope["path"].startswith(STREAMS) or b"upgrade" in headers:
            return None
        token = bearer_of(headers.get(b"authorization")) or self._session(headers)
        if token is None:
            return None
        try:
            found = await self._tokens.find(digest_of(token))
        except PetrelError:
            return None                 # said to them by whoever answers
        if not isinstance(found, Member) or (other := beside.serving(found.account)) is None:
            return None
        return other, found.account

    def _session(self, headers: HeaderMap) -> bytes | None:
        for pair in headers.get(b"cookie", b"").split(b";"):
            name, _, value = pair.strip().partition(b"=")
            if name == self._cookie:
                return value.strip(b'"') or None
        return None

    async def answer(self, other: Other, scope: Any, headers: HeaderMap, receive: Receive, send: Any, *, ip: str,
                     country: str, is_begun: Callable[[], None]) -> tuple[int, Receive]:
        """(status, receive): GONE when the client has left; 0 when the other has not answered, and the request is ours
        after all, with what is to be read of it. `is_begun`: told when the answer's head is there.

        Errors: Unavailable, when it may be done."""
        method: str = scope["method"]
        kept, is_whole = await _keep(receive) if has_body(headers) else (b"", True)
        if kept is None:
            return GONE, receive
        again = _again(kept, is_whole, receive)
        head = self._head(scope, headers, kept, is_whole, ip, country)
        repeats = is_whole and (method in SAFE or (b"idempotency-key" in headers and scope["path"] == POSTING))
        try:
            line = self._line(other) or await _connect(other)
        except OSError:
            return 0, again
        try:
            return await self._exchange(line, head, kept, None if is_whole else receive, send, scope, is_begun), again
        except Lost as lost:
            if lost.args[0] == "sent":
                await send({"type": BROKEN_OFF})
                return 502, again
            if lost.args[0] == "gone":
                return GONE, again
            if repeats:
                return 0, again
            raise UNKNOWN from None
        finally:
            self._put_back(line, other)

    def _line(self, other: Other) -> "Line | None":
        if self._idle_build != other.build:
            self.close()
            self._idle_build = other.build
        while self._idle:
            line = self._idle.pop()
            if line.is_usable:
                return line
        return None

    def _put_back(self, line: "Line", other: Other) -> None:
        if line.is_usable and other.build == self._idle_build and len(self._idle) < IDLE_MOST:
            self._idle.append(line)
        else:
            line.close()

    def close(self) -> None:
        """The connections that are kept."""
        while self._idle:
            self._idle.pop().close()

    def _head(self, scope: Any, headers: HeaderMap, kept: bytes, is_whole: bool, ip: str, country: str) -> bytes:
        query: bytes = scope["query_string"]
        target = scope.get("raw_path") or scope["path"].encode()
        lines = [b"%s %s%s HTTP/1.1" % (scope["method"].encode(), target, b"?" + query if query else b"")]
        # How long a body is said to be is believed once: what the other took for a next request would be another's.
        is_chunked = not is_whole and (b"transfer-encoding" in headers or b"content-length" not in headers)
        lines += [name + b": " + value for name, value in scope["headers"]
                  if name not in NOT_PASSED and name != self._country_header
                  and not (name == b"content-length" and (is_whole or is_chunked))]
        lines.append(b"x-forwarded-for: " + ip.encode())
        if country:
            lines.append(self._country_header + b": " + country.encode())
        if is_whole and has_body(headers):
            lines.append(b"content-length: %d" % len(kept))
        elif is_chunked:
            lines.append(b"transfer-encoding: chunked")
        return b"\r\n".join(lines) + b"\r\n\r\n"

    async def _exchange(self, line: "Line", head: bytes, kept: bytes, more: Receive | None, send: Any, scope: Any,
                        is_begun: Callable[[], None]) -> int:
        is_chunked = b"\r\ntransfer-encoding: chunked\r\n" in head
        line.ask(scope["method"], head + (_chunk(kept) if is_chunked and kept else kept))
        if more is not None:
            await _send_rest(line, more, is_chunked=is_chunked)
        await line.has_head()
        is_begun()
        headers = [(name, value) for name, value in line.headers if name not in NOT_RETURNED]
        length = next((int(value) for name, value in headers if name == b"content-length" and value.isdigit()), -1)
        if line.is_over or 0 <= length <= WHOLE_BYTES:
            body = b"".join([piece async for piece in line.pieces()])
            if WHOLE in (scope.get("extensions") or ()) and more is None:
                await send({"type": WHOLE, "status": line.status, "headers": headers, "body": body})
            else:
                await send({"type": "http.response.start", "status": line.status, "headers": headers})
                await send({"type": "http.response.body", "body": body})
            return line.status
        await send({"type": "http.response.start", "status": line.status, "headers": headers})
        try:
            async for piece in line.pieces():
                async with asyncio.timeout(PIECE_S):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
        except (Lost, TimeoutError) as e:
            raise Lost("sent") from e
        await send({"type": "http.response.body", "body": b""})
        return line.status


POSTING = "/api/v1/statuses"
"""Where the same Idempotency-Key means the same post, whichever process it comes to."""


async def refuse(send: Any, reply: Reply, call_id: str) -> None:
    """An error of our own in place of the other's answer."""
    body = encode(reply.body)
    headers = [(b"content-type", reply.type), (b"content-length", b"%d" % len(body)), (b"cache-control", reply.cache),
               (b"x-request-id", call_id.encode()), *reply.headers]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _connect(other: Other) -> "Line":
    loop = asyncio.get_running_loop()
    _, line = await loop.create_unix_connection(Line, sock=other.connect())
    return line


async def _keep(receive: Receive) -> tuple[bytes | None, bool]:
    """The beginning of a body, and whether it is all of it; (None, ...) when the client has gone."""
    parts, size = [], 0
    while size <= KEPT_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None, False
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if not message.get("more_body", False):
            return b"".join(parts), True
    return b"".join(parts), False


def _again(kept: bytes, is_whole: bool, receive: Receive) -> Receive:
    """The request from its beginning, for whoever answers it after all."""
    has_given = False

    async def first() -> Message:
        nonlocal has_given
        if has_given:
            return await receive()
        has_given = True
        return {"type": "http.request", "body": kept, "more_body": not is_whole}

    return first


def _chunk(part: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(part), part)


async def _send_rest(line: "Line", receive: Receive, *, is_chunked: bool) -> None:
    """Until all is sent, or the other has answered without reading on."""
    has_more = True
    while has_more and not line.has_begun:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Lost("gone")
        part = message.get("body", b"")
        if part:
            await line.send(_chunk(part) if is_chunked else part)
        has_more = message.get("more_body", False)
    if has_more:
        line.keeps = False
    elif is_chunked:
        await line.send(b"0\r\n\r\n")


class Line(asyncio.Protocol):
    """One connection to the other release; one request at a time."""

    def __init__(self) -> None:
        self._transport: Any = None
        self._may_write = asyncio.Event()
        self._may_write.set()
        self._news = asyncio.Event()
        self._clear("GET")
        self.is_over, self.is_lost = True, False

    def _clear(self, method: str) -> None:
        self._method = method
        self._parser = httptools.HttpResponseParser(self)
        self._pieces: list[bytes] = []
        self._held = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.status = 0
        self.has_begun = self.is_over = False
        self.keeps = True

    @property
    def is_usable(self) -> bool:
        return self.is_over and self.keeps and not self.is_lost

    def ask(self, method: str, sent: bytes) -> None:
        self._clear(method)
        self._transport.write(sent)

    async def send(self, part: bytes) -> None:
        """Errors: Lost."""
        await self._may_write.wait()
        if self.is_lost:
            raise Lost("asked")
        self._transport.write(part)

    async def has_head(self) -> None:
        """Errors: Lost."""
        while not self.has_begun:
            await self._wait()

    async def pieces(self) -> Any:
        """Of the body. Errors: Lost."""
        while True:
            while self._pieces:
                found, self._pieces, self._held = self._pieces, [], 0
                self._transport.resume_reading()
                for piece in found:
                    yield piece
            if self.is_over:
                return
            await self._wait(PIECE_S)

    async def _wait(self, most_s: float | None = None) -> None:
        if self.is_lost:
            raise Lost("asked")
        self._news.clear()
        try:
            await asyncio.wait_for(self._news.wait(), most_s)
        except TimeoutError:
            raise Lost("asked") from None

    def close(self) -> None:
        self.keeps = False
        if self._transport is not None:
            self._transport.close()

    # What asyncio calls.

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            if not self.is_over:
                self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.abort()
        self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        self._may_write.set()
        self._news.set()

    def eof_received(self) -> None:
        self.keeps = False

    def pause_writing(self) -> None:
        self._may_write.clear()

    def resume_writing(self) -> None:
        self._may_write.set()

    # What the parser calls.

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        if self.status < 200:
            self.headers = []
            return
        self.has_begun = True
        self.keeps = self.keeps and self._parser.should_keep_alive()
        if self._method == "HEAD" or self.status in WITHOUT_BODY:
            self.is_over = True

    def on_body(self, body: bytes) -> None:
        self._pieces.append(body)
        self._held += len(body)
        if self._held > HIGH_BYTES:
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        if self.has_begun:
            self.is_over = True
