"""Servers in a thread beside a test, until the end of the block."""

import socket
import socketserver
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import uvicorn

from petrel.api.http import Gate
from petrel.api.http.wire import Connection

Address = tuple[str, int]


@contextmanager
def beside(server: uvicorn.Server, listening: Sequence[socket.socket]) -> Iterator[None]:
    thread = threading.Thread(target=server.run, args=(list(listening),), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)
        for one in listening:
            one.close()
    assert not thread.is_alive()


@contextmanager
def gate_served(gate: Gate, **more: Any) -> Iterator[tuple[uvicorn.Server, Address]]:
    """Behind a real uvicorn; `more` is for its configuration."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(gate, http=Connection, loop="uvloop", log_level="error", lifespan="on", **more)
    server, address = uvicorn.Server(config), listening.getsockname()
    with beside(server, [listening]):
        yield server, address


@contextmanager
def answering(server: socketserver.BaseServer) -> Iterator[None]:
    """One of the standard library's."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
