"""The addresses at which a crew is reached, served by the drill: each POST is kept, with when and for whom it was."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

from msgspec import Struct


class Alerted(Struct, frozen=True):
    """An alert, told to whoever keeps what it is about."""

    at: float
    who: str
    rule: str


class Pagers:
    """`told`: calls about incidents (when, whom, the text); `alerted`: alerts. Times are monotonic."""

    def __init__(self) -> None:
        self.told: list[tuple[float, str, str]] = []
        self.alerted: list[Alerted] = []
        self.ports: dict[str, int] = {}

    def take(self, who: str, said: dict[str, Any]) -> None:
        now = time.monotonic()
        if said.get("what") == "incident":
            self.told.append((now, who, said["text"]))
        elif said.get("what") in ("fired", "still", "passed on"):
            self.alerted.append(Alerted(now, who, said["rule"]))

    def about(self, root: str, after: int) -> list[tuple[float, str]]:
        """The calls about it, after so many in all: when, and whom."""
        return [(at, who) for at, who, text in self.told[after:] if f": {root}" in text.splitlines()[0]]

    async def until_about(self, root: str, after: int, within_s: float) -> float | None:
        """When the first of these came; None when none did."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            if found := self.about(root, after):
                return found[0][0]
            await asyncio.sleep(0.2)
        return None

    async def until(self, who: str, within_s: float) -> float | None:
        """When `who` was called first; None when never."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            if found := [at for at, name, _ in self.told if name == who]:
                return found[0]
            await asyncio.sleep(0.2)
        return None

    def owners(self) -> str:
        """For alerts.toml."""
        return "".join(f'[owners.{who}]\nwebhook = ["http://127.0.0.1:{port}/"]\n' for who, port in self.ports.items())


@asynccontextmanager
async def pagers(people: Collection[str], hanging: Collection[str] = ()) -> AsyncIterator[Pagers]:
    """`hanging`: whose addresses take the connection and what is said, and answer nothing."""
    found, servers = Pagers(), []

    def serve(who: str) -> Any:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            size = int(head.partition("content-length:")[2].split("\r\n")[0])
            found.take(who, json.loads(await reader.readexactly(size)))
            if who in hanging:
                await reader.read()             # until whoever calls has given up
            else:
                writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            writer.close()
        return answer

    for who in people:
        server = await asyncio.start_server(serve(who), "127.0.0.1", 0)
        servers.append(server)
        found.ports[who] = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        for server in servers:
            server.close()
            await server.wait_closed()
