"""Who is there all along: a way to the site by its name, strangers who ask for what is protected, and visitors by whose
clock it is up or down."""

import asyncio
import itertools
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from drills.going_live.world import SITE_NAME
from petrel import watch
from petrel.ops.drills import Clients, Lost, Person

EVERY_S = 0.2


class Names(AbstractResolver):
    """Asks one name server, each time."""

    def __init__(self, server: str) -> None:
        self._server = server

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[ResolveResult]:
        try:
            found = await asyncio.to_thread(watch.ask_name, self._server, host, 1)
        except watch.Wrong as e:
            raise OSError(str(e)) from e
        return [ResolveResult(hostname=host, host=one, port=port, family=socket.AF_INET, proto=0, flags=0)
                for one in found]

    async def close(self) -> None:
        pass


def way(server: str, roots: Path, *, connections: int, keeps: bool = True,
        come_from: Callable[[], str] | None = None) -> aiohttp.TCPConnector:
    """By this name server, believing only these authorities. `keeps`: connections, for the next request. `come_from`:
    the address each connection comes from."""
    def from_there(_: Any) -> socket.socket:
        one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        one.setblocking(False)
        one.bind((come_from() if come_from else "0.0.0.0", 0))      # noqa: S104 (who asks, not who listens)
        return one

    return aiohttp.TCPConnector(limit=connections, resolver=Names(server), use_dns_cache=False, force_close=not keeps,
                                ssl=ssl.create_default_context(cafile=roots), socket_factory=from_there)


def networks() -> Callable[[], str]:
    """Each time an address of another network (/24)."""
    numbers = itertools.cycle(range(500))
    return lambda: f"198.{18 + (n := next(numbers)) // 250}.{n % 250}.7"


class Onlookers:
    """`async with`. `outages`: (from, to) by the clock of a visitor who comes anew every 0.2 s. `leaked`: words of
    protected posts that a stranger has got, and where. `refused`: what else than an answer 200 or 404 came."""

    def __init__(self, wire: Clients, shy: Sequence[Person], words: dict[int, str],
                 strangers: Sequence[str | None]) -> None:
        self._wire, self._shy, self._words, self._strangers = wire, shy, words, strangers
        self.asked = 0
        self.leaked: list[str] = []
        self.refused: Counter[str] = Counter()
        self.outages: list[tuple[float, float]] = []
        self._down_since: float | None = None
        self._last_up = time.monotonic()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Onlookers":
        self._tasks = [asyncio.create_task(self._visit()), asyncio.create_task(self._pry())]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def down_s(self, since: float = 0.0) -> float:
        """Seconds without an answer, from the last one before to the first one after."""
        return sum(b - a for a, b in self.outages if b > since)

    async def _visit(self) -> None:
        while True:
            try:
                status = (await self._wire.ask("GET", "/api/v1/timelines/public?limit=1")).status
            except Lost as e:
                status, said = 0, str(e)[:60]
                self.refused[said] += 1
            else:
                if status != 200:
                    self.refused[str(status)] += 1
            if status == 200:
                now = time.monotonic()
                if self._down_since is not None:
                    self.outages.append((self._down_since, now))
                    self._down_since = None
                self._last_up = now
            elif self._down_since is None:
                self._down_since = self._last_up
            await asyncio.sleep(EVERY_S)

    async def _pry(self) -> None:
        turn = 0
        while True:
            turn += 1
            token = self._strangers[turn % len(self._strangers)]
            post, word = list(self._words.items())[turn // len(self._strangers) % len(self._words)]
            who = self._shy[turn % len(self._shy)]
            for target in (f"/api/v1/statuses/{post}", f"/api/v1/accounts/{who.id}/statuses",
                           f"/api/v1/statuses/{post}/context", f"/api/v2/search?q={word}&type=statuses"):
                try:
                    answer = await self._wire.ask("GET", target, token=token)
                except Lost:
                    continue
                self.asked += 1
                if any(w.encode() in answer.body for w in self._words.values()):
                    self.leaked.append(target)
            await asyncio.sleep(EVERY_S)


def address() -> str:
    return f"https://{SITE_NAME}"
