"""Members of some cells are answered by another release on the same machine; nothing is lost when that ends."""

import asyncio
import hashlib
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import uvicorn

from petrel.api.http import Gate
from petrel.api.http.wire import Connection
from petrel.core import beside
from petrel.core.ids import cell_of
from petrel.core.viewer import Member
from tests.serving import gate_served
from tests.stories.running import until

BUILD = "abc"
BROKEN = requests.exceptions.ChunkedEncodingError
HERE = Member(account=7 << 22, digest=b"f" * 32, scopes=frozenset(("read", "write")))
ELSEWHERE = Member(account=7 << 22 | 5 << 6, digest=b"g" * 32, scopes=frozenset(("read", "write")))
Seen = list[tuple[str, int, int | None]]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    beside.install(beside.Other(BUILD, tmp_path, frozenset((cell_of(ELSEWHERE.account),))))
    yield tmp_path
    beside.install(None)


def gate(make_gate: Callable[..., Gate], seen: Seen, *, relays: bool) -> Gate:
    made = make_gate(relays=relays, observe=lambda name, status, _s, account: seen.append((name, status, account)))
    known = {hashlib.sha256(name).digest(): who for name, who in ((b"here", HERE), (b"elsewhere", ELSEWHERE))}

    async def resolve(digest: bytes) -> Member | None:
        return known.get(digest)

    made.tokens._resolve = resolve
    return made


@pytest.fixture
def there(make_gate: Callable[..., Gate], folder: Path) -> Iterator[Seen]:
    """What the other release has answered."""
    seen: Seen = []
    config = uvicorn.Config(gate(make_gate, seen, relays=False), http=Connection, loop="uvloop", log_level="error",
                            lifespan="on", proxy_headers=False, uds=str(folder / beside.socket_name(BUILD)))
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    yield seen
    server.should_exit = True
    thread.join(10)


def test_they_are_answered_there_and_counted_once(make_gate: Any, there: Seen) -> None:
    here: Seen = []
    front = gate(make_gate, here, relays=True)
    with gate_served(front, proxy_headers=False) as (_, (host, port)), requests.Session() as session:
        session.trust_env = False
        at = f"http://{host}:{port}"

        def ask(who: str, method: str, path: str, **more: Any) -> requests.Response:
            headers = {"Authorization": f"Bearer {who}", **more.pop("headers", {})}
            return session.request(method, at + path, headers=headers, timeout=10, **more)

        assert ask("here", "GET", "/api/v1/whoami").json()["account"] == HERE.account
        until(lambda: here == [("/api/v1/whoami", 200, HERE.account)])
        assert there == []
        here.clear()
        forged = {"X-Forwarded-For": "203.0.113.9"}
        told = ask("elsewhere", "GET", "/api/v1/whoami", headers=forged).json()
        assert told == {"account": ELSEWHERE.account, "ip": "127.0.0.1"}
        until(lambda: here == there == [("/api/v1/whoami", 200, ELSEWHERE.account)])
        assert ask("elsewhere", "POST", "/api/v1/statuses", json={"status": "ö" * 400}).json()["status"] == "ö" * 400
        assert ask("elsewhere", "POST", "/api/v1/echo?a=%20b", data={"c": "d"}).json() == {"a": " b", "c": "d"}
        assert ask("elsewhere", "POST", "/api/v2/media", files={"file": b"x" * 900_000}).json() == {"size": 900_000}
        assert ask("elsewhere", "POST", "/api/v1/echo", data=iter([b'{"a":', b'"b"}']),
                   headers={"Content-Type": "application/json"}).json() == {"a": "b"}
        # Longer than is kept, and of no length that was told.
        assert ask("elsewhere", "POST", "/api/v1/echo", data=iter([b"d=", b"c" * 40_000, b"c" * 40_000]),
                   headers={"Content-Type": "application/x-www-form-urlencoded"}).json() == {"d": "c" * 80_000}
        assert ask("elsewhere", "GET", "/api/v1/large").content == b"z" * 3_000_000
        assert ask("elsewhere", "HEAD", "/api/v1/large").content == b""
        assert ask("elsewhere", "GET", "/api/v1/fails/strange").status_code == 500
        assert ask("elsewhere", "GET", "/api/v1/nowhere").status_code == 404
        until(lambda: len(there) == 10 and [one[:2] for one in here] == [one[:2] for one in there])
        assert {account for _, _, account in here} == {ELSEWHERE.account}


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def ending(folder: Path, said: bytes = b"") -> Any:
    """One that reads a request, says this much of an answer, and is killed."""
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        writer.close()

    server = await asyncio.start_unix_server(talk, str(folder / beside.socket_name(BUILD)))
    async with server:
        yield


POST = {"headers": {"Content-Type": "application/json"}, "as_": "elsewhere"}


async def test_what_never_reached_it_is_answered_here(make_gate: Any, ask_app: Any, folder: Path) -> None:
    seen: Seen = []
    answer = await ask_app(gate(make_gate, seen, relays=True), "POST", "/api/v1/statuses", b'{"status":"a"}', **POST)
    assert answer.json["status"] == "a" and seen == [("/api/v1/statuses", 200, ELSEWHERE.account)]
    parts = [b'{"status":"', b"b" * 100_000, b'"}']
    answer = await ask_app(gate(make_gate, seen, relays=True), "POST", "/api/v1/statuses", parts, **POST)
    assert answer.json["status"] == "b" * 100_000


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab", b"not HTTP at all\r\n\r\n"])
async def test_killed_in_between_it_is_repeated_here_where_that_is_safe(
        make_gate: Any, ask_app: Any, folder: Path, said: bytes) -> None:
    seen: Seen = []
    front = gate(make_gate, seen, relays=True)
    async with ending(folder, said):
        assert (await ask_app(front, "GET", "/api/v1/whoami", as_="elsewhere")).json["account"] == ELSEWHERE.account
        keyed = {**POST, "headers": {**POST["headers"], "Idempotency-Key": "k"}}      # type: ignore[dict-item]
        assert (await ask_app(front, "POST", "/api/v1/statuses", b'{"status":"a"}', **keyed)).status == 200
        lost = await ask_app(front, "POST", "/api/v1/statuses", b'{"status":"a"}', **POST)
    assert lost.status == 503 and "may have been done" in lost.error
    assert [status for _, status, _ in seen] == [200, 200, 503]


async def test_an_answer_that_has_begun_is_broken_off(make_gate: Any, folder: Path) -> None:
    said = b"HTTP/1.1 200 OK\r\ncontent-length: 900000\r\n\r\n" + b"a" * 70_000
    headers = {"Authorization": "Bearer elsewhere"}
    async with ending(folder, said):
        with gate_served(gate(make_gate, [], relays=True)) as (_, (host, port)), pytest.raises(BROKEN):
            await asyncio.to_thread(requests.get, f"http://{host}:{port}/api/v1/large", headers=headers, timeout=10)
