"""HTTP/2 in our own web processes: one connection, of which every stream is one request to the application.

Chosen by ALPN (`serving.py: Chooser`). The same limits as over HTTP/1.1 (`wire.py`), and those that only HTTP/2 needs:
requests at once, requests given up as soon as they are made, frames that mean nothing, bytes that nobody has read.
source: RFC 9113, sections 5.1.2, 6.8, 8.1, 10.5; CVE-2023-44487 (rapid reset), CVE-2019-9512 (floods of pings).
"""

import asyncio
import logging
from typing import Any
from urllib.parse import unquote

from h2 import errors, events
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.exceptions import H2Error
from h2.settings import SettingCodes, Settings
from hyperframe.frame import GoAwayFrame

from petrel.api.http.wire import BROKEN_OFF, EXTENSIONS, HEAD_S, LINGER_S, MOST_HEAD_BYTES, WHOLE, lingers

log = logging.getLogger("petrel.http2")

MOST_AT_ONCE = 100              # requests of one connection, those that the client gave up included
UNREAD_BYTES = 1_048_576        # of all bodies of a connection that the application has not read yet
UNREAD_OF_ONE_BYTES = 262_144
STALLED_S = 30.0                # a client that takes nothing of an answer for so long has gone
MOST_NOISE = 1_000              # frames that mean nothing, since the last answer that was taken
NOISE_OF_A_RESET = 5
EVERY = 2 ** 31 - 1             # the largest number that a request can have

# What only HTTP/1.1 knows. source: RFC 9113, section 8.2.2
NOT_IN_HTTP2 = frozenset((b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade"))


class Stream:
    """One request and its answer: what the application gets as `receive` and `send`."""

    def __init__(self, connection: "Http2", number: int, method: str) -> None:
        self.connection = connection
        self.number = number
        self.is_head = method == "HEAD"
        self.body = bytearray()
        self.unread_bytes = 0           # with padding: what the client's window lacks
        self.has_ended = False          # the client has said all
        self._has_said_end = False      # the application knows that
        self.is_gone = False            # the client does not want it any more, or is not there
        self.has_begun = self.is_done = False
        self.news = asyncio.Event()     # of the body, or that the client has gone
        self.room = asyncio.Event()     # in the client's window

    async def receive(self) -> dict[str, Any]:
        while not (self.body or (self.has_ended and not self._has_said_end) or self.is_gone or self.is_done):
            self.news.clear()
            await self.news.wait()
        if self.is_gone or self.is_done:
            return {"type": "http.disconnect"}
        body = bytes(self.body)
        self.body.clear()
        self._has_said_end = self.has_ended
        self.connection.has_read(self)
        return {"type": "http.request", "body": body, "more_body": not self.has_ended}

    async def send(self, message: Any) -> None:
        kind = message["type"]
        if kind == WHOLE:
            self._begin(message)
            await self._give(message["body"], is_last=True)
        elif kind == "http.response.start":
            self._begin(message)
        elif kind == BROKEN_OFF:
            self.connection.give_up(self, errors.ErrorCodes.CANCEL)
            self.connection.flush()
        else:
            await self._give(message.get("body", b""), is_last=not message.get("more_body", False))

    def _begin(self, message: Any) -> None:
        if self.has_begun:
            raise RuntimeError("an answer that begins twice")
        self.has_begun = True
        headers = [(b":status", b"%d" % message["status"]), *self.connection.server_state.default_headers]
        headers += [(n, v) for n, v in message["headers"] if n not in NOT_IN_HTTP2]
        said = b"".join([part for pair in headers for part in pair])
        if b"\n" in said or b"\r" in said or b"\0" in said:
            # Whatever turns this into HTTP/1.1 again would make a header of it.
            raise RuntimeError("a header with a line break or NUL in it")
        if not self.is_gone:
            self.connection.h2.send_headers(self.number, headers)

    async def _give(self, body: bytes, *, is_last: bool) -> None:
        if not self.has_begun or self.is_done:
            raise RuntimeError("a piece of an answer that has not begun, or has ended")
        rest = memoryview(b"" if self.is_head else body)
        while rest and not self.is_gone:
            fits = await self._room_bytes()
            piece, rest = rest[:fits], rest[fits:]
            if fits:
                self.connection.h2.send_data(self.number, bytes(piece), end_stream=is_last and not rest)
        if is_last and not self.is_gone:
            if self.is_head or not body:
                self.connection.h2.end_stream(self.number)
            self.connection.has_answered(self)
        self.connection.flush()
        if is_last:
            self.is_done = True
            self.news.set()

    async def _room_bytes(self) -> int:
        """How much may go out now. Waits until some may; 0 when the client has gone meanwhile."""
        h2, connection = self.connection.h2, self.connection
        while not self.is_gone:
            if not connection.is_full:
                fits = min(h2.local_flow_control_window(self.number), h2.max_outbound_frame_size)
                if fits > 0:
                    return fits
            connection.flush()
            self.room.clear()
            try:
                async with asyncio.timeout(STALLED_S):
                    await self.room.wait()
            except TimeoutError:
                connection.give_up(self, errors.ErrorCodes.CANCEL)
        return 0

    def leave(self) -> None:
        """The client does not wait for the answer any more. What was begun is finished, as over HTTP/1.1."""
        self.is_gone = True
        self.body.clear()
        self.news.set()
        self.room.set()


class Http2(asyncio.Protocol):
    """One connection. Made as uvicorn makes its own, and known to it by `shutdown` alone."""

    def __init__(self, config: Any, server_state: Any, app_state: dict[str, Any], _loop: Any = None) -> None:
        self.config, self.server_state, self.app_state = config, server_state, app_state
        self.app = config.loaded_app
        self.loop = _loop or asyncio.get_running_loop()
        self.h2 = H2Connection(H2Configuration(client_side=False, header_encoding=None,
                                               validate_outbound_headers=False, normalize_outbound_headers=False))
        self.streams: dict[int, Stream] = {}        # until their answer is out
        self.running = 0
        self.is_full = False                        # the socket takes no more for now
        self.transport: Any = None
        self._noise = 0
        self._last = 0                              # number of the newest request
        self._is_warned = self._is_leaving = False
        self._timer: asyncio.TimerHandle | None = None

    # What asyncio calls.

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.server_state.connections.add(self)
        self._client = tuple(transport.get_extra_info("peername")[:2])
        self._server = tuple(transport.get_extra_info("sockname")[:2])
        self.h2.local_settings = Settings(client=False, initial_values={
            SettingCodes.MAX_CONCURRENT_STREAMS: MOST_AT_ONCE, SettingCodes.INITIAL_WINDOW_SIZE: UNREAD_OF_ONE_BYTES,
            SettingCodes.MAX_HEADER_LIST_SIZE: MOST_HEAD_BYTES})
        self.h2.initiate_connection()
        self.h2.increment_flow_control_window(UNREAD_BYTES - self.h2.inbound_flow_control_window)
        self.flush()
        self._end_after(HEAD_S)

    def connection_lost(self, exc: Exception | None) -> None:
        self.server_state.connections.discard(self)
        self._stop_timer()
        for stream in list(self.streams.values()):
            stream.leave()
        self.streams.clear()

    def data_received(self, data: bytes) -> None:
        try:
            found = self.h2.receive_data(data)
        except H2Error:             # what is wrong has been queued for the client
            self._end()
            return
        for event in found:
            self._take(event)
        if self._noise > MOST_NOISE:
            self._say_goodbye(errors.ErrorCodes.ENHANCE_YOUR_CALM)
            self._end()
            return
        self.flush()

    def eof_received(self) -> None:
        pass

    def pause_writing(self) -> None:
        self.is_full = True

    def resume_writing(self) -> None:
        self.is_full = False
        self._wake()

    # What uvicorn calls, and streams.

    def shutdown(self) -> None:
        """No new requests; those under way are answered. Where there is time, the client hears of it first, so that
        none is on its way when it is true. source: RFC 9113, section 6.8"""
        if lingers() and not self._is_warned:
            self._is_warned = True
            self._say_goodbye(errors.ErrorCodes.NO_ERROR, last=EVERY)
            self.loop.call_later(LINGER_S, self.shutdown)
            return
        if self.transport.is_closing() or self._is_leaving:
            return
        self._is_leaving = True
        self._say_goodbye(errors.ErrorCodes.NO_ERROR)
        if not self.streams:
            self._end()

    def flush(self) -> None:
        if (data := self.h2.data_to_send()) and not self.transport.is_closing():
            self.transport.write(data)

    def has_read(self, stream: Stream) -> None:
        """The application has taken what had come of a body: the client may send as much again."""
        if stream.unread_bytes and not stream.is_gone:
            self.h2.acknowledge_received_data(stream.unread_bytes, stream.number)
            stream.unread_bytes = 0
            self.flush()

    def has_answered(self, stream: Stream) -> None:
        """The answer is out. A client that still sends is told, without an error, that nobody listens."""
        self._noise = 0
        if not stream.has_ended:
            self.give_up(stream, errors.ErrorCodes.NO_ERROR)
        self._forget(stream)

    def give_up(self, stream: Stream, code: errors.ErrorCodes) -> None:
        if self.streams.get(stream.number) is stream:
            self.h2.reset_stream(stream.number, code)
        self._return_window(stream)
        stream.leave()

    # What comes.

    def _take(self, event: events.Event) -> None:
        if isinstance(event, events.RequestReceived):
            self._begin(event)
        elif isinstance(event, events.DataReceived):
            self._take_body(event)
        elif isinstance(event, events.StreamEnded):
            if stream := self.streams.get(event.stream_id):
                stream.has_ended = True
                stream.news.set()
        elif isinstance(event, events.StreamReset):
            self._noise += NOISE_OF_A_RESET
            if stream := self.streams.get(event.stream_id):
                self._return_window(stream)
                stream.leave()
                self._forget(stream)
        elif isinstance(event, events.WindowUpdated | events.RemoteSettingsChanged):
            self._noise += 1
            self._wake()
        elif isinstance(event, events.ConnectionTerminated):
            self._end()
        else:
            self._noise += 1

    def _begin(self, event: events.RequestReceived) -> None:
        number = event.stream_id
        if self._is_leaving or self.running >= MOST_AT_ONCE:
            self._noise += NOISE_OF_A_RESET
            self.h2.reset_stream(number, errors.ErrorCodes.REFUSED_STREAM)
            return
        scope = self._scope(event.headers or [], has_body=event.stream_ended is None)
        if scope is None:
            self.h2.reset_stream(number, errors.ErrorCodes.PROTOCOL_ERROR)
            return
        self._stop_timer()
        self._last = number
        stream = self.streams[number] = Stream(self, number, scope["method"])
        self.running += 1
        task = self.loop.create_task(self._run(stream, scope))
        self.server_state.tasks.add(task)
        task.add_done_callback(self.server_state.tasks.discard)

    def _take_body(self, event: events.DataReceived) -> None:
        stream = self.streams.get(event.stream_id)
        size_bytes = event.flow_controlled_length or 0
        if stream is None or stream.is_gone:
            self.h2.acknowledge_received_data(size_bytes, event.stream_id)
            return
        if not event.data:
            self._noise += 1
        stream.body += event.data or b""
        stream.unread_bytes += size_bytes
        stream.news.set()

    def _scope(self, headers: Any, *, has_body: bool) -> dict[str, Any] | None:
        """The request as ASGI has it; None for one that is none."""
        named: dict[bytes, bytes] = {}
        plain: list[tuple[bytes, bytes]] = []
        cookies: list[bytes] = []
        for name, value in headers:
            if name[:1] == b":":
                named[name] = value
            elif name == b"cookie":         # may come in pieces; source: RFC 9113, section 8.2.3
                cookies.append(value)
            elif name != b"host":
                plain.append((name, value))
        target = named.get(b":path", b"")
        path, _, query = target.partition(b"?")
        if not (path.startswith(b"/") and target.isascii() and named.get(b":method", b"").isalpha()):
            return None
        plain.append((b"host", named.get(b":authority", b"")))
        if cookies:
            plain.append((b"cookie", b"; ".join(cookies)))
        if has_body and not any(name == b"content-length" for name, _ in plain):
            plain.append((b"transfer-encoding", b"chunked"))    # as a body of unknown length is told of in HTTP/1.1
        text = path.decode("ascii")
        return {"type": "http", "asgi": {"version": self.config.asgi_version, "spec_version": "2.3"},
                "http_version": "2", "server": self._server, "client": self._client, "scheme": "https",
                "method": named[b":method"].decode("ascii"), "root_path": "", "raw_path": path,
                "path": unquote(text) if "%" in text else text, "query_string": query, "headers": plain,
                "state": self.app_state.copy(), "extensions": EXTENSIONS}

    async def _run(self, stream: Stream, scope: dict[str, Any]) -> None:
        try:
            await self.app(scope, stream.receive, stream.send)
        except Exception as error:
            log.error("an answer failed", exc_info=error)
        finally:
            self.running -= 1
            self.server_state.total_requests += 1
            if not stream.is_done and not stream.is_gone:
                self.give_up(stream, errors.ErrorCodes.INTERNAL_ERROR)
                self.flush()
            self._forget(stream)

    # The end.

    def _forget(self, stream: Stream) -> None:
        if self.streams.get(stream.number) is stream:
            del self.streams[stream.number]
            if not self.streams:
                if self._is_leaving:
                    self._end()
                else:
                    self._end_after(self.config.timeout_keep_alive)

    def _return_window(self, stream: Stream) -> None:
        """What nobody will read still counts against the connection's window until it is acknowledged."""
        if stream.unread_bytes:
            self.h2.acknowledge_received_data(stream.unread_bytes, stream.number)
            stream.unread_bytes = 0

    def _wake(self) -> None:
        for stream in self.streams.values():
            stream.room.set()

    def _say_goodbye(self, code: errors.ErrorCodes, last: int | None = None) -> None:
        """Not by way of h2, which would send nothing more afterwards."""
        self.flush()
        last = self._last if last is None else last
        self.transport.write(GoAwayFrame(0, last_stream_id=last, error_code=code).serialize())

    def _end(self) -> None:
        self.flush()
        self._stop_timer()
        self.transport.close()

    def _end_after(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, self._end)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
