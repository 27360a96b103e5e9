"""The envelope around web pages: everything that is no API address goes to another ASGI app through here.

It limits bodies, adds the safety headers a page did not set itself, and turns what a page let slip into an
answer without details. The page finds `scope["petrel.call_id"]` and `scope["petrel.ip"]`.
"""

import html
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from petrel.api.http.arriving import Arrival
from petrel.api.http.body import Message, Receive
from petrel.api.http.cors import CORS
from petrel.api.http.errors import TooLarge
from petrel.api.http.reply import HTML_TYPE, Header, Reply, encode
from petrel.core.limits import MOST_VIDEO_MIB

Scope = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# `form-action` is left out: browsers apply it to the redirect after the authorize form too, into an app.
CSP = b"default-src 'self'; img-src 'self' data: https:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
SAFETY: tuple[Header, ...] = (
    (b"content-security-policy", CSP),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
HSTS: Header = (b"strict-transport-security", b"max-age=31536000")


class Envelope:
    """Around one request to the pages. `status`: of the answer, 0 until its first bytes are out.

    A 404 stays here until `release`: the gate knows when it may go.
    """

    __slots__ = ("_extra", "_held", "_left_bytes", "_most_bytes", "_receive", "_send", "status")

    def __init__(self, receive: Receive, send: Send, most_bytes: int, extra: tuple[Header, ...]) -> None:
        self._receive, self._send = receive, send
        self._most_bytes = self._left_bytes = most_bytes
        self._extra = extra
        self._held: list[Message] = []
        self.status = 0

    def pace(self, arrival: Arrival) -> None:
        """For forms with files."""
        self._receive = arrival.paced(self._receive)

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left_bytes -= len(message.get("body", b""))
            if self._left_bytes < 0:
                raise TooLarge(self._most_bytes)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            present = {name.lower() for name, _ in headers}
            headers += [header for header in self._extra if header[0] not in present]
            message = {**message, "headers": headers}
            self.status = message["status"]
        if self.status == 404:
            self._held.append(message)
        else:
            await self._send(message)

    async def release(self) -> None:
        """Sends what was held."""
        for message in self._held:
            await self._send(message)

    async def send_whole(self, reply: Reply) -> None:
        body = encode(reply.body)
        headers = [(b"content-type", reply.type), (b"content-length", b"%d" % len(body)), *reply.headers]
        await self.send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


FILES_TO = frozenset(("/compose", "/share"))
"""Pages whose forms may bring files."""

MOST_FILES_BYTES = (MOST_VIDEO_MIB + 1) << 20
"""All files of a form together; the rooms say how large each may be."""


def extra_headers(call_id: str, *, is_https: bool, is_open: bool) -> tuple[Header, ...]:
    """What every page gets unless it says otherwise."""
    extra: tuple[Header, ...] = (*SAFETY, (b"x-request-id", call_id.encode()))
    if is_https:
        extra += (HSTS,)
    return extra + CORS if is_open else extra


def error_page(reply: Reply, call_id: str) -> Reply:
    """A bare page for an error that no page caught, in words for people."""
    body = reply.body if isinstance(reply.body, dict) else {}
    text = html.escape(str(body.get("error", "Something went wrong")))
    page = (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{text}</title>"
        f"<h1>{text}</h1><p>Request {call_id}</p><p><a href='/'>Back to the start</a></p></html>"
    )
    return Reply(page.encode(), reply.status, reply.headers, HTML_TYPE)
