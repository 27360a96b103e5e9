"""The plain port beside HTTPS: sends everybody to the site's address, and answers the questions of a certificate
authority (http-01). Nothing else is to be had here, so nothing that is a secret can be asked for in the clear.

source: RFC 8555, section 8.3; RFC 9110, section 15.4.9 (308 keeps method and body).
"""

import asyncio
import re
from pathlib import Path
from typing import Any

MOST_HEAD_BYTES = 16_384
HEAD_S = 10.0
QUESTION = b"/.well-known/acme-challenge/"
TOKEN = re.compile(rb"[A-Za-z0-9_-]{1,128}")
TARGET = re.compile(rb"/[\x21-\x7e]{0,4000}")


def answer(head: bytes, address: str, questions: Path) -> bytes:
    """To one request, of which `head` is at least the first line. `questions`: folder of TOKEN -> what to say."""
    first = head.split(b"\r\n", 1)[0].split(b" ")
    if len(first) != 3 or not first[2].startswith(b"HTTP/1.") or not TARGET.fullmatch(first[1]):
        return _said(b"400 Bad Request", b"This is no request.")
    method, target, _ = first
    if target.startswith(QUESTION):
        token = target[len(QUESTION):]
        try:
            found = (questions / token.decode()).read_bytes() if TOKEN.fullmatch(token) else None
        except OSError:
            found = None
        return _said(b"404 Not Found", b"Nobody asked for this.") if found is None else _said(b"200 OK", found)
    where = b"location: " + address.encode() + target + b"\r\n"
    status = b"301 Moved Permanently" if method in (b"GET", b"HEAD") else b"308 Permanent Redirect"
    return _said(status, b"" if method == b"HEAD" else b"This site speaks HTTPS.", where)


def _said(status: bytes, body: bytes, header: bytes = b"") -> bytes:
    return (b"HTTP/1.1 " + status + b"\r\n" + header + b"content-type: text/plain; charset=utf-8\r\n"
            b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body) + body)


class Plain(asyncio.Protocol):
    """One connection, one answer."""

    def __init__(self, address: str, questions: Path) -> None:
        self._address, self._questions = address, questions
        self._head = b""
        self._transport: Any = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._timer = asyncio.get_running_loop().call_later(HEAD_S, transport.abort)

    def data_received(self, data: bytes) -> None:
        if self._transport.is_closing():
            return
        self._head += data
        if b"\r\n\r\n" in self._head or len(self._head) > MOST_HEAD_BYTES:
            self._transport.write(answer(self._head, self._address, self._questions))
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
