"""uvicorn's connection with what it lacks: an end to how long a request's head may be and may take to come, and
an answer sent in one piece. Give it to uvicorn: `Config(http=Connection)`.

uvicorn keeps headers for ever in memory (tried: 300 MB on one connection) and never ends a connection that stops
in the middle of them. This leans on inner names of uvicorn (0.54); the tests drive it through a socket.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from petrel.api.http import pacing

MOST_HEAD_BYTES = 65_536
# Of a body that was answered without being read, and still comes.
MOST_LEFTOVER_BYTES = 2_000_000
HEAD_S = 20.0
LINGER_S = 4.0
"""How long connections without a request stay, when another process takes over; shorter than `parts.GRACE_S`."""

WHOLE = "petrel.whole"
TAKEN = "petrel.taken"
BROKEN_OFF = "petrel.broken_off"
"""A message: no more of this answer comes, though more was announced."""

CLOSE = (b"connection", b"close")
EXTENSIONS: dict[str, dict[str, str]] = {WHOLE: {}}
EXTENSIONS_1: dict[str, dict[str, str]] = {WHOLE: {}, TAKEN: {}}
"""Of HTTP/1.1, where an answer may be the connection itself from then on."""
TOO_MUCH = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/json; charset=utf-8\r\n"
    b'content-length: 36\r\nconnection: close\r\n\r\n{"error":"The headers are too large"}'
)


_lingers = False


def linger() -> None:
    """From now on `shutdown` leaves connections their time: whoever asks once more gets an answer, and is told with it
    that this connection ends. Closed at once, a request that is on its way would be lost."""
    global _lingers
    _lingers = True


def lingers() -> bool:
    return _lingers


LEAVING: list[Callable[[bool], None]] = []
"""Told when the server begins to leave: whether another process serves beside it, so that there is time."""


class Exchange(RequestResponseCycle):
    """One request and its answer. Besides the messages of ASGI it takes `WHOLE`: status, headers and all the body.

    Half the cost of two messages, since these headers need no looking through one by one: they are our own.
    And `TAKEN`: status and headers, after which the connection is the line's that comes along.
    """

    async def send(self, message: Any) -> None:
        if message["type"] == BROKEN_OFF:
            self.transport.close()
            self.disconnected = True
            return
        if message["type"] == TAKEN:
            self._give_away(message)
            return
        if message["type"] != WHOLE:
            await super().send(message)
            return
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        head = self._head(message, () if self.keep_alive else (CLOSE,))
        self.response_started = self.response_complete = True
        self.waiting_for_100_continue = False
        self.transport.writelines((head, message["body"]))
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()

    def _head(self, message: Any, more: Sequence[tuple[bytes, bytes]] = ()) -> bytes:
        headers = [*self.default_headers, *message["headers"], *more]
        parts = [STATUS_LINE[message["status"]]]
        for name, value in headers:
            parts += (name, b": ", value, b"\r\n")
            if name == b"connection":
                self.keep_alive = False
        parts.append(b"\r\n")
        head = b"".join(parts)
        if head.count(b"\n") != len(headers) + 2 or b"\0" in head:
            # A line break in a value would begin a header, or an answer, of somebody else's making.
            raise RuntimeError("a header with a line break or NUL in it")
        return head

    def _give_away(self, message: Any) -> None:
        self.response_started = self.response_complete = True
        self.message_event.set()
        if not self.disconnected and not self.transport.is_closing():
            connection: Any = self.transport.get_protocol()
            connection.give_away(self._head(message), message["line"])


class Connection(HttpToolsProtocol):
    """One connection. The head of a request is limited in bytes and seconds, kept waiting or not."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._stray_bytes = 0
        self._head_began = 0.0
        self._is_last = self._is_narrow = False
        # One that never says anything ends as one that stops in the middle.
        self.timeout_keep_alive_task = self.loop.call_later(HEAD_S, self.timeout_keep_alive_handler)

    def data_received(self, data: bytes) -> None:
        cycle = self.cycle
        body_bytes = 0 if cycle is None else len(cycle.body)
        super().data_received(data)
        if self.cycle is not cycle or (cycle is not None and len(cycle.body) > body_bytes):
            self._stray_bytes = 0
            self._head_began = 0.0
            if self.cycle is not cycle and self.cycle.more_body:
                self._is_narrow = pacing.narrow(self.transport)
        elif not self.transport.is_closing():
            self._count_stray(len(data))

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        if self._is_narrow:
            self.flow.pause_reading()       # one piece is enough; uvicorn holds 64 kB, and the system as much again

    def _count_stray(self, size_bytes: int) -> None:
        """Bytes that were neither the end of a head nor wanted of a body: more head, trailers, or leftovers."""
        cycle = self.cycle
        self._stray_bytes += size_bytes
        is_leftover = cycle is not None and cycle.more_body and cycle.response_complete
        if self._stray_bytes > (MOST_LEFTOVER_BYTES if is_leftover else MOST_HEAD_BYTES):
            if cycle is None or cycle.response_complete:
                self.transport.write(TOO_MUCH)
            self.transport.close()
        elif cycle is None or cycle.response_complete:
            self._head_began = self._head_began or time.monotonic()
            self._unset_keepalive_if_required()
            left_s = max(0.0, self._head_began + HEAD_S - time.monotonic())
            self.timeout_keep_alive_task = self.loop.call_later(left_s, self.timeout_keep_alive_handler)

    def give_away(self, head: bytes, line: Any) -> None:
        """The connection is `line`'s from now on: an asyncio protocol, told of the set of the server's connections.
        Nothing of this one stays in memory."""
        self._unset_keepalive_if_required()
        self.connections.discard(self)
        transport, self.transport, self.cycle, self.parser = self.transport, None, None, None
        self.flow = None
        transport.write(head)
        line.connections = self.connections
        transport.set_protocol(line)
        line.connection_made(transport)

    def _unsupported_upgrade_warning(self) -> None:
        """An upgrade is an answer of ours (`TAKEN`), or is refused by one."""

    def shutdown(self) -> None:
        is_idle = self.cycle is None or self.cycle.response_complete
        if not _lingers or not is_idle or self.transport.is_closing():
            super().shutdown()
            return
        self._is_last = True
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_later(LINGER_S, self.timeout_keep_alive_handler)

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        if self._is_last:
            cycle.keep_alive = False
        # uvicorn names its class for exchanges in the middle of a long method; the two differ in `send` only.
        cycle.__class__ = Exchange
        cycle.scope["extensions"] = EXTENSIONS_1
        super()._start_asgi_task(cycle, app)
