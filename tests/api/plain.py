"""Requests as a client writes them, byte by byte if need be, through the front gate and without a socket.

    api = Client()
    answer = await api("POST", "/api/v1/apps", json={...})         # or form={...}, or body=b"..."
    answer = await api("GET", "/api/v1/preferences", token=bearer)

Only routes of modules that have been imported are there.
"""

import json as text_json
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from petrel.api.http import Gate, HttpSettings, Limits
from petrel.core import limits
from petrel.core.doors import reading
from petrel.core.viewer import Anonymous, AppOnly, Member
from petrel.features import accounts


class Answer(Struct):
    """What came back. `headers` by lower-case name."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return text_json.loads(self.body)

    def link(self, rel: str) -> str | None:
        """The target of a Link, as it can be asked for again."""
        for part in self.headers.get("link", "").split(", "):
            if part.endswith(f'rel="{rel}"'):
                return part[1:part.index(">")].removeprefix(limits.current().base_url)
        return None


async def resolve(digest: bytes) -> Member | AppOnly | None:
    async with reading(Anonymous()) as r:
        return await accounts.resolve(r, digest)


class Client:
    """One gate, which remembers tokens for a few seconds as a real one does."""

    def __init__(self) -> None:
        self.gate = Gate(HttpSettings(base_url=limits.current().base_url), resolve, limits=Limits(on=False))

    async def __call__(self, method: str, target: str, *, token: str | None = None, json: Any = None,
                       form: Any = None, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        path, _, query = target.partition("?")
        raw = {name.lower(): value for name, value in (headers or {}).items()}
        if token is not None:
            raw["authorization"] = f"Bearer {token}"
        if json is not None:
            body, raw["content-type"] = text_json.dumps(json).encode(), "application/json"
        elif form is not None:
            body = urlencode(form, doseq=True).encode()
            raw["content-type"] = "application/x-www-form-urlencoded"
        if body:
            raw["content-length"] = str(len(body))
        return await _call(self.gate, method, path, query, raw, body)


async def _call(gate: Gate, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Answer:
    sent: list[dict[str, Any]] = []
    coming = iter([{"type": "http.request", "body": body, "more_body": False}, {"type": "http.disconnect"}])

    async def receive() -> dict[str, Any]:
        return next(coming)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode("latin-1"),
             "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
             "client": ("192.0.2.7", 1), "scheme": "http", "http_version": "1.1"}
    await gate(scope, receive, send)
    shown = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], shown, b"".join(message.get("body", b"") for message in sent[1:]))
