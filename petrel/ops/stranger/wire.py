"""HTTP to the site itself over a few kept connections, as cheap as it can be: the stranger asks all day long."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from msgspec import Struct

TIMEOUT_S = 8.0
QUIET_S = 0.05
"""A stream of events has said what it has to say to a newcomer when nothing came for this long."""
Pairs = tuple[tuple[bytes, bytes], ...]


class NoAnswer(Exception):
    """The site did not answer, or not in whole."""


class Answer(Struct, frozen=True):
    """`headers` as they came, in order."""

    status: int
    headers: Pairs
    body: bytes

    @property
    def text(self) -> bytes:
        """Everything that came, to be searched."""
        return b"\n".join((self.body, *(part for pair in self.headers for part in pair)))


class Wire:
    """`headers`: sent with every request. One task at a time takes a connection; nobody waits for one."""

    def __init__(self, address: str, headers: Mapping[str, str], line: str = "") -> None:
        """`line`: a Unix socket that speaks plain HTTP, in place of the address."""
        where = urlsplit(address)
        self._line = line
        self._host, self._port = where.hostname or "127.0.0.1", where.port or 80
        self._tls = _unverified() if where.scheme == "https" else None
        self._head = "".join(f"{name}: {value}\r\n" for name, value in {"Host": where.netloc, **headers}.items())
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, method: str, target: str, headers: Mapping[str, str] | None = None,
                  body: bytes = b"") -> Answer:
        """Redirects are answers. Errors: NoAnswer."""
        return (await self.ask_by_each(method, target, [headers or {}], body))[0]

    async def ask_by_each(self, method: str, target: str, viewers: Sequence[Mapping[str, str]],
                          body: bytes = b"") -> list[Answer]:
        """The same by one after the other over one connection, and so of one web process, as long as it keeps it.
        `viewers`: the headers of each. Errors: NoAnswer."""
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        sent = []
        for headers in viewers:
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            sent.append(f"{method} {target} HTTP/1.1\r\n{self._head}{lines}{length}\r\n".encode() + body)
        try:
            # Nothing is awaited between an answer and taking its connection again: it is the last that was put back.
            return [await self._in_time(one) for one in sent]
        except (OSError, EOFError, TimeoutError, ValueError, asyncio.LimitOverrunError) as e:
            raise NoAnswer(f"{method} {target}: {e!r}") from e

    async def _in_time(self, sent: bytes) -> Answer:
        async with asyncio.timeout(TIMEOUT_S):
            return await self._asked(sent)

    async def _asked(self, sent: bytes) -> Answer:
        kept = bool(self._idle)
        reader, writer = self._idle.pop() if kept else await self._connected()
        try:
            writer.write(sent)
            answer, keeps = await _read(reader)
        except (OSError, EOFError):
            writer.close()
            if not kept:
                raise
            self.close()                # the site has been started anew: all of them are dead
            return await self._asked(sent)
        except BaseException:
            writer.close()
            raise
        if keeps:
            self._idle.append((reader, writer))
        else:
            writer.close()
        return answer

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._line:
            return await asyncio.open_unix_connection(self._line)
        return await asyncio.open_connection(self._host, self._port, ssl=self._tls)

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()


def _unverified() -> ssl.SSLContext:
    """To this machine itself, by an address that no certificate bears: whom we talk to is not in question."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


async def _read(reader: asyncio.StreamReader) -> tuple[Answer, bool]:
    """(the answer, whether the connection may be used again)."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n"))[:-4].split(b"\r\n")
    pairs = [(name.lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
    named = dict(pairs)
    status = int(first.split(b" ")[1])
    length = int(named.get(b"content-length", b"0" if status in (204, 304) else b"-1"))
    if length >= 0:
        body = await reader.readexactly(length)
    elif named.get(b"content-type", b"").startswith(b"text/event-stream"):
        body = await _begun(reader)
    else:
        body = await reader.read(-1)
    return Answer(status, tuple(pairs), body), length >= 0 and named.get(b"connection") != b"close"


async def _begun(reader: asyncio.StreamReader) -> bytes:
    """The beginning of a stream that does not end."""
    parts = []
    try:
        while part := await asyncio.wait_for(reader.read(65_536), QUIET_S if parts else TIMEOUT_S):
            parts.append(part)
    except TimeoutError:
        pass
    return b"".join(parts)
