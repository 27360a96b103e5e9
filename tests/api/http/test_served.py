"""Through a real uvicorn on a socket: what only shows there."""

import itertools
import json
import socket
import threading
from collections.abc import Iterable

import pytest

from petrel.api.http import wire

Address = tuple[str, int]


def talk(address: Address, request: bytes) -> bytes:
    """Sends, and reads until the server closes."""
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(request)
        found = b""
        while chunk := connection.recv(65536):
            found += chunk
        return found


def split(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return int(first.split(" ")[1]), dict(line.lower().split(": ", 1) for line in lines), body


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: birds.test", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def test_a_list_comes_whole_with_its_headers(served: Address) -> None:
    status, headers, body = split(talk(served, request("GET", "/api/v1/things?limit=3", Origin="https://elk.example")))
    assert (status, json.loads(body)) == (200, [100, 99, 98])
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cache-control"] == "private, no-store"
    assert 'rel="next"' in headers["link"]


def test_head_and_options(served: Address) -> None:
    status, headers, body = split(talk(served, request("HEAD", "/api/v1/things")))
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) > 0
    preflight = request("OPTIONS", "/api/v1/things", Origin="https://a.b", Access_Control_Request_Method="POST")
    status, headers, body = split(talk(served, preflight))
    assert (status, body, headers["access-control-allow-origin"]) == (204, b"", "*")


def test_a_huge_announced_body_is_answered_before_it_is_sent(served: Address) -> None:
    head = request("POST", "/api/v1/statuses", Authorization="Bearer full", Content_Type="application/json")
    head = head[:-2] + b"Content-Length: 50000000\r\n\r\n"
    with socket.create_connection(served, timeout=10) as connection:
        connection.sendall(head)
        first = connection.recv(65536)
    assert split(first)[0] == 413


def test_a_client_that_sends_it_all_the_same_still_sees_the_answer(served: Address) -> None:
    body = b"x" * 3_000_000
    status, _, answer = split(talk(served, request("POST", "/api/v1/echo", body, Content_Type="application/json")))
    assert status == 413
    assert "1000000 bytes" in json.loads(answer)["error"]


def test_an_endless_chunked_body_is_cut_off(served: Address) -> None:
    head = request("POST", "/api/v1/echo", Content_Type="application/json", Transfer_Encoding="chunked")
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    sent = 0
    with socket.create_connection(served, timeout=15) as connection:
        connection.sendall(head)
        answers: list[bytes] = []
        reader = threading.Thread(target=lambda: answers.append(connection.recv(65536)))
        reader.start()
        try:
            while sent < 200_000_000:
                connection.sendall(chunk)
                sent += 65536
        except OSError:
            pass
        reader.join(15)
    assert sent < 40_000_000
    assert split(answers[0])[0] == 413


def test_expecting_clients_are_told_before_they_send(served: Address) -> None:
    head = request("POST", "/api/v1/echo", Content_Type="application/json", Expect="100-continue")
    answer = talk(served, head[:-2] + b"Content-Length: 9000000\r\n\r\n")
    assert split(answer)[0] == 413
    with socket.create_connection(served, timeout=10) as connection:
        connection.sendall(head[:-2] + b"Content-Length: 7\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 100")
        connection.sendall(b'{"a":1}')
        assert split(connection.recv(65536))[0] == 200


def test_requests_on_one_connection_follow_each_other(served: Address) -> None:
    many = request("GET", "/api/v1/things?limit=1").replace(b"Connection: close\r\n", b"") * 3
    answer = talk(served, many + request("GET", "/api/v1/things/2"))
    assert answer.count(b"HTTP/1.1 200 OK") == 3
    assert answer.count(b"HTTP/1.1 404 Not Found") == 1


def test_strange_bytes_never_make_an_error_of_ours(served: Address) -> None:
    for target in (
        "/api/v1/things/%ff",
        "/api/v1/things/%00",
        "/api/v1/things?a=%ff",
        "/api/v1/things?a[[=%",
        "/%2e%2e/x",
    ):
        status, _, _ = split(talk(served, request("GET", target)))
        assert status in (400, 404, 200), target
    for junk in (b"\x16\x03\x01\x02\x00", b"GET /\xff HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost : x\r\n\r\n"):
        assert b" 500 " not in talk(served, junk)[:20]


def drip(address: Address, pieces: Iterable[bytes], most_bytes: int) -> tuple[int, bytes]:
    """Sends until cut off; returns how much went out, and what came back."""
    sent, answer = 0, b""
    with socket.create_connection(address, timeout=10) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
                sent += len(piece)
                if sent > most_bytes:
                    break
        except OSError:
            pass
        connection.settimeout(5)
        try:
            answer = connection.recv(65536)
        except OSError:
            pass
    return sent, answer


def test_headers_without_end_are_cut_off(served: Address) -> None:
    lines = (b"x-%d: " % n + b"y" * 4000 + b"\r\n" for n in itertools.count())
    sent, answer = drip(served, itertools.chain([b"GET /api/v1/things HTTP/1.1\r\n"], lines), 50_000_000)
    assert sent < 20_000_000
    assert answer == b"" or split(answer)[0] == 431


def test_one_header_without_end_is_cut_off_and_so_are_trailers(served: Address) -> None:
    head = request("GET", "/api/v1/things")[:-2] + b"x: "
    assert drip(served, itertools.chain([head], itertools.repeat(b"y" * 10_000)), 50_000_000)[0] < 20_000_000
    chunked = request("POST", "/api/v1/echo", Content_Type="application/json", Transfer_Encoding="chunked")
    chunked += b"2\r\n{}\r\n0\r\n"
    trailers = (b"x-%d: " % n + b"y" * 4000 + b"\r\n" for n in itertools.count())
    assert drip(served, itertools.chain([chunked], trailers), 50_000_000)[0] < 20_000_000


def test_a_long_but_honest_head_is_served(served: Address) -> None:
    head = request("GET", "/api/v1/things?limit=1", Cookie="c" * 30_000)
    with socket.create_connection(served, timeout=10) as connection:
        for at in range(0, len(head), 5000):
            connection.sendall(head[at : at + 5000])
        assert split(connection.recv(65536))[0] == 200


def test_a_connection_that_stops_in_the_middle_of_a_head_is_closed(
    served: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "HEAD_S", 0.1)
    for begun in (b"", b"GET /api/v1/thi", request("GET", "/api/v1/things")[:-2]):
        with socket.create_connection(served, timeout=10) as connection:
            connection.sendall(begun)
            assert connection.recv(100) == b""


def test_a_header_of_ours_cannot_be_broken_into_two(served: Address) -> None:
    status, headers, _ = split(talk(served, request("GET", "/api/v1/forges")))
    assert status == 500
    assert "x-forged" not in headers


def test_a_large_answer_comes_whole(served: Address) -> None:
    with socket.create_connection(served, timeout=10) as connection:
        connection.sendall(request("GET", "/api/v1/large"))
        found = b""
        while chunk := connection.recv(50_000):
            found += chunk
    assert split(found)[2] == b"z" * 3_000_000
