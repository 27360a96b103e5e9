"""Reading a request's body: never more than allowed, and as what its content type says.

A length that is too large is refused before a byte is read; a body without a length (chunked) is cut
off at the limit. `Content-Encoding` is not undone: nothing here unpacks what somebody compressed.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

from petrel.api.http.arriving import Arrival
from petrel.api.http.errors import BadRequest, ClientGone, TooLarge, UnknownType
from petrel.api.http.params import MOST_KEYS, Raw, parse_json, parse_query, put
from petrel.core.multipart import Multipart, Unreadable, Upload

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
HeaderMap = dict[bytes, bytes]


def has_body(headers: HeaderMap) -> bool:
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"


def refuse_length(headers: HeaderMap, most_bytes: int) -> None:
    """Errors: TooLarge by the announced length; BadRequest for a length that is no number."""
    length = headers.get(b"content-length")
    if length is not None:
        if not length.isdigit():
            raise BadRequest("The content length is not a number")
        if len(length) > 15 or int(length) > most_bytes:
            raise TooLarge(most_bytes)


async def chunks(receive: Receive, most_bytes: int) -> AsyncIterator[bytes]:
    """The body as it comes. Errors: TooLarge once it passes the limit; ClientGone."""
    left = most_bytes
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        left -= len(chunk)
        if left < 0:
            raise TooLarge(most_bytes)
        if chunk:
            yield chunk
        if not message.get("more_body", False):
            return


class Body:
    """One read body. `raw` is kept for signatures; empty for multipart, whose files may be on disk. `arrival`: the
    room that they were given."""

    __slots__ = ("arrival", "params", "raw", "uploads")

    def __init__(self, raw: bytes = b"", params: Raw | None = None, uploads: list[Upload] | None = None,
                 arrival: Arrival | None = None) -> None:
        self.raw = raw
        self.params: Raw = {} if params is None else params
        self.uploads: list[Upload] = [] if uploads is None else uploads
        self.arrival = arrival

    def close(self) -> None:
        for upload in self.uploads:
            upload.file.close()
        if self.arrival is not None:
            self.arrival.end()


async def read_body(receive: Receive, headers: HeaderMap, most_bytes: int) -> Body:
    """Errors: TooLarge, BadRequest, UnknownType, ClientGone; for files those of `Arrival`."""
    refuse_length(headers, most_bytes)
    content_type = headers.get(b"content-type", b"")
    kind = content_type.partition(b";")[0].strip().lower()
    if kind == b"multipart/form-data":
        return await _read_multipart(receive, headers, content_type, most_bytes)
    raw = b"".join([chunk async for chunk in chunks(receive, most_bytes)])
    return Body(raw, _parse(kind, raw))


def _parse(kind: bytes, raw: bytes) -> Raw:
    if kind == b"application/json" or kind.endswith(b"+json"):
        return parse_json(raw)
    if kind == b"application/x-www-form-urlencoded":
        return parse_query(raw)
    if not raw:
        return {}
    if not kind:
        # Some scripts send no type at all: an object in braces is JSON, the rest a form.
        return parse_json(raw) if raw.lstrip()[:1] == b"{" else parse_query(raw)
    name = kind.decode("latin-1")[:80]
    raise UnknownType(f'The body must be JSON, a form or multipart, not "{name}"')


async def _read_multipart(receive: Receive, headers: HeaderMap, content_type: bytes, most_bytes: int) -> Body:
    try:
        form = Multipart(content_type, MOST_KEYS)
    except Unreadable as error:
        raise BadRequest(error.message) from error
    arrival = Arrival(headers, most_bytes)
    body = Body(uploads=form.uploads, arrival=arrival)
    try:
        async for chunk in chunks(arrival.paced(receive), most_bytes):
            form.write(chunk)
        form.finish()
        for name, value in form.parts:
            put(body.params, name, value)
        return body
    except Unreadable as error:
        body.close()
        raise BadRequest(error.message) from error
    except BaseException:
        body.close()
        raise
