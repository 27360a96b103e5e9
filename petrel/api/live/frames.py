"""Events as bytes: server-sent events, and messages of a WebSocket (RFC 6455) with its small framing.

Frames of a server are not masked, so that one event is the same bytes for all who get it.
source: RFC 6455 sections 5.2, 5.5, 7.4; HTML Living Standard, 9.2 (server-sent events).
"""

import base64
import hashlib
from collections.abc import Iterator

import msgspec

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
MOST_MESSAGE_BYTES = 4_096
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

# Why a WebSocket is closed by us.
GOING_AWAY, BAD_FRAMES, NOT_TEXT, NOT_ALLOWED, TOO_LARGE = 1001, 1002, 1003, 1008, 1009
RESTART, TOO_SLOW = 1012, 1013

GREETING = b":)\n\n"
THUMP = b":thump\n\n"


def accept_of(key: bytes) -> bytes:
    return base64.b64encode(hashlib.sha1(key + GUID, usedforsecurity=False).digest())


def sse(event: bytes, payload: bytes, number: int = 0) -> bytes:
    """`payload` has no line break: JSON as we write it has none. `number`: by which a client can come back."""
    mark = b"id: %d\n" % number if number else b""
    return b"event: %s\n%sdata: %s\n\n" % (event, mark, payload)


def message(stream: bytes, event: bytes, payload: bytes | None) -> bytes:
    """`stream`: JSON of the topic's name, such as ["hashtag","x"]."""
    said = b"" if payload is None else b',"payload":' + msgspec.json.encode(payload.decode())
    return framed(TEXT, b'{"stream":%s,"event":"%s"%s}' % (stream, event, said))


def framed(kind: int, body: bytes) -> bytes:
    size = len(body)
    if size < 126:
        head = bytes((0x80 | kind, size))
    elif size < 65_536:
        head = bytes((0x80 | kind, 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((0x80 | kind, 127)) + size.to_bytes(8, "big")
    return head + body


def close_frame(code: int, why: str = "") -> bytes:
    return framed(CLOSE, code.to_bytes(2, "big") + why.encode()[:123])


PING_FRAME = framed(PING, b"")


class BadFrame(Exception):
    """`code`: the number with which the connection is closed."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


def read_frames(buffer: bytearray) -> Iterator[tuple[int, bool, bytes]]:
    """(kind, whether it is the last of its message, body) of the whole frames in `buffer`, which are taken out of it.

    Errors: BadFrame, for what a client may not send.
    """
    while len(buffer) >= 2:
        first, second = buffer[0], buffer[1]
        kind, size, at = first & 15, second & 127, 2
        if first & 0x70:
            raise BadFrame(BAD_FRAMES, "a bit is set that means nothing")
        if not second & 0x80:
            raise BadFrame(BAD_FRAMES, "clients mask what they send")
        if kind >= CLOSE and (size > 125 or not first & 0x80):
            raise BadFrame(BAD_FRAMES, "a control frame that is too long, or in pieces")
        if kind not in (0, TEXT, BINARY, CLOSE, PING, PONG):
            raise BadFrame(BAD_FRAMES, "a kind of frame that nobody knows")
        if size > 125:
            at = 4 if size == 126 else 10
            if len(buffer) < at:
                return
            size = int.from_bytes(buffer[2:at], "big")
        if size > MOST_MESSAGE_BYTES:
            raise BadFrame(TOO_LARGE, "a message that is too long")
        end = at + 4 + size
        if len(buffer) < end:
            return
        mask, body = buffer[at:at + 4], buffer[at + 4:end]
        del buffer[:end]
        yield kind, bool(first & 0x80), bytes(b ^ mask[i & 3] for i, b in enumerate(body))
