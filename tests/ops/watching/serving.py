"""A web process in the tests' loop, and an owner's webhook that remembers what it was told."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import uvicorn

from petrel import app
from petrel.api import health
from petrel.api.http.limits import Limits
from petrel.api.http.wire import Connection
from petrel.core import closing
from petrel.ops import watching
from petrel.settings import Settings
from tests.serving import answering


@asynccontextmanager
async def web(tally: watching.Tally | None = None, **given: Any) -> AsyncIterator[Settings]:
    app.load_rooms()
    app.load_api()
    health._kept, health._key = (0.0, watching.Health()), ""       # of another module's site
    await closing.look()
    listening = socket.create_server(("127.0.0.1", 0))
    settings = Settings(port=listening.getsockname()[1], nothing_after_ms=0, **given)
    server = uvicorn.Server(uvicorn.Config(await app.web_app(settings, Limits(on=True), tally), http=Connection,
                                           lifespan="on", log_level="error", proxy_headers=False))
    server.install_signal_handlers = lambda: None      # type: ignore[attr-defined]
    tasks = [asyncio.create_task(server._serve([listening])), asyncio.create_task(closing.watch())]
    try:
        while not server.started:      # noqa: ASYNC110 (another's flag)
            await asyncio.sleep(0.01)
        yield settings
    finally:
        server.should_exit = True
        await tasks[0]
        tasks[1].cancel()
        with suppress(asyncio.CancelledError):
            await tasks[1]
        listening.close()


class Hook:
    """`status` is what it answers."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.status = 200
        self.told: list[dict[str, Any]] = []
        self.beats = 0


@contextmanager
def hook() -> Iterator[Hook]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if found.status == 200:
                found.told.append(body)
            self._end()

        def do_GET(self) -> None:
            found.beats += 1
            self._end()

        def _end(self) -> None:
            self.send_response(found.status)
            self.send_header("location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Hook(f"http://127.0.0.1:{server.server_port}/hook")
    with answering(server):
        yield found
