"""What an endpoint answers, and its bytes on the wire.

Endpoints return `bytes` (JSON already encoded), a struct, list or dict (encoded here), None (an empty
object, as that API answers acts without a result), or a `Reply` when status, headers or type differ.
"""

from collections.abc import AsyncIterator, Sequence
from urllib.parse import quote

import msgspec
from msgspec import Struct

Header = tuple[bytes, bytes]
Headers = Sequence[Header]

JSON_TYPE = b"application/json; charset=utf-8"
HTML_TYPE = b"text/html; charset=utf-8"
TEXT_TYPE = b"text/plain; charset=utf-8"


class Reply(Struct, frozen=True, gc=False):
    """`body`: bytes as they are; `Pieces` are joined; any other object is encoded as JSON."""

    body: object = b""
    status: int = 200
    headers: Headers = ()
    type: bytes = JSON_TYPE
    cache: bytes = b"private, no-store"


class Pieces(list[bytes]):
    """Encoded JSON values that make up one JSON array: the hot path of timelines."""


class Plain(list[bytes]):
    """Bytes to be joined as they are, brackets and commas included."""


class Stream(Struct, frozen=True):
    """A body of so many bytes that comes piece by piece. `pieces` may end early: the connection then ends too."""

    size: int
    pieces: AsyncIterator[bytes]


def encode(body: object) -> bytes:
    if type(body) is bytes:
        return body
    if type(body) is Pieces:
        if len(body) < 2:
            return b"[%s]" % b"".join(body)
        # The brackets go to the outer pieces first: put around the whole they would copy it twice more.
        return b",".join((b"[" + body[0], *body[1:-1], body[-1] + b"]"))
    if type(body) is Plain:
        return b"".join(body)
    return b"{}" if body is None else msgspec.json.encode(body)


def redirect(url: str, status: int = 302) -> Reply:
    """`url` as it stands, custom schemes included: whoever calls has checked where it leads."""
    return Reply(b"", status, ((b"location", _header_text(url)),), TEXT_TYPE)


def html(text: str, status: int = 200) -> Reply:
    return Reply(text.encode(), status, (), HTML_TYPE)


def _header_text(text: str) -> bytes:
    """Percent-encoded where a header cannot hold it, which also keeps line breaks out."""
    return quote(text, safe="%/:?#[]@!$&'()*+,;=-._~").encode()
