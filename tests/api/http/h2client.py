"""A plain client of HTTP/2 over one socket, that can also behave as no browser would."""

import socket
import ssl
import time
from typing import Any

from h2 import events
from h2.config import H2Configuration
from h2.connection import H2Connection
from msgspec import Struct

Address = tuple[str, int]


class Got(Struct):
    status: int = 0
    headers: list[tuple[str, str]] = []
    body: bytes = b""
    is_whole: bool = False
    reset: int | None = None


def tls(protocols: list[str]) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    made.set_alpn_protocols(protocols)
    return made


class Client:
    """`takes`: whether windows are opened again for what has come."""

    def __init__(self, address: Address, *, takes: bool = True) -> None:
        raw = socket.create_connection(address, timeout=10)
        self.socket = tls(["h2"]).wrap_socket(raw, server_hostname="birds.test")
        assert self.socket.selected_alpn_protocol() == "h2"
        self.h2 = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        self.h2.initiate_connection()
        self.got: dict[int, Got] = {}
        self.goodbye: int | None = None
        self.is_closed = False
        self.takes = takes
        self.flush()

    def flush(self) -> None:
        self.socket.sendall(self.h2.data_to_send())

    def ask(self, method: str, path: str, body: bytes | None = None, more: tuple[tuple[str, str], ...] = (),
            *, ends: bool = True) -> int:
        number = self.h2.get_next_available_stream_id()
        head = [(":method", method), (":scheme", "https"), (":authority", "birds.test"), (":path", path), *more]
        self.h2.send_headers(number, head, end_stream=body is None and ends)
        if body is not None:
            self.h2.send_data(number, body, end_stream=ends)
        self.got[number] = Got()
        self.flush()
        return number

    def until(self, number: int, within_s: float = 10) -> Got:
        """The answer, or as far as it came before it was reset or the connection closed."""
        end = time.monotonic() + within_s
        while not (self.got[number].is_whole or self.got[number].reset is not None or self.is_closed):
            assert time.monotonic() < end, "no answer"
            self.listen()
        return self.got[number]

    def listen(self) -> None:
        try:
            data = self.socket.recv(65536)
        except (ConnectionError, ssl.SSLError):
            data = b""
        if not data:
            self.is_closed = True
            return
        for event in self.h2.receive_data(data):
            self._take(event)
        try:
            self.flush()
        except OSError:
            self.is_closed = True

    def _take(self, event: Any) -> None:
        got = self.got.get(getattr(event, "stream_id", -1) or -1, Got())
        if isinstance(event, events.ResponseReceived):
            got.status, got.headers = int(dict(event.headers)[":status"]), list(event.headers)
        elif isinstance(event, events.DataReceived):
            got.body += event.data
            if self.takes:
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, events.StreamEnded):
            got.is_whole = True
        elif isinstance(event, events.StreamReset):
            got.reset = int(event.error_code)
        elif isinstance(event, events.ConnectionTerminated):
            self.goodbye = int(event.error_code)

    def get(self, path: str, **more: str) -> Got:
        return self.until(self.ask("GET", path, more=tuple((n.replace("_", "-"), v) for n, v in more.items())))

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()
