"""Streams on a real socket: what uvicorn's connection becomes, and RFC 6455 as an independent client speaks it."""

import asyncio
import base64
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    CloseConnection,
    Ping,
    Pong,
    RejectConnection,
    Request,
    TextMessage,
)

from petrel.api.http.wire import Connection
from petrel.api.live import frames, lines
from petrel.api.live.hub import HUB
from tests.api.members import Members, Person
from tests.api.streams import Wire, until
from tests.conftest import loop


@pytest.fixture
def api(api: Any) -> Members:
    return Members(api)


class Port:
    """The gate behind our connections, in the loop of the tests."""

    def __init__(self, gate: Any) -> None:
        self.state = ServerState()
        self._config = uvicorn.Config(gate, http=Connection, ws="none", lifespan="off", log_level="error")
        self._config.load()

    async def open(self) -> "Port":
        made_with = {"config": self._config, "server_state": self.state, "app_state": {}}
        self.server = await asyncio.get_running_loop().create_server(lambda: Connection(**made_with), "127.0.0.1", 0)
        self.address = self.server.sockets[0].getsockname()
        return self

    async def close(self) -> None:
        for one in list(self.state.connections):
            one.shutdown()
        await until(lambda: not self.state.connections)
        self.server.close()


class Socket:
    """A client of a WebSocket."""

    def __init__(self, address: Any) -> None:
        self._address = address
        self._ws = WSConnection(ConnectionType.CLIENT)

    async def open(self, target: str, *, token: str = "", subprotocol: str = "") -> Any:
        """What the server says to the request."""
        self._reader, self._writer = await asyncio.open_connection(*self._address)
        headers = [(b"authorization", f"Bearer {token}".encode())] if token else []
        self._writer.write(self._ws.send(Request("localhost", target, extra_headers=headers,
                                                 subprotocols=[subprotocol] if subprotocol else [])))
        return await self.next()

    async def next(self, *, within_s: float = 5) -> Any:
        async with asyncio.timeout(within_s):
            while True:
                for event in self._ws.events():
                    if isinstance(event, Ping):
                        self._writer.write(self._ws.send(event.response()))
                        continue
                    return event
                data = await self._reader.read(65_536)
                self._ws.receive_data(data or None)

    async def event(self) -> tuple[list[str], str, Any]:
        """(stream, event, payload) of the next message, its payload read."""
        found = json.loads((await self.next()).data)
        return found["stream"], found["event"], json.loads(found["payload"]) if "payload" in found else None

    def send(self, message: Any) -> None:
        self._writer.write(self._ws.send(message))

    def say(self, **message: str) -> None:
        self.send(TextMessage(json.dumps(message)))

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    async def close(self) -> None:
        self._writer.close()


@pytest.fixture
def port(api: Members) -> Iterator[Port]:
    made = loop().run_until_complete(Port(api._ask.gate).open())
    yield made
    loop().run_until_complete(made.close())
    assert not HUB.register.lines


@pytest.fixture
def ann(api: Members) -> Person:
    return loop().run_until_complete(api.join())[0]


async def test_several_streams_on_one_socket(api: Members, ann: Person, port: Port) -> None:
    wire, one = await Wire(HUB).begin(), Socket(port.address)
    assert isinstance(await one.open("/api/v1/streaming?stream=user", token=ann.token), AcceptConnection)
    one.say(type="subscribe", stream="public")
    one.say(type="subscribe", stream="hashtag", tag="Terns")
    one.say(type="subscribe", stream="nonsense")
    assert json.loads((await one.next()).data) == {"error": "Unknown stream type", "status": 400}
    post = (await api.post("/api/v1/statuses", as_=ann, status="two #terns")).json["id"]
    await wire.fresh()
    found = [await one.event() for _ in range(3)]
    assert [(stream, event, payload["id"]) for stream, event, payload in found] == [
        (["user"], "update", post), (["public"], "update", post), (["hashtag", "Terns"], "update", post)]
    one.say(type="unsubscribe", stream="public")
    one.say(type="unsubscribe", stream="user")
    one.say(type="unsubscribe", stream="list", list="12")
    one.send(Ping(b"there?"))
    assert (await one.next()) == Pong(b"there?")
    await api.ask("DELETE", f"/api/v1/statuses/{post}", as_=ann)
    await wire.fresh()
    assert await one.event() == (["hashtag", "Terns"], "delete", int(post))
    await one.close()


async def test_a_token_is_taken_in_all_three_places(ann: Person, port: Port) -> None:
    for more in ({"token": ann.token}, {"subprotocol": ann.token}, {}):
        one = Socket(port.address)
        target = "/api/v1/streaming?stream=user" + ("" if more else f"&access_token={ann.token}")
        said = await one.open(target, **more)
        assert isinstance(said, AcceptConnection)
        assert said.subprotocol == more.get("subprotocol")
        one.send(CloseConnection(1000))
        assert (await one.next()).code == 1000
        await one.close()
    for more in ({"token": "wrong"}, {"subprotocol": "wrong"}, {}):
        refused = await Socket(port.address).open("/api/v1/streaming?stream=user", **more)
        assert isinstance(refused, RejectConnection) and refused.status_code == 401
    for target in ("/api/v1/streaming?stream=nothing", "/api/v1/streaming?stream=hashtag"):
        refused = await Socket(port.address).open(target, token=ann.token)
        assert isinstance(refused, RejectConnection) and refused.status_code == 400


async def test_what_is_no_websocket_is_closed_with_the_reason(ann: Person, port: Port) -> None:
    mask = b"\0\0\0\0"
    for sent, code in ((b"\x81\x05hello", frames.BAD_FRAMES), (b"\xc1\x80" + mask, frames.BAD_FRAMES),
                       (b"\x82\x80" + mask, frames.NOT_TEXT), (b"\x80\x80" + mask, frames.BAD_FRAMES),
                       (b"\x81\xff" + b"\xff" * 8, frames.TOO_LARGE), (b"\x09\x80" + mask, frames.BAD_FRAMES),
                       (b"\x81\xfe\x13\x88" + mask, frames.TOO_LARGE)):
        one = Socket(port.address)
        await one.open("/api/v1/streaming", token=ann.token)
        one.write(sent)
        assert (await one.next()).code == code, sent
        await one.close()
    one = Socket(port.address)
    await one.open("/api/v1/streaming", token=ann.token)
    for text in ("not json", "[1]", '{"type":"dance","stream":"user"}', '{"type":"subscribe","stream":"hashtag"}',
                 '{"type":"subscribe","stream":"list","list":"1"}', '{"type":"subscribe"}'):
        one.send(TextMessage(text))
        assert json.loads((await one.next()).data)["error"], text
    one.send(TextMessage('{"type":"sub', message_finished=False))
    one.send(TextMessage('scribe","stream":"x"}'))
    assert json.loads((await one.next()).data)["error"] == "Unknown stream type"
    await one.close()


async def test_server_sent_events_over_a_socket_with_heartbeats(api: Members, ann: Person, port: Port) -> None:
    wire = await Wire(HUB).begin()
    reader, writer = await asyncio.open_connection(*port.address)
    writer.write(b"GET /api/v1/streaming/public HTTP/1.1\r\nhost: x\r\n"
                 + f"authorization: Bearer {ann.token}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ") and b"content-type: text/event-stream" in head
    assert b"access-control-allow-origin: *" in head and b"x-accel-buffering: no" in head
    assert await reader.readuntil(b"\n\n") == b":)\n\n"
    await api.post("/api/v1/statuses", as_=ann, status="as an event")
    await wire.fresh()
    assert (await reader.readuntil(b"\n\n")).startswith(b"event: update\nid: ")
    [line] = HUB.register.lines.values()
    line.beat()
    assert await reader.readuntil(b"\n\n") == b":thump\n\n"
    assert [type(one) for one in port.state.connections] == [lines.Line]
    writer.close()
    await until(lambda: not HUB.register.lines)
    assert not port.state.connections


async def test_a_reader_who_stands_still_is_let_go(api: Members, ann: Person, port: Port) -> None:
    one = Socket(port.address)
    await one.open("/api/v1/streaming?stream=public", token=ann.token)
    [line] = HUB.register.lines.values()
    big = frames.framed(frames.TEXT, base64.b64encode(os.urandom(30_000)))
    sent = 0
    while line.put(big):
        sent += len(big)
        await asyncio.sleep(0)
        assert sent < 40_000_000, "nothing ends it"
    assert line.is_ending and HUB.closed.get("You read too slowly for what is sent; please connect again", 0) == 0
    line.transport.abort()
    await asyncio.sleep(0.05)
    assert not HUB.register.lines
    await one.close()


async def test_streams_opened_and_dropped_in_loops_leave_nothing(ann: Person, port: Port) -> None:
    async def one(i: int) -> None:
        it = Socket(port.address)
        await it.open(f"/api/v1/streaming?stream={'user' if i % 2 else 'public'}", token=ann.token)
        if i % 3 == 0:
            it._writer.transport.abort()
        await it.close()

    for _ in range(4):
        await asyncio.gather(*map(one, range(25)))
        await until(lambda: not HUB.register.lines and not port.state.connections)
    assert HUB.is_empty


async def test_at_the_end_of_a_process_everybody_is_told(ann: Person, port: Port) -> None:
    one = Socket(port.address)
    await one.open("/api/v1/streaming?stream=user", token=ann.token)
    HUB.leave(gently=False)
    closed = await one.next()
    assert (closed.code, "connect again" in closed.reason) == (frames.RESTART, True)
    refused = await Socket(port.address).open("/api/v1/streaming?stream=user", token=ann.token)
    assert isinstance(refused, RejectConnection) and refused.status_code == 503
    await one.close()
