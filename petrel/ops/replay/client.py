"""A small HTTP/1.1 client for many requests to one server: keep-alive, one request at a time on a connection.

Written by hand because the replay shares two cores with the site it measures: with it a whole event costs the
replay about 0.1 ms of processor time. It sends what it is given and reads a status, a head and a body.
"""

import asyncio
from typing import NamedTuple, cast
from urllib.parse import urlsplit

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"


class Lost(ConnectionError):
    """No whole answer came: whether the request was carried out is unknown."""


class Answer(NamedTuple):
    status: int
    head: bytes  # lower case
    body: bytes

    def header(self, name: bytes) -> bytes | None:
        """`name` in lower case."""
        _, found, rest = self.head.partition(b"\r\n" + name + b":")
        return rest.partition(b"\r\n")[0].strip() if found else None


class Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self.is_open = False
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._buffer = bytearray()
        self._head = b""
        self._need = 0  # bytes of the whole answer, once its head is read; 0 = unknown, -1 = chunked

    def ask(self, request: bytes) -> asyncio.Future[Answer]:
        assert self._transport is not None and self._waiting is None
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._waiting

    def close(self) -> None:
        self.is_open = False
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's does not inherit from it
        self.is_open = True

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(Lost(str(exc or "closed by the server")))
        self._waiting = None

    def data_received(self, data: bytes) -> None:
        if self._waiting is None:  # nobody asked: the server gave up on this connection
            self.close()
            return
        self._buffer += data
        try:
            answer = self._whole_answer()
        except ValueError as garbled:
            self._waiting.set_exception(Lost(f"an answer that cannot be read: {garbled}"))
            self._waiting = None
            self.close()
            return
        if answer is not None:
            waiting, self._waiting = self._waiting, None
            if b"\r\nconnection: close" in answer.head:
                self.close()
            if not waiting.done():
                waiting.set_result(answer)

    def _whole_answer(self) -> Answer | None:
        if not self._head and not self._read_head():
            return None
        start = len(self._head)
        if self._need >= 0:
            if len(self._buffer) < self._need:
                return None
            body = bytes(self._buffer[start : self._need])
        else:
            chunks = unchunked(bytes(self._buffer[start:]))
            if chunks is None:
                return None
            body = chunks
        answer = Answer(int(self._head[9:12]), self._head, body)
        self._buffer.clear()
        self._head = b""
        return answer

    def _read_head(self) -> bool:
        end = self._buffer.find(HEAD_END)
        if end < 0:
            return False
        self._head = head = bytes(self._buffer[: end + 4]).lower()
        at = head.find(b"\r\n" + LENGTH)
        if at >= 0:
            at += 2 + len(LENGTH)
            self._need = len(head) + int(head[at : head.index(b"\r\n", at)])
        elif b"\r\ntransfer-encoding: chunked" in head:
            self._need = -1
        else:
            self._need = len(head)
        return True


def unchunked(body: bytes) -> bytes | None:
    """The body without its chunk lines; None while the last chunk has not come. Errors: ValueError."""
    if not body.endswith(b"0" + HEAD_END):
        return None
    parts: list[bytes] = []
    at = 0
    while (end := body.find(b"\r\n", at)) >= 0:
        size = int(body[at:end].partition(b";")[0], 16)
        if size == 0:
            return b"".join(parts)
        parts.append(body[end + 2 : end + 2 + size])
        at = end + 4 + size
    return None


class Client:
    """At most `connections` requests at once; more wait their turn, first come first served."""

    def __init__(self, base_url: str, connections: int, *, timeout_s: float = 30.0) -> None:
        url = urlsplit(base_url)
        assert url.scheme == "http" and url.hostname, base_url
        self.netloc = url.netloc
        self._host, self._port = url.hostname, url.port or 80
        self._timeout_s = timeout_s
        self._turn = asyncio.Semaphore(connections)
        self._idle: list[Connection] = []

    async def ask(self, request: bytes) -> Answer:
        """`request` is the whole text of it. Errors: Lost."""
        async with self._turn:
            connection = await self._connection()
            try:
                async with asyncio.timeout(self._timeout_s):
                    answer = await connection.ask(request)
            except TimeoutError:
                connection.close()
                raise Lost(f"no answer within {self._timeout_s:g} s") from None
            except BaseException:
                connection.close()
                raise
            if connection.is_open:
                self._idle.append(connection)
            return answer

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    async def _connection(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:
                return connection
        try:
            async with asyncio.timeout(self._timeout_s):
                loop = asyncio.get_running_loop()
                _, connection = await loop.create_connection(Connection, self._host, self._port)
        except (OSError, TimeoutError) as refused:
            raise Lost(f"cannot connect: {refused}") from None
        return connection
