"""The whole application in one process on a real database, asked without a socket, with eyes on every row it has."""

import asyncio
import hashlib
import json as text_json
import time
from collections.abc import Iterator
from typing import Any

import asyncpg
from msgspec import Struct

from petrel import app
from petrel.api.http.limits import Limits
from petrel.core import doors, limits
from petrel.core.doors import writing
from petrel.core.viewer import System
from petrel.features import accounts
from petrel.settings import Settings

EVERYTHING = ("read", "write", "follow", "push", "profile")
ROWS = """
select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')
   and n.nspname || '.' || c.relname <> all ($1::text[]) order by 1
"""
NOT_WATCHED = ["ops.maker", "ops.follower"]      # leases and places of this process itself


class Answer(Struct):
    """`pieces_read`: how many pieces of the body the site took before it answered."""

    status: int
    headers: dict[str, str]
    body: bytes
    pieces_read: int
    cookie: str
    """What it sets, ready to be sent back."""

    @property
    def json(self) -> Any:
        return text_json.loads(self.body)

    @property
    def error(self) -> str:
        return str(self.json["error"])


class Person(Struct, frozen=True):
    id: int
    handle: str
    token: str


class WholeSite:
    """`ask` sends one request; `picture` is a digest of every row of every table."""

    def __init__(self, gate: Any, owner: Any) -> None:
        self._gate = gate
        self._owner = owner
        self._renewed_at = 0.0

    async def ask(self, method: str, target: str, body: bytes | Iterator[bytes] = b"", *, as_: Person | None = None,
                  json: Any = None, type: str = "", **headers: str) -> Answer:
        """`body` that is an iterator comes in pieces of no announced length."""
        if time.monotonic() - self._renewed_at > 5:     # the lease on ids, which `petrel up` renews by itself
            self._renewed_at = time.monotonic()
            await doors.current().renew_lease()
        raw = [(n.lower().replace("_", "-").encode(), v.encode("latin-1")) for n, v in headers.items()]
        if as_ is not None:
            raw.append((b"authorization", f"Bearer {as_.token}".encode()))
        if json is not None:
            body, type = text_json.dumps(json).encode(), "application/json"
        if type:
            raw.append((b"content-type", type.encode()))
        if isinstance(body, bytes):
            if body and not any(n == b"content-length" for n, _ in raw):
                raw.append((b"content-length", b"%d" % len(body)))
            body = iter([body])
        else:
            raw.append((b"transfer-encoding", b"chunked"))
        return await self._asked(method, target, raw, body)

    async def _asked(self, method: str, target: str, headers: list[tuple[bytes, bytes]],
                     body: Iterator[bytes]) -> Answer:
        path, _, query = target.partition("?")
        sent: list[dict[str, Any]] = []
        read = 0

        async def receive() -> dict[str, Any]:
            nonlocal read
            read += not sent
            piece = next(body, None)
            if piece is None:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": piece, "more_body": not isinstance(body, type(iter([])))}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "root_path": "",
                 "query_string": query.encode("latin-1"), "headers": headers, "client": ("192.0.2.7", 1),
                 "server": ("localhost", 8000), "scheme": "http", "http_version": "1.1"}
        await self._gate(scope, receive, send)
        shown = {n.decode().lower(): v.decode("latin-1") for n, v in sent[0]["headers"]}
        given = [v.decode().partition(";")[0] for n, v in sent[0]["headers"] if n.lower() == b"set-cookie"]
        cookie = "; ".join(pair for pair in given if pair.partition("=")[2] not in ("", '""'))
        return Answer(sent[0]["status"], shown, b"".join(m.get("body", b"") for m in sent[1:]), read, cookie)

    async def picture(self) -> dict[str, str]:
        """By table: what is in it."""
        found = {}
        for (name,) in await self._owner.fetch(ROWS, NOT_WATCHED):
            rows = await self._owner.fetch(f"select t::text from {name} t")
            found[name] = hashlib.sha256("\n".join(sorted(r[0] for r in rows)).encode()).hexdigest()
        return found

    async def changed(self, before: dict[str, str]) -> list[str]:
        """The tables that are not as they were."""
        now = await self.picture()
        return sorted(name for name in now if now[name] != before.get(name))

    async def sql(self, statement: str, *args: object) -> None:
        await self._owner.execute(statement, *args)


async def open_site(addresses: Any) -> WholeSite:
    """The doors are open."""
    app.load_rooms()
    app.load_api()
    return WholeSite(await app.web_app(Settings(base_url=limits.current().base_url, nothing_after_ms=0),
                                       Limits(on=False)),
                     await asyncpg.connect(**addresses.main["owner"]))


async def join(*handles: str, scopes: tuple[str, ...] = EVERYTHING, password: str | None = None) -> list[Person]:
    hashed = await accounts.hash_password(password) if password else None
    found = []
    for handle in handles:
        async with writing(System("tests"), cause="tests") as w:
            made = await accounts.create(w, accounts.NewAccount(handle=handle), secret_hash=hashed)
        async with writing(System("tests"), cause="tests") as w:
            [token] = await accounts.issue_tokens_many(w, [made.id], scopes)
        found.append(Person(made.id, handle, token))
    return found


async def at_once(*work: Any) -> list[Any]:
    return list(await asyncio.gather(*work))
