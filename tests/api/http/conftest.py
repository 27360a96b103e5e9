"""Toy endpoints behind a real gate: asked directly as ASGI, or through a real uvicorn on a loopback port."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from petrel.api.http import Call, Gate, HttpSettings, Id, Limits, Paged, Pieces, Reply, Upload, listed
from petrel.api.http.routes import Routes
from petrel.core.errors import Invalid, NotFound, Refused, TooMany, Unavailable
from petrel.core.viewer import AppOnly, Member
from tests.serving import gate_served

Headers = list[tuple[bytes, bytes]]
toys = Routes()


class Answer(Struct):
    """What came back. `headers` by lower-case name; `all_headers` as sent."""

    status: int
    all_headers: Headers
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.all_headers}

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        return str(self.json["error"])


class ThingForm(Struct, frozen=True, kw_only=True):
    id: Id


class PollForm(Struct, frozen=True, kw_only=True):
    options: list[str]
    expires_in: int
    multiple: bool = False


class StatusForm(Struct, frozen=True, kw_only=True):
    status: str
    sensitive: bool = False
    in_reply_to_id: Id | None = None
    media_ids: list[Id] = []
    poll: PollForm | None = None
    file: Upload | None = None


class UploadForm(Struct, frozen=True, kw_only=True):
    file: Upload


class ListForm(Paged, frozen=True, kw_only=True):
    id: tuple[Id, ...] = ()
    local: bool = False


@toys.route("GET", "/api/v1/things/:id", scope="public or read:statuses", surface="api")
async def show_thing(call: Call, form: ThingForm) -> bytes:
    if form.id != 1:
        raise NotFound
    return b'{"id":"1"}'


@toys.route("DELETE PUT", "/api/v1/things/:id", scope="write:statuses", surface="api", limit="delete")
async def change_thing(call: Call, form: ThingForm) -> dict[str, Any]:
    return {"id": str(form.id), "params": call.params}


@toys.route("GET", "/api/v1/things/newest", scope="public", surface="pub", deprecated=True)
async def newest_thing(call: Call) -> bytes:
    return b'{"id":"newest"}'


@toys.route("GET", "/api/v1/things", scope="public or read:statuses", surface="pub")
async def list_things(call: Call, form: ListForm) -> Reply:
    page = form.page(20, 40)
    ids = list(range(100, 100 - page.limit, -1))
    return listed(call, Pieces(b"%d" % one for one in ids), ids, is_full=True)


@toys.route("POST", "/api/v1/statuses", scope="write:statuses", surface="api", limit="statuses")
async def post(call: Call, form: StatusForm) -> dict[str, Any]:
    found = msgspec.structs.asdict(form)
    if form.file is not None:
        found["file"] = f"{form.file.name} {form.file.type} {form.file.size_bytes} {len(form.file.file.read())}"
    return found


@toys.route("GET POST PUT PATCH DELETE", "/api/v1/echo", scope="public", surface="none", why_no_surface="a toy")
async def echo(call: Call) -> dict[str, Any]:
    return {key: value if not isinstance(value, Upload) else value.name for key, value in call.params.items()}


@toys.route("POST", "/api/v2/media", scope="write:media", surface="api", most_bytes=5_000_000, limit="media")
async def upload(call: Call, form: UploadForm) -> dict[str, Any]:
    return {"size": form.file.size_bytes}


@toys.route("GET", "/api/v1/whoami", scope="user", surface="none", why_no_surface="a toy")
async def whoami(call: Call) -> dict[str, object]:
    return {"account": call.member.account, "ip": call.ip}


@toys.route("POST", "/api/v1/accounts", scope="app: write:accounts", surface="none", why_no_surface="a toy")
async def sign_up(call: Call) -> None:
    return None


@toys.route("GET", "/api/v1/apps/verify", scope="any token", surface="none", why_no_surface="a toy")
async def verify_app(call: Call) -> dict[str, Any]:
    return {"kind": type(call.viewer).__name__}


@toys.route("GET", "/api/v1/forges", scope="public", surface="none", why_no_surface="a toy")
async def forge(call: Call) -> Reply:
    return Reply({}, headers=((b"x-safe", b"a\r\nx-forged: b"),))


@toys.route("GET", "/api/v1/large", scope="public", surface="none", why_no_surface="a toy")
async def large(call: Call) -> bytes:
    return b"z" * 3_000_000


class Strange(Exception):
    """Not of our tree, and with a secret in it."""


@toys.route("GET", "/api/v1/fails/:how", scope="public", surface="none", why_no_surface="a toy")
async def fail(call: Call) -> None:
    errors: dict[str, BaseException] = {
        "refused": Refused("deny.blocked"),
        "invalid": Invalid("display_name", "is too long"),
        "many": TooMany(61.2),
        "unavailable": Unavailable(detail="db down at 10.0.0.7"),
        "strange": Strange("password=hunter2"),
        "timeout": TimeoutError("secret"),
    }
    raise errors[call.args["how"]]


@toys.route("GET", "/api/v1/slow", scope="public", surface="none", why_no_surface="a toy", limit="none")
async def slow(call: Call) -> None:
    await asyncio.sleep(3600)


TOKENS: dict[bytes, Member | AppOnly] = {}


def token(name: str, caller: Member | AppOnly) -> bytes:
    TOKENS[hashlib.sha256(name.encode()).digest()] = caller
    return name.encode()


ALL = frozenset(("read", "write"))
token("full", Member(account=7 << 22, digest=b"f" * 32, scopes=ALL))
token("reader", Member(account=8 << 22, digest=b"r" * 32, scopes=frozenset(("read",))))
token("app", AppOnly(app=3, digest=b"a" * 32, scopes=ALL))
token("app-reader", AppOnly(app=4, digest=b"b" * 32, scopes=frozenset(("read",))))


async def resolve(digest: bytes) -> Member | AppOnly | None:
    return TOKENS.get(digest)


def gate_of(**kinds: Any) -> Gate:
    settings = HttpSettings(base_url="https://birds.test", **kinds.pop("settings", {}))
    kinds.setdefault("limits", Limits(on=False))
    routes = toys.all()
    if "deadline_s" in kinds:
        deadline_s = kinds.pop("deadline_s")
        routes = tuple(msgspec.structs.replace(route, deadline_s=deadline_s) for route in routes)
    return Gate(settings, resolve, routes=routes, **kinds)


async def ask_once(
    app: Callable[..., Awaitable[None]],
    method: str,
    target: str,
    body: bytes | list[bytes] = b"",
    *,
    as_: str | None = None,
    headers: dict[str, str] | None = None,
    client: tuple[str, int] | None = ("192.0.2.7", 1),
    hangs_up: bool = False,
) -> Answer:
    """`body`: a list stands for chunks without an announced length. `hangs_up`: before the last of it."""
    path, _, query = target.partition("?")
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]
    if as_ is not None:
        raw.append((b"authorization", f"Bearer {as_}".encode()))
    chunks = body if isinstance(body, list) else [body]
    if isinstance(body, list):
        raw.append((b"transfer-encoding", b"chunked"))
    elif body and not any(name == b"content-length" for name, _ in raw):
        raw.append((b"content-length", b"%d" % len(body)))
    sent: list[dict[str, Any]] = []
    coming: list[dict[str, Any]] = [
        {"type": "http.request", "body": chunk, "more_body": hangs_up or n < len(chunks)}
        for n, chunk in enumerate(chunks, start=1)
    ]
    coming.append({"type": "http.disconnect"})
    left = iter(coming)

    async def receive() -> dict[str, Any]:
        return next(left)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode("latin-1"), "headers": raw,
             "client": client, "scheme": "http", "http_version": "1.1"}  # fmt: skip
    await app(scope, receive, send)
    if not sent:
        return Answer(0, [], b"")
    assert sent[-1].get("more_body", False) is False
    return Answer(sent[0]["status"], list(sent[0]["headers"]), b"".join(m.get("body", b"") for m in sent[1:]))


Ask = Callable[..., Answer]


@pytest.fixture
def ask() -> Ask:
    """Asks a gate once: `ask("GET", "/api/v1/things", as_="reader")`."""

    def run(method: str, target: str, body: bytes | list[bytes] = b"", **rest: Any) -> Answer:
        gate = rest.pop("gate", None) or gate_of()
        return asyncio.run(ask_once(gate, method, target, body, **rest))

    return run


@pytest.fixture
def ask_app() -> Callable[..., Awaitable[Answer]]:
    """The same inside a running loop: `await ask_app(gate, "GET", "/api/v1/things")`."""
    return ask_once


@pytest.fixture
def make_gate() -> Callable[..., Gate]:
    return gate_of


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[str, int]]:
    """(host, port) of the toys behind a real uvicorn."""
    with gate_served(gate_of()) as (_, address):
        yield address
