"""An answer's headers and bytes, put on the wire."""

import asyncio
import time

from petrel.api.http import pacing
from petrel.api.http.body import Receive
from petrel.api.http.call import Call
from petrel.api.http.cors import ALLOW_ORIGIN, CORS
from petrel.api.http.pages import Send
from petrel.api.http.reply import JSON_TYPE, Header, Reply, Stream
from petrel.api.http.wire import BROKEN_OFF, WHOLE
from petrel.core import flags, packing
from petrel.core.viewer import account_of

PRIVATE = b"private, no-store"
JSON_CONTENT: Header = (b"content-type", JSON_TYPE)
CACHE_PRIVATE: Header = (b"cache-control", PRIVATE)
NOSNIFF: Header = (b"x-content-type-options", b"nosniff")
VARY_ORIGIN: Header = (b"vary", b"Origin")
VARY_ENCODING: Header = (b"vary", b"Accept-Encoding")
PACKED: Header = (b"content-encoding", b"gzip")
CLOSE: Header = (b"connection", b"close")

CONVERSATIONS = "/api/v1/conversations"
LINGER_S = 2.0
LINGER_BYTES = 8_000_000
NO_BODY = frozenset((204, 304))
PIECE_S = 30.0
"""Who takes no piece of a file for so long takes no more."""


def headers_of(call: Call, reply: Reply, body_bytes: int, *, has_cors: bool) -> list[Header]:
    headers = [
        JSON_CONTENT if reply.type is JSON_TYPE else (b"content-type", reply.type),
        (b"content-length", b"%d" % body_bytes),
        CACHE_PRIVATE if reply.cache == PRIVATE else (b"cache-control", reply.cache),
        NOSNIFF,
        (b"x-request-id", call.id.encode()),
        *call.limit_headers,
        *reply.headers,
    ]
    if reply.status in NO_BODY:
        del headers[:2]
    if reply.status < 400:
        headers += call.added_headers
    if has_cors:
        headers += CORS if ALLOW_ORIGIN not in reply.headers else ()
    if reply.cache != PRIVATE:
        headers.append(VARY_ORIGIN)
    return headers


def may_be_packed(call: Call, reply: Reply, body_bytes: int) -> bool:
    """What is not found stays the same bytes for everybody (decision 0014); conversations are between few."""
    return (body_bytes >= packing.LEAST_BYTES and reply.status == 200 and reply.type is JSON_TYPE
            and call.method in ("GET", "HEAD") and call.path != CONVERSATIONS)


async def send_reply(
    send: Send, unread: Receive | None, call: Call, reply: Reply, body: bytes, *, has_cors: bool
) -> None:
    """`unread`: given when the body was refused unread, to take it off the wire afterwards."""
    varies = may_be_packed(call, reply, len(body))
    packs = (varies and packing.is_taken(call.headers.get(b"accept-encoding"))
             and flags.PACKED_ANSWERS.is_on(account_of(call.viewer)))
    if packs:
        body = packing.packed(body)
    headers = headers_of(call, reply, len(body), has_cors=has_cors)
    if varies:
        headers.append(VARY_ENCODING)
    if packs:
        headers.append(PACKED)
    if unread is not None and CLOSE not in headers:
        headers.append(CLOSE)
    if call.method == "HEAD":
        body = b""
    if unread is None and call.takes_whole:
        await send({"type": WHOLE, "status": reply.status, "headers": headers, "body": body})
        return
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if unread is not None and b"expect" not in call.headers:
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await _linger(unread)
        body = b""
    await send({"type": "http.response.body", "body": body})


async def send_stream(send: Send, call: Call, reply: Reply, body: Stream, *, has_cors: bool) -> None:
    """A file, as fast as it is taken; no more than one piece of it is in memory."""
    headers = headers_of(call, reply, body.size, has_cors=has_cors)
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if call.method == "HEAD":
        await send({"type": "http.response.body", "body": b""})
        return
    left = body.size
    try:
        async for piece in body.pieces:
            for some in pacing.parts(piece):
                left -= len(some)
                await pacing.GOING.take(len(some))
                async with asyncio.timeout(PIECE_S):
                    await send({"type": "http.response.body", "body": some, "more_body": left > 0})
    except TimeoutError:
        left = -1
    if left:
        await send({"type": BROKEN_OFF})


async def _linger(receive: Receive) -> None:
    """Reads on and throws away for a moment, the answer being out already.

    A connection closed while the client still sends is reset, and most clients then never see the answer.
    """
    ends, left = time.monotonic() + LINGER_S, LINGER_BYTES
    while left > 0:
        try:
            message = await asyncio.wait_for(receive(), ends - time.monotonic())
        except TimeoutError:
            return
        if message["type"] != "http.request" or not message.get("more_body", False):
            return
        left -= len(message.get("body", b""))
