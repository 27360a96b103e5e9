"""HTTP as clients of the site speak it. Nothing here knows the program: an answer is a status, headers and bytes."""

import asyncio
import json as text_json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from msgspec import Struct
from yarl import URL

Pairs = tuple[tuple[bytes, bytes], ...]
STREAMED_S = 0.5
"""How long a client listens to a stream of events."""


class Lost(Exception):
    """No whole answer came: whether the request was carried out is unknown."""


class Answer(Struct, frozen=True):
    """`headers` as they came, in order."""

    status: int
    headers: Pairs
    body: bytes

    @property
    def json(self) -> Any:
        return text_json.loads(self.body)

    def header(self, name: bytes) -> bytes | None:
        return next((value for key, value in self.headers if key.lower() == name), None)

    def link(self, rel: str) -> str | None:
        """The path and query that the `Link` header gives for `rel`."""
        for part in (self.header(b"link") or b"").decode("latin-1").split(", "):
            address, _, rest = part.partition(">; ")
            if rest == f'rel="{rel}"':
                return str(URL(address.removeprefix("<"), encoded=True).relative())
        return None


class Clients:
    """Any number of people at one site, over kept connections. `received_bytes`: of bodies, as they came."""

    def __init__(self, session: aiohttp.ClientSession, address: str, timeout_s: float) -> None:
        self._session = session
        self.address = address
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self.requests = self.received_bytes = 0

    async def ask(self, method: str, target: str, *, token: str | None = None, json: Any = None, form: Any = None,
                  headers: Mapping[str, str] | None = None) -> Answer:
        """`target`: path and query, already encoded. Redirects are answers. Errors: Lost."""
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        self.requests += 1
        try:
            async with self._session.request(method, URL(self.address + target, encoded=True), json=json, data=form,
                                             headers=sent, allow_redirects=False, timeout=self._timeout) as answer:
                is_endless = answer.status == 200 and answer.content_type == "text/event-stream"
                body = await (_begun(answer) if is_endless else answer.read())
                self.received_bytes += len(body)
                return Answer(answer.status, answer.raw_headers, body)
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError, OSError) as e:
            raise Lost(repr(e)) from e

    async def pages(self, target: str, *, token: str | None = None, most: int = 1_000_000) -> AsyncIterator[Any]:
        """The things of a list, page after page by its `Link`. Errors: Lost for any answer but 200."""
        left: str | None = target
        while left is not None and most > 0:
            answer = await self.ask("GET", left, token=token)
            if answer.status != 200:
                raise Lost(f"{answer.status} for {left}")
            for thing in answer.json:
                most -= 1
                yield thing
            left = answer.link("next")


async def _begun(answer: aiohttp.ClientResponse) -> bytes:
    """What a stream that does not end says in its first moments."""
    body = b""
    try:
        async with asyncio.timeout(STREAMED_S):
            async for part in answer.content.iter_any():
                body += part
    except TimeoutError:
        pass
    answer.close()
    return body


@asynccontextmanager
async def clients(address: str, *, connections: int = 64, timeout_s: float = 15.0,
                  connector: aiohttp.TCPConnector | None = None) -> AsyncIterator[Clients]:
    """`connector`: for a site that is found and believed in another way than a plain address on this machine.
    Bodies come as they are, not packed: drills look for marks in them."""
    connector = connector or aiohttp.TCPConnector(limit=connections, force_close=False)
    said = {"User-Agent": "petrel-drill", "Accept-Encoding": "identity"}
    async with aiohttp.ClientSession(connector=connector, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar(),
                                     headers=said) as session:
        yield Clients(session, address, timeout_s)
