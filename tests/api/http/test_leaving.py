"""A web process that another takes over from: who is connected may ask once more, and is told it was the last time."""

import asyncio
import http.client
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from petrel.api.http import wire
from tests.serving import Address, gate_served
from tests.stories.running import until


@pytest.fixture
def server(make_gate: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[uvicorn.Server, Address]]:
    monkeypatch.setattr(wire, "_lingers", False)
    monkeypatch.setattr(wire, "LINGER_S", 1.0)
    with gate_served(make_gate(), timeout_graceful_shutdown=5) as served:
        yield served


async def test_one_more_request_is_answered_and_the_silent_are_not_waited_for_long(server: Any) -> None:
    running, (host, port) = server
    asking, silent = http.client.HTTPConnection(host, port), socket.create_connection((host, port))
    asking.request("GET", "/api/v1/things?limit=1")
    assert asking.getresponse().read()
    silent.sendall(b"GET /api/v1/things?limit=1 HTTP/1.1\r\nhost: a\r\n\r\n")
    assert silent.recv(65_536)
    wire.linger()
    running.should_exit = True
    await asyncio.to_thread(until, lambda: all(one._is_last for one in running.server_state.connections))
    asking.request("GET", "/api/v1/things?limit=1")
    answer = asking.getresponse()
    assert answer.status == 200 and answer.getheader("connection") == "close" and answer.read()
    silent.settimeout(3)
    assert await asyncio.to_thread(silent.recv, 1) == b""
    asking.close()
    silent.close()


async def test_without_another_to_take_over_nobody_is_waited_for(server: Any) -> None:
    running, place = server
    with socket.create_connection(place, timeout=0.7) as silent:
        silent.sendall(b"GET /api/v1/things?limit=1 HTTP/1.1\r\nhost: a\r\n\r\n")
        assert silent.recv(65_536)
        running.should_exit = True
        assert silent.recv(1) == b""
