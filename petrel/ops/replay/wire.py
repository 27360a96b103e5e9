"""The requests of a replay as bytes, and what is read from the answers. Client API as in docs/law and the
Mastodon documentation: POST /api/v1/statuses, POST /api/v1/statuses/:id/reblog, GET /api/v1/timelines/home.
"""

import msgspec
import numpy as np

from petrel.ops.replay.bulk import handle_of
from petrel.ops.replay.shapes import Kind

PAGE = 40
# What is said, since the recording has no words; the number keeps texts apart (a site may refuse repeated ones).
SAYINGS = (
    "the seminar is about to begin, the hall has been full since midnight",
    "so that is what five sigma looks like on a slide",
    "two experiments, one bump, and nobody in this room can sit still",
    "reading the announcement again, slowly, to be sure",
    "can somebody explain what a field has to do with mass?",
    "our whole office stopped working to watch the stream",
    "a good day for patience, and for very large machines",
)


class _Under(msgspec.Struct):
    id: str


class _Status(msgspec.Struct):
    id: str
    reblog: _Under | None = None


_one = msgspec.json.Decoder(_Status)
_many = msgspec.json.Decoder(list[_Status])


def status_of(body: bytes) -> tuple[int, int]:
    """(entry, under) of one status. Errors: ValueError."""
    return _pair(_one.decode(body))


def page_of(body: bytes) -> list[tuple[int, int]]:
    """(entry, under) of a page, in its order. Errors: ValueError."""
    return [_pair(status) for status in _many.decode(body)]


def _pair(status: _Status) -> tuple[int, int]:
    entry = int(status.id)
    return entry, int(status.reblog.id) if status.reblog else entry


def text_of(kind: int, target: int, key: int) -> str:
    saying = SAYINGS[key % len(SAYINGS)]
    if kind == Kind.MENTION:
        return f"To @{handle_of(target)}: {saying} ({key})"
    if kind == Kind.REPLY:
        return f"@{handle_of(target)} {saying} ({key})"
    return f"My first: {saying} ({-key})"


class Requests:
    """Builds requests for one site; all that repeats is put together once."""

    def __init__(self, netloc: str) -> None:
        self._host = b" HTTP/1.1\r\nHost: " + netloc.encode() + b"\r\nAuthorization: Bearer "

    def post(self, token: bytes, kind: int, target: int, key: int, reply_to: int, once: str) -> bytes:
        """A first post, a mention or a reply (`reply_to` is a post's id, 0 for none)."""
        fields = {"status": text_of(kind, target, key), "visibility": "public", "language": "en"}
        if reply_to:
            fields["in_reply_to_id"] = str(reply_to)
        return self._send(b"/api/v1/statuses", token, msgspec.json.encode(fields), once)

    def boost(self, token: bytes, post: int, once: str) -> bytes:
        return self._send(b"/api/v1/statuses/%d/reblog" % post, token, b"{}", once)

    def home(self, token: bytes, *, max_id: int = 0, since_id: int = 0, limit: int = PAGE) -> bytes:
        query = b"?limit=%d" % limit
        if max_id:
            query += b"&max_id=%d" % max_id
        if since_id:
            query += b"&since_id=%d" % since_id
        return b"GET /api/v1/timelines/home" + query + self._host + token + b"\r\n\r\n"

    def _send(self, path: bytes, token: bytes, body: bytes, once: str) -> bytes:
        head = b"\r\nContent-Type: application/json\r\nIdempotency-Key: %s\r\nContent-Length: %d\r\n\r\n"
        return b"POST " + path + self._host + token + head % (once.encode(), len(body)) + body


def ids(pairs: list[tuple[int, int]]) -> np.ndarray:
    """The pairs as rows (entry, under)."""
    return np.array(pairs, np.int64).reshape(-1, 2)
