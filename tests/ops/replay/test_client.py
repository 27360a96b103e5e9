"""The small HTTP client against a server that sends what the test says, byte by byte if need be."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvloop

from petrel.ops.replay.client import Client, Lost

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Scripted:
    """Answers each request with the next item: bytes to send (in pieces of `piece_bytes`), or None to hang up."""

    def __init__(self, *answers: bytes | None, piece_bytes: int = 10_000) -> None:
        self.answers, self.piece_bytes = list(answers), piece_bytes
        self.connections = 0
        self.at_once = self.most_at_once = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
                answer = self.answers.pop(0) if self.answers else None
                await asyncio.sleep(0)
                self.at_once -= 1
                if answer is None:
                    break
                for start in range(0, len(answer), self.piece_bytes):
                    writer.write(answer[start : start + self.piece_bytes])
                    await writer.drain()
                    await asyncio.sleep(0)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    @asynccontextmanager
    async def client(self, *, connections: int = 4, timeout_s: float = 5.0) -> AsyncIterator[Client]:
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        client = Client(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", connections, timeout_s=timeout_s)
        try:
            yield client
        finally:
            client.close()
            server.close()


def answered(body: bytes, status: str = "200 OK", head: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode() + body


@pytest.mark.parametrize("piece_bytes", [1, 7, 10_000])
async def test_answers_come_whole_however_they_are_cut(piece_bytes: int) -> None:
    head = b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunked = head + b"5\r\nhello\r\nc;x=y\r\n world 0\r\n\r\n\r\n0\r\n\r\n"
    server = Scripted(answered(b"one"), chunked, answered(b"", "204 No Content"), piece_bytes=piece_bytes)
    async with server.client() as client:
        answers = [await client.ask(REQUEST) for _ in range(3)]
    assert [(a.status, a.body) for a in answers] == [(200, b"one"), (201, b"hello world 0\r\n\r\n"), (204, b"")]
    assert server.connections == 1


def test_it_works_on_the_loop_of_the_command_too() -> None:
    async def ask() -> bytes:
        async with Scripted(answered(b"one")).client() as client:
            return (await client.ask(REQUEST)).body

    with asyncio.Runner(loop_factory=uvloop.Loop) as runner:
        assert runner.run(ask()) == b"one"


async def test_headers_are_found_whatever_their_case() -> None:
    async with Scripted(answered(b"", "429 Too Many", "Retry-AFTER:  3 \r\n")).client() as client:
        answer = await client.ask(REQUEST)
    assert answer.header(b"retry-after") == b"3"
    assert answer.header(b"after") is None


async def test_a_connection_closed_by_the_server_is_replaced() -> None:
    server = Scripted(answered(b"1", head="Connection: close\r\n"), answered(b"2"), None, answered(b"3"))
    async with server.client() as client:
        assert (await client.ask(REQUEST)).body == b"1"
        assert (await client.ask(REQUEST)).body == b"2"
        with pytest.raises(Lost):
            await client.ask(REQUEST)
        assert (await client.ask(REQUEST)).body == b"3"
    assert server.connections == 3


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhal", b"HTTP/1.1 200"])
async def test_half_an_answer_is_none(answer: bytes) -> None:
    async with Scripted(answer).client(timeout_s=0.05) as client:
        with pytest.raises(Lost):
            await client.ask(REQUEST)


async def test_garbage_is_none() -> None:
    async with Scripted(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n").client() as client:
        with pytest.raises(Lost, match="cannot be read"):
            await client.ask(REQUEST)


async def test_nobody_there_is_lost_too() -> None:
    async with Scripted().client() as client:
        pass
    with pytest.raises(Lost, match="cannot connect"):
        await client.ask(REQUEST)


async def test_there_are_never_more_requests_at_once_than_connections() -> None:
    server = Scripted(*[answered(b"x")] * 40)
    async with server.client(connections=3) as client:
        answers = await asyncio.gather(*(client.ask(REQUEST) for _ in range(40)))
    assert len(answers) == 40
    assert server.connections <= 3
    assert server.most_at_once <= 3
