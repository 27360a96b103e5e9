"""A site of a few lines that keeps the same rules, on the loopback: what a replay needs of one, and what goes wrong."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

Row = dict[str, Any]


class FakeSite:
    """Accounts, posts and follows in memory. Account ids are 1000000 + the number in the handle."""

    def __init__(self) -> None:
        self.base_url = ""
        self.handles: dict[str, int] = {}
        self.follows: set[tuple[int, int]] = set()
        self.left_out: set[tuple[int, int]] = set()  # follows that are not made, without a word
        self.rows: dict[int, Row] = {}  # posts and boosts by id
        self.once: dict[tuple[int, str], int] = {}
        self.received: list[tuple[str, int, str]] = []  # (path, account, idempotency key) of each write
        self.batches: list[tuple[str, int]] = []
        self.home_reads: dict[int, int] = {}
        # by the count of the write from 0, and how often its key came before:
        self.lose: Callable[[int, int], bool] = lambda _n, _again: False  # done, but not answered
        self.refuse: Callable[[int, int], int] = lambda _n, _again: 0  # not done, answered with this status
        self.slow_s: Callable[[int], float] = lambda _n: 0  # how long a write takes, by its count
        self.boosts_once = True
        self.twist: Callable[[int, list[int]], list[int]] = lambda _viewer, entries: entries
        self._next = 100

    # what bulk.Rooms asks for

    async def existing(self, handles: Sequence[str]) -> dict[str, int]:
        return {handle: self.handles[handle] for handle in handles if handle in self.handles}

    async def create(self, handles: Sequence[str]) -> list[int]:
        assert not any(handle in self.handles for handle in handles)
        self.batches.append(("accounts", len(handles)))
        self.handles |= {handle: 1_000_000 + int(handle[1:]) for handle in handles}
        return [self.handles[handle] for handle in handles]

    async def follow(self, pairs: Sequence[tuple[int, int]]) -> int:
        self.batches.append(("follows", len(pairs)))
        new = set(pairs) - self.follows - self.left_out
        self.follows |= new
        return len(new)

    async def issue_tokens(self, accounts: Sequence[int], scopes: Sequence[str]) -> list[str]:
        assert tuple(scopes) == ("read", "write")
        assert all(account in self.handles.values() for account in accounts)
        return [f"token-{account}" for account in accounts]

    # what the public API does

    def home(self, viewer: int) -> list[int]:
        followed = {two for one, two in self.follows if one == viewer}
        visible = []
        for entry, row in sorted(self.rows.items()):
            author, to = row["author"], row["reply_to"]
            answers = to is None or to in (author, viewer) or to in followed
            if author == viewer or (author in followed and (row["under"] != entry or answers)):
                visible.append(entry)
        kept, recent = [], deque(maxlen=40)
        for entry in visible[-400:]:
            if self.rows[entry]["under"] not in recent:
                recent.append(self.rows[entry]["under"])
                kept.append(entry)
        return self.twist(viewer, kept[::-1])

    def add(self, author: int, *, reply_to: int | None = None, under: int | None = None, text: str = "") -> int:
        self._next += 1
        row = {"author": author, "reply_to": reply_to, "under": under or self._next, "text": text}
        self.rows[self._next] = row
        return self._next

    def status(self, entry: int) -> Row:
        under = self.rows[entry]["under"]
        return {"id": str(entry), "content": "x" * 200, "reblog": None if under == entry else {"id": str(under)}}

    async def post(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        parent = body.get("in_reply_to_id")

        def write(author: int) -> int:
            to = self.rows[int(parent)]["author"] if parent else None
            return self.add(author, reply_to=to, text=body["status"])

        return await self._answer(request, write)

    async def reblog(self, request: web.Request) -> web.StreamResponse:
        under = self.rows[int(request.match_info["id"])]["under"]

        def write(author: int) -> int:
            rows = self.rows.items()
            first = next((e for e, r in rows if r["author"] == author and r["under"] == under != e), None)
            return (first if self.boosts_once else None) or self.add(author, under=under)

        return await self._answer(request, write)

    async def _answer(self, request: web.Request, write: Callable[[int], int]) -> web.StreamResponse:
        author = self._account(request)
        count, key = len(self.received), request.headers["Idempotency-Key"]
        again = sum(seen[1:] == (author, key) for seen in self.received)
        self.received.append((request.path, author, key))
        await asyncio.sleep(self.slow_s(count))
        status = self.refuse(count, again)
        if status:
            return web.json_response({"error": "planted"}, status=status)
        if (author, key) not in self.once:
            self.once[author, key] = write(author)
        if self.lose(count, again):
            assert request.transport is not None
            request.transport.close()
        return web.json_response(self.status(self.once[author, key]))

    async def read_home(self, request: web.Request) -> web.StreamResponse:
        viewer, asked = self._account(request), request.query
        self.home_reads[viewer] = self.home_reads.get(viewer, 0) + 1
        low, high = int(asked.get("since_id", 0)), int(asked.get("max_id", 2**63))
        page = [entry for entry in self.home(viewer) if low < entry < high][: int(asked["limit"])]
        return web.json_response([self.status(entry) for entry in page])

    def _account(self, request: web.Request) -> int:
        return int(request.headers["Authorization"].removeprefix("Bearer token-"))

    @asynccontextmanager
    async def running(self) -> AsyncIterator["FakeSite"]:
        app = web.Application()
        app.router.add_post("/api/v1/statuses", self.post)
        app.router.add_post("/api/v1/statuses/{id}/reblog", self.reblog)
        app.router.add_get("/api/v1/timelines/home", self.read_home)
        app.router.add_get("/api/v2/instance", lambda _request: _ok())
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()


async def _ok() -> web.Response:
    return web.json_response({})


@pytest.fixture
def fake_site() -> FakeSite:
    return FakeSite()


@pytest.fixture
def sample_dir() -> Path:
    return Path(__file__).parent / "sample"
