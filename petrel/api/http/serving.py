"""One web process on its sockets: the site's own, in plain or under TLS, and the plain one beside it."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from msgspec import Struct

from petrel.api.http.plain import Plain
from petrel.api.http.wire import LEAVING, Connection, lingers

HANDSHAKE_S, GOODBYE_S = 15.0, 5.0
TICK_S = 1.0
"""How old the date may be that answers bear."""

PROTOCOLS = ["h2", "http/1.1"]


class Listeners(Struct, frozen=True):
    """`site`: where it is served; a Unix socket beside another release. `plain`: None, or where everybody is sent on to
    it."""

    site: socket.socket
    plain: socket.socket | None = None

    @property
    def is_beside(self) -> bool:
        return self.site.family == socket.AF_UNIX

    @property
    def all(self) -> list[socket.socket]:
        return [self.site] + ([self.plain] if self.plain is not None else [])


class Chooser(asyncio.Protocol):
    """A connection under TLS, until it is known what it speaks: HTTP/2, HTTP/1.1, or only the handshake."""

    def __init__(self, **made_with: Any) -> None:
        self._made_with = made_with

    def connection_made(self, transport: Any) -> None:
        spoken = transport.get_extra_info("ssl_object").selected_alpn_protocol()
        if spoken not in (None, *PROTOCOLS):
            transport.close()           # a certificate authority has seen what it wanted (tls-alpn-01)
            return
        if spoken == "h2":
            from petrel.api.http.http2 import Http2

            inner: Any = Http2(**self._made_with)
        else:
            inner = Connection(**self._made_with)
        transport.set_protocol(inner)
        inner.connection_made(transport)


class Server(uvicorn.Server):
    """Leaves signals to `stopping`, which is given what to call, and says by `on_ready` when it serves.

    `tls`: the site is served under it; None in plain. `questions`: folder of a certificate authority's (`plain.py`).
    """

    def __init__(self, config: uvicorn.Config, listeners: Listeners, *, tls: ssl.SSLContext | None, address: str,
                 questions: Path, stopping: Callable[[Callable[[], None]], AbstractContextManager[None]],
                 on_ready: Callable[[], None]) -> None:
        self._leaving = asyncio.Event()
        super().__init__(config)
        self._listeners, self._tls = listeners, tls
        self._address, self._questions = address, questions
        self._stopping, self._on_ready = stopping, on_ready

    async def run_until_stopped(self) -> None:
        await self.serve(sockets=self._listeners.all)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        with self._stopping(lambda: setattr(self, "should_exit", True)):
            yield

    @property
    def should_exit(self) -> bool:      # type: ignore[override]      # an attribute there
        return self._leaving.is_set()

    @should_exit.setter
    def should_exit(self, leaves: bool) -> None:
        if leaves:
            self._leaving.set()

    async def main_loop(self) -> None:
        # uvicorn's wakes ten times as often, to see whether it is to leave. This one is told.
        while not await self.on_tick(0):
            try:
                await asyncio.wait_for(self._leaving.wait(), TICK_S)
            except TimeoutError:
                pass

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn begins the life of the application; its own way to listen has no place for what we need.
        await super().startup([])
        loop, backlog = asyncio.get_running_loop(), self.config.backlog
        made_with = {"config": self.config, "server_state": self.server_state, "app_state": self.lifespan.state}
        if self._listeners.is_beside:
            self.servers.append(await loop.create_unix_server(
                lambda: Connection(**made_with), sock=self._listeners.site, backlog=backlog))
        elif self._tls is None:
            self.servers.append(await loop.create_server(
                lambda: Connection(**made_with), sock=self._listeners.site, backlog=backlog))
        else:
            self.servers.append(await loop.create_server(
                lambda: Chooser(**made_with), sock=self._listeners.site, backlog=backlog, ssl=self._tls,
                ssl_handshake_timeout=HANDSHAKE_S, ssl_shutdown_timeout=GOODBYE_S))
        if self._listeners.plain is not None:
            self.servers.append(await loop.create_server(
                lambda: Plain(self._address, self._questions), sock=self._listeners.plain, backlog=backlog))
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for leave in LEAVING:
            leave(lingers())
        await super().shutdown(sockets)
