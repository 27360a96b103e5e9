"""HTTP/2 through a real handshake on a socket: what HTTP/1.1 answers, many at once, and what no browser does."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
import uvicorn

from petrel.api.http import http2, serving, wire
from petrel.api.http.serving import Listeners, Server
from petrel.api.http.wire import Connection
from petrel.core import whole_file
from petrel.ops.certificates import Served, files_of, places, self_signed
from tests.api.http.conftest import gate_of
from tests.api.http.h2client import Address, Client, tls
from tests.serving import beside

REFUSED, ENHANCE_YOUR_CALM = 7, 11


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def secure(folder: Path) -> Iterator[tuple[Address, Address, Server]]:
    """The toys under TLS, the plain port beside them, and the server. Its end is not that of this process."""
    where = places(folder)
    where.make()
    whole_file.write(where.live, self_signed(["birds.test"]))
    served = Served(files_of(where))
    served.begin()
    listeners = Listeners(socket.create_server(("127.0.0.1", 0)), socket.create_server(("127.0.0.1", 0)))
    config = uvicorn.Config(gate_of(), http=Connection, loop="uvloop", log_level="error", lifespan="on", ws="none")
    ready = threading.Event()
    server = Server(config, listeners, tls=served.outer, address="https://birds.test", questions=where.questions,
                    stopping=lambda _stop: nullcontext(), on_ready=ready.set)
    assert listeners.plain is not None
    with pytest.MonkeyPatch.context() as patch, beside(server, listeners.all):
        patch.setattr(serving, "LEAVING", [])
        assert ready.wait(10)
        yield listeners.site.getsockname(), listeners.plain.getsockname(), server


@pytest.fixture
def address(secure: tuple[Address, Address, Server]) -> Address:
    return secure[0]


def test_an_answer_comes_whole_with_its_headers(address: Address) -> None:
    with Client(address) as client:
        got = client.get("/api/v1/things?limit=3", origin="https://elk.example")
        headers = dict(got.headers)
    assert (got.status, json.loads(got.body)) == (200, [100, 99, 98])
    assert headers["access-control-allow-origin"] == "*" and headers["date"] and "connection" not in headers


def test_those_who_do_not_speak_it_get_http_1(address: Address) -> None:
    for protocols in (["http/1.1"], []):
        context = tls(protocols) if protocols else tls(["http/1.1"])
        with context.wrap_socket(socket.create_connection(address, timeout=10), server_hostname="birds.test") as one:
            one.sendall(b"GET /api/v1/things/1 HTTP/1.1\r\nhost: birds.test\r\nconnection: close\r\n\r\n")
            assert one.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")


def test_bodies_arrive_large_ones_too_and_cookies_are_one_again(address: Address) -> None:
    with Client(address) as client:
        small = client.until(client.ask("POST", "/api/v1/echo", b'{"a": 1}', (("content-type", "application/json"),)))
        number = client.ask("POST", "/api/v1/echo", None, (("content-type", "application/json"),), ends=False)
        rest = b'{"a": "' + b"x" * 900_000 + b'"}'
        while rest:
            room = min(client.h2.local_flow_control_window(number), client.h2.max_outbound_frame_size)
            if not room:
                client.listen()
                assert client.got[number].reset is None
                continue
            client.h2.send_data(number, rest[:room], end_stream=len(rest) <= room)
            rest = rest[room:]
            client.flush()
        large = client.until(number)
    assert json.loads(small.body) == {"a": 1}
    assert len(json.loads(large.body)["a"]) == 900_000


def test_a_body_that_is_too_large_is_refused_and_the_connection_goes_on(address: Address) -> None:
    with Client(address) as client:
        number = client.ask("POST", "/api/v1/echo", None, (("content-length", "50000000"),), ends=False)
        assert client.until(number).status == 413
        assert client.get("/api/v1/things/1").status == 200


def test_a_large_answer_waits_for_the_client_and_holds_nobody_up(address: Address) -> None:
    with Client(address, takes=False) as client:
        client.h2.increment_flow_control_window(4_000_000)      # of the connection; a stream has 65,535 bytes
        slow = client.ask("GET", "/api/v1/large")
        assert client.get("/api/v1/things/1").status == 200
        while len(client.got[slow].body) < 65_535:
            client.listen()
        assert client.get("/api/v1/things/1").status == 200
        assert len(client.got[slow].body) == 65_535
        client.h2.increment_flow_control_window(3_000_000, slow)
        client.flush()
        assert len(client.until(slow).body) == 3_000_000


def test_head_has_no_body_and_nothing_is_not_there(address: Address) -> None:
    with Client(address) as client:
        head = client.until(client.ask("HEAD", "/api/v1/things"))
        assert (head.status, head.body) == (200, b"") and int(dict(head.headers)["content-length"]) > 0
        assert client.get("/api/nothing").status == 404
        assert client.get("/api/v1/forges").reset is not None      # a line break in a header never goes out
        assert client.get("/api/v1/things/1").status == 200


def test_more_requests_at_once_than_agreed_are_refused_given_up_ones_count(address: Address) -> None:
    with Client(address) as client:
        for _ in range(http2.MOST_AT_ONCE):
            number = client.ask("GET", "/api/v1/slow")
            client.h2.reset_stream(number)
        client.flush()
        assert client.get("/api/v1/things/1").reset == REFUSED


def test_who_only_makes_requests_to_give_them_up_is_sent_away(address: Address) -> None:
    with Client(address) as client:
        try:
            for _ in range(2_000):
                client.h2.reset_stream(client.ask("GET", "/api/v1/slow"))
                client.flush()
        except OSError:
            pass
        while not client.is_closed:
            client.listen()
        assert client.goodbye == ENHANCE_YOUR_CALM or client.is_closed


def test_a_flood_of_pings_is_ended(address: Address) -> None:
    with Client(address) as client:
        try:
            for _ in range(3 * http2.MOST_NOISE):
                client.h2.ping(b"12345678")
            client.flush()
        except OSError:
            pass
        while not client.is_closed:
            client.listen()
        assert client.goodbye == ENHANCE_YOUR_CALM


def test_one_who_says_nothing_is_ended(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http2, "HEAD_S", 0.2)
    began = time.monotonic()
    with Client(address) as client:
        while not client.is_closed:
            client.listen()
    assert time.monotonic() - began < 5


def test_what_is_no_http_2_ends_only_that_connection(address: Address) -> None:
    with tls(["h2"]).wrap_socket(socket.create_connection(address, timeout=10), server_hostname="birds.test") as one:
        one.sendall(b"GET / HTTP/1.1\r\n\r\n" * 3)
        while one.recv(65536):
            pass
    with Client(address) as client:
        assert client.get("/api/v1/things/1").status == 200


def test_the_plain_port_sends_everybody_to_https_and_answers_authorities(
        secure: tuple[Address, Address, Server], folder: Path) -> None:
    whole_file.write(places(folder).questions / "tok-en_1", b"tok-en_1.print")

    def ask(first: bytes) -> bytes:
        with socket.create_connection(secure[1], timeout=10) as one:
            one.sendall(first + b"\r\nHost: evil.example\r\n\r\n")
            found = b""
            while more := one.recv(65536):
                found += more
        return found

    assert b"\r\nlocation: https://birds.test/@ada?x=1\r\n" in ask(b"GET /@ada?x=1 HTTP/1.1")
    assert ask(b"POST /api/v1/statuses HTTP/1.1").startswith(b"HTTP/1.1 308 ")
    assert ask(b"GET /.well-known/acme-challenge/tok-en_1 HTTP/1.1").endswith(b"\r\n\r\ntok-en_1.print")
    assert ask(b"GET /.well-known/acme-challenge/../live.pem HTTP/1.1").startswith(b"HTTP/1.1 404")
    assert ask(b"GET /.well-known/acme-challenge/other HTTP/1.1").startswith(b"HTTP/1.1 404")
    for wrong in (b"GET http://other/ HTTP/1.1", b"\x16\x03\x01", b"GET /a b HTTP/1.1"):
        assert ask(wrong).startswith(b"HTTP/1.1 400")


def goes_on(client: Client) -> None:
    """As browsers read a goodbye: what has begun goes on. The library would end everything."""
    client.h2.state_machine.state = type(client.h2.state_machine.state).CLIENT_OPEN


def test_a_client_is_warned_before_its_requests_are_refused(
        secure: tuple[Address, Address, Server], monkeypatch: pytest.MonkeyPatch) -> None:
    """Another release takes over: nothing that is on its way is lost."""
    monkeypatch.setattr(wire, "_lingers", True)
    monkeypatch.setattr(http2, "LINGER_S", 0.5)
    with Client(secure[0]) as client:
        client.get("/api/v1/things/1")
        mine = client.socket.getsockname()[1]
        connection, = [one for one in secure[2].server_state.connections
                       if one.transport.get_extra_info("peername")[1] == mine]
        connection.loop.call_soon_threadsafe(connection.shutdown)
        while client.goodbye is None:
            client.listen()
        goes_on(client)
        assert client.get("/api/v1/things/1").status == 200
        while not client.is_closed:
            client.listen()


def test_stopping_answers_what_is_under_way_and_takes_no_more(
        secure: tuple[Address, Address, Server]) -> None:
    """Last of this file: it stops the server."""
    address, _, server = secure
    with Client(address) as client:
        number = client.ask("POST", "/api/v1/echo", b'{"a"', (("content-type", "application/json"),), ends=False)
        client.get("/api/v1/things/1")
        server.should_exit = True
        while client.goodbye is None:
            client.listen()
        goes_on(client)
        client.h2.send_data(number, b": 1}", end_stream=True)
        client.flush()
        assert json.loads(client.until(number).body) == {"a": 1}
