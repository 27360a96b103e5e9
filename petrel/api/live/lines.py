"""One open connection: what is written to it, how much may wait, how it ends.

A line is the protocol of its transport; no task and no timer belong to it. What waits for a slow reader is bounded in
bytes and in events: the line is closed then, with the reason. A reader that is gone without a word is noticed by the
kernel, which waits so long for the answer to a heartbeat.
"""

import asyncio
import contextlib
import socket
from typing import Any, Protocol

import msgspec

from petrel.api.live import frames
from petrel.api.live.topics import Topic
from petrel.core.viewer import Member

MOST_WAITING_BYTES = 262_144
MOST_WAITING = 2_000
LEAST_WAITING_BYTES = 16_384       # above it events are counted as waiting
UNANSWERED_MS = 45_000
MOST_TOPICS = 32
TCP_USER_TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", None)


class Keeper(Protocol):
    """Who keeps the lines and is told what becomes of them: the hub."""

    is_leaving: bool

    def open(self, line: "Line") -> None: ...
    def resume(self, line: "Line") -> None: ...
    def asked(self, line: "Line", message: bytes) -> None: ...
    def ended(self, line: "Line") -> None: ...
    def gone(self, line: "Line") -> None: ...


class Line(asyncio.Protocol):
    """`is_socket`: a WebSocket, else server-sent events. `connections`: the server's set of open ones."""

    __slots__ = ("buffer", "connections", "hub", "is_ending", "is_paused", "is_socket", "member", "number", "part",
                 "resumes", "topics", "transport", "waiting")

    def __init__(self, hub: Keeper, member: Member, topics: tuple[Topic, ...], *, is_socket: bool) -> None:
        self.hub, self.member, self.topics, self.is_socket = hub, member, topics, is_socket
        self.number = 0
        self.transport: Any = None
        self.connections: set[Any] | None = None
        self.buffer: bytearray | None = None
        self.part: bytearray | None = None
        self.is_paused = self.is_ending = False
        self.waiting = 0
        self.resumes = 0           # after which event its client comes back

    # What the transport calls.

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        if self.connections is not None:
            self.connections.add(self)
        with contextlib.suppress(OSError):
            transport.set_write_buffer_limits(LEAST_WAITING_BYTES)
            peer = transport.get_extra_info("socket")
            if peer is not None and peer.family != socket.AF_UNIX and TCP_USER_TIMEOUT is not None:
                peer.setsockopt(socket.IPPROTO_TCP, TCP_USER_TIMEOUT, UNANSWERED_MS)
        self.hub.open(self)
        if self.resumes and self.topics:
            self.hub.resume(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.connections is not None:
            self.connections.discard(self)
        self.hub.gone(self)
        self.transport = None

    def eof_received(self) -> None:
        """The transport closes itself."""

    def pause_writing(self) -> None:
        self.is_paused = True

    def resume_writing(self) -> None:
        self.is_paused = False
        self.waiting = 0

    def data_received(self, data: bytes) -> None:
        if not self.is_socket or self.is_ending:
            return
        buffer = self.buffer
        if buffer is None:
            buffer = bytearray(data)
        else:
            buffer += data
        try:
            for kind, is_last, body in frames.read_frames(buffer):
                self._take(kind, is_last, body)
                if self.is_ending:
                    return
        except frames.BadFrame as e:
            self.end(e.code, str(e))
            return
        self.buffer = buffer if buffer else None

    def shutdown(self) -> None:
        """uvicorn goes. Where there is time the hub says goodbye to one after the other."""
        if not self.hub.is_leaving:
            self.end(frames.GOING_AWAY, "The server is going away")

    # What the hub calls.

    def put(self, frame: bytes) -> bool:
        """Sends one event; False when the line has ended or ends with it."""
        transport = self.transport
        if transport is None or self.is_ending:
            return False
        if self.is_paused:
            self.waiting += 1
            if self.waiting > MOST_WAITING or transport.get_write_buffer_size() > MOST_WAITING_BYTES:
                self.end(frames.TOO_SLOW, "You read too slowly for what is sent; please connect again")
                return False
        transport.write(frame)
        return True

    def beat(self) -> None:
        if not self.is_paused and self.transport is not None and not self.is_ending:
            self.transport.write(frames.PING_FRAME if self.is_socket else frames.THUMP)

    def refuse(self, why: str, status: int) -> None:
        """An answer to something that the client asked for on a WebSocket."""
        if self.transport is not None and not self.is_ending:
            said = msgspec.json.encode({"error": why, "status": status})
            self.transport.write(frames.framed(frames.TEXT, said))

    def end(self, code: int, why: str, *, again_ms: int = 0) -> None:
        """Says why and closes; what still waits has a few seconds to go out (`Hub`)."""
        if self.transport is None or self.is_ending:
            return
        self.is_ending = True
        self.buffer = self.part = None
        if self.is_socket:
            self.transport.write(frames.close_frame(code, why))
        else:
            # No empty line: that would be an event without a name, which some clients do not take.
            again = f"retry: {again_ms}\n" if again_ms else ""
            self.transport.write(f"{again}: {why}\n".encode())
        self.transport.close()
        self.hub.ended(self)

    # What a client of a WebSocket says.

    def _take(self, kind: int, is_last: bool, body: bytes) -> None:
        if kind == frames.PING:
            if not self.is_paused:
                self.transport.write(frames.framed(frames.PONG, body))
        elif kind == frames.CLOSE:
            self.end(int.from_bytes(body[:2], "big") if len(body) >= 2 else 1000, "")
        elif kind in (frames.TEXT, frames.BINARY, 0):
            self._take_part(kind, is_last, body)

    def _take_part(self, kind: int, is_last: bool, body: bytes) -> None:
        if (kind == 0) == (self.part is None):
            raise frames.BadFrame(frames.BAD_FRAMES, "a message that begins in the middle, or twice")
        if kind == frames.BINARY:
            raise frames.BadFrame(frames.NOT_TEXT, "messages here are text")
        whole = body if self.part is None else bytes(self.part) + body
        if len(whole) > frames.MOST_MESSAGE_BYTES:
            raise frames.BadFrame(frames.TOO_LARGE, "a message that is too long")
        self.part = None if is_last else bytearray(whole)
        if is_last:
            self.hub.asked(self, whole)


class Pipe:
    """In place of a transport, where the answer goes through ASGI: HTTP/2, and tests without a socket."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._waiting: list[bytes] = []
        self._size = 0
        self._news = asyncio.Event()
        self.is_closed = False

    def write(self, data: bytes) -> None:
        self._waiting.append(data)
        self._size += len(data)
        if self._size > LEAST_WAITING_BYTES:
            self._line.pause_writing()
        self._news.set()

    def close(self) -> None:
        self.is_closed = True
        self._news.set()

    def abort(self) -> None:
        self._waiting.clear()
        self.close()

    def get_write_buffer_size(self) -> int:
        return self._size

    def set_write_buffer_limits(self, high: int) -> None:
        """There is one limit."""

    def get_extra_info(self, name: str) -> None:
        return None

    async def pieces(self) -> Any:
        """What is to be sent, until the line ends."""
        while self._waiting or not self.is_closed:
            if not self._waiting:
                self._news.clear()
                await self._news.wait()
                continue
            some, self._waiting, self._size = b"".join(self._waiting), [], 0
            yield some
            if self._line.is_paused and not self._waiting:
                self._line.resume_writing()
