"""A stranger's server, which says whatever a test wants, and a name for it."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from petrel.outside import reach

Say = Callable[[bytes, asyncio.StreamWriter], Awaitable[None] | None]


class Stranger:
    """`heads`: of the requests that came. `answers`: by path, whole answers or what writes one."""

    def __init__(self, host: str) -> None:
        self.host, self.port = host, 0
        self.heads: list[str] = []
        self.bodies: list[bytes] = []
        self.answers: dict[str, bytes | Say] = {}

    def url(self, path: str = "/", scheme: str = "http") -> str:
        return f"{scheme}://{self.host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next((int(line.split(":")[1]) for line in head.split("\r\n")
                           if line.lower().startswith("content-length")), 0)
            self.heads.append(head)
            self.bodies.append(await reader.readexactly(length))
            answer = self.answers.get(head.split(" ")[1].split("?")[0], said(404))
            if isinstance(answer, bytes):
                writer.write(answer)
            elif (doing := answer(self.bodies[-1], writer)) is not None:
                await doing
            await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.transport.abort() if writer.is_closing() else writer.close()


def said(status: int, body: bytes | str = b"", **headers: str) -> bytes:
    """An answer with its length; `content_type="text/html"` is a header."""
    body = body.encode() if isinstance(body, str) else body
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *lines, "", ""]).encode() + body


@asynccontextmanager
async def stranger(host: str = "birds.example", tls: ssl.SSLContext | None = None) -> AsyncIterator[Stranger]:
    """Listens on this machine, and is a neighbour: it may be asked there. `names` has to be on."""
    one = Stranger(host)
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0, ssl=tls)
    one.port = server.sockets[0].getsockname()[1]
    before = reach._neighbours
    reach.let_in(before | {f"{host}:{one.port}"})
    try:
        yield one
    finally:
        reach.let_in(before)
        server.close()


@contextmanager
def names(**found: str) -> Iterator[list[str]]:
    """The resolver of this process: every name has one address, that of this machine where none is given (`_` for a
    dot). Yields the names that were asked for, in order."""
    usual, asked = socket.getaddrinfo, []
    known = {name.replace("_", "."): address for name, address in found.items()}

    def resolve(host: str, port: int, *args: object, **more: object) -> list[object]:
        try:
            return usual(host, port, flags=socket.AI_NUMERICHOST, type=socket.SOCK_STREAM)      # type: ignore[return-value]
        except socket.gaierror:
            asked.append(host)
        address = known.get(host, "127.0.0.1")
        if not address:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return usual(address, port, flags=socket.AI_NUMERICHOST, type=socket.SOCK_STREAM)       # type: ignore[return-value]

    socket.getaddrinfo = resolve                    # type: ignore[assignment]
    try:
        yield asked
    finally:
        socket.getaddrinfo = usual
