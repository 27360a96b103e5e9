"""Streams without a socket: a client of server-sent events through the front gate, and news as the journal tells it.

    client = Stream(api.gate, ann.token, "/api/v1/streaming/user")
    await client.open()
    await fresh(HUB)                      # what was journaled meanwhile, as the relay would say it
    [event] = await client.events()
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from petrel.api.live.hub import Hub
from petrel.core import doors, tail
from petrel.core.journal import Entry
from petrel.features.streams.shapes import KINDS, REACHING, Item, News, Told
from tests.api.schemas import decoded
from tests.api.schemas.streams import PAYLOADS


class Stream:
    """One open connection."""

    def __init__(self, gate: Any, token: str, path: str, **headers: str) -> None:
        self._gate, self._path = gate, path
        self._headers = [(b"authorization", f"Bearer {token}".encode()),
                         *((n.replace("_", "-").encode(), v.encode()) for n, v in headers.items())]
        self._left = asyncio.Event()
        self._started = asyncio.Event()
        self._sent: list[dict[str, Any]] = []
        self._task: asyncio.Task[None] | None = None
        self._read = 0

    async def open(self) -> "Stream":
        path, _, query = self._path.partition("?")
        scope = {"type": "http", "method": "GET", "path": path, "client": ("192.0.2.7", 1),
                 "query_string": query.encode(), "headers": self._headers, "scheme": "http", "http_version": "1.1"}
        self._task = asyncio.create_task(self._gate(scope, self._receive, self._send))
        await asyncio.wait_for(self._started.wait(), 10)
        return self

    async def _receive(self) -> dict[str, Any]:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self._sent.append(message)
        self._started.set()

    @property
    def status(self) -> int:
        return int(self._sent[0]["status"])

    @property
    def text(self) -> str:
        return b"".join(m.get("body", b"") for m in self._sent[1:]).decode()

    @property
    def has_ended(self) -> bool:
        return self._task is None or self._task.done()

    async def events(self) -> list[tuple[str, Any]]:
        """(event, payload) of what came since the last look, JSON read."""
        await asyncio.sleep(0.01)
        text = self.text
        new, self._read = text[self._read:], len(text)
        found = []
        for block in new.split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line and line[0] != ":")
            if "event" in fields:
                if fields["data"] != "undefined":
                    decoded(fields["data"].encode(), PAYLOADS[fields["event"]])
                found.append((fields["event"], json.loads(fields["data"]) if fields["data"] != "undefined" else None))
        return found

    async def close(self) -> None:
        self._left.set()
        if self._task is not None:
            await asyncio.wait_for(self._task, 5)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 (nothing tells)
            await asyncio.sleep(0.002)


async def settled(hub: Hub) -> None:
    """When everything that came has gone out."""
    await until(lambda: not hub.sender.is_busy)


class Wire:
    """The relay in small: reads the journal of this module's database, and everything reaches everybody, so that only
    the law keeps things apart."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._at: tail.Position | None = None

    async def begin(self) -> "Wire":
        self._at = (await self._after(tail.START))[1]
        return self

    async def _after(self, at: tail.Position) -> tuple[list[Entry], tail.Position]:
        found: list[Entry] = []
        fetch = doors.current().pools["system"].fetch
        while (batch := await tail.after(fetch, at)).entries:
            found += batch.entries
            at = batch.positions[-1]
        return found, at

    async def fresh(self) -> None:
        """Everything since the last time, and waits until it has gone out."""
        assert self._at is not None
        entries, self._at = await self._after(self._at)
        here = list(self._hub.register.of_account)
        self._hub.take(News(self._at, [
            Item(e.kind, e.subject, e.actor or 0, list(e.refs), here if e.kind in REACHING else [])
            for e in entries if e.kind in KINDS]))
        await settled(self._hub)

    async def told(self, *rows: tuple[int, int]) -> None:
        self._hub.hear(Told(list(rows)))
        await settled(self._hub)
