"""The one way to ask something of a stranger's server: guarded, bounded, over HTTP/1.1, and telling nothing of anybody.

The host is resolved once and the connection goes to the address that was looked at (`reach.py`); over TLS the
certificate must be the host's all the same. Each redirect is looked at like the first address. Bytes, seconds and
redirects are bounded, of head and body together; nothing is unpacked, no cookie kept, no referrer told.
Whoever asks a stranger more than once asks by `core/asking.py`, which lets failing hosts rest.
"""

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache
from typing import Literal
from urllib.parse import quote, urljoin, urlsplit

from msgspec import Struct

from petrel.outside import reach

Why = Literal["address", "name", "connection", "certificate", "time", "size", "protocol", "redirects", "url"]

HEAD_BYTES = 32_768
READ_BYTES = 65_536
TRIED = 3                               # addresses of one host
SAFE = "%/:=&?~+!$,;'@()*[]"
MOVED = (301, 302, 303, 307, 308)


class Bounds(Struct, frozen=True):
    """`most_bytes`: of a body; what is longer is cut there. `redirects`: 0 gives the redirecting answer itself."""

    most_bytes: int = 1 << 20
    seconds: float = 10.0
    redirects: int = 3


class Asked(Struct, frozen=True):
    """What to ask. `anywhere`: an address of the operator's choosing, which may be in the house."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = {}
    body: bytes | None = None
    anywhere: bool = False


class Answer(Struct, frozen=True):
    """`url`: where it came from in the end. Header names are in lower case. `is_cut`: there was more."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    is_cut: bool = False


class Failed(Exception):
    """No answer. `why` in one word; no text of theirs is in it, nor the address."""

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(f"{why} {detail}".strip())
        self.why: Why = why

    @property
    def is_theirs(self) -> bool:
        """Whether the host is to blame: asking it again soon is of no use."""
        return self.why in ("name", "connection", "certificate", "time", "protocol")


class Place(Struct, frozen=True):
    """An address of the web, taken apart."""

    is_tls: bool
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_tls else 80) else f"{host}:{self.port}"


def place_of(url: str) -> Place:
    """Errors: Failed ("url") for what is no plain address of the web."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = (parts.hostname or "").rstrip(".")
        if parts.scheme not in ("http", "https") or not host or parts.username is not None:
            raise Failed("url")
        if not host.isascii():
            import idna

            host = idna.encode(host, uts46=True).decode()
    except ValueError as e:             # idna's are such too
        raise Failed("url") from e
    if len(url) > 8192 or any(c <= " " or c == "\x7f" for c in url) or not set(host).isdisjoint("/\\@%"):
        raise Failed("url")
    target = quote(parts.path or "/", safe=SAFE) + (f"?{quote(parts.query, safe=SAFE)}" if parts.query else "")
    return Place(parts.scheme == "https", host, port, target)


async def ask(asked: Asked, bounds: Bounds = Bounds()) -> Answer:
    """Asks, and follows redirects of a GET. Errors: Failed."""
    try:
        async with asyncio.timeout(bounds.seconds):
            return await _followed(asked, bounds)
    except TimeoutError as e:
        raise Failed("time") from e


async def _followed(asked: Asked, bounds: Bounds) -> Answer:
    url = asked.url
    for left in reversed(range(bounds.redirects + 1)):
        answer = await _once(url, asked, bounds)
        to = answer.headers.get("location", "")
        if answer.status not in MOVED or not to or asked.method != "GET" or bounds.redirects == 0:
            return answer
        if not left:
            break
        try:
            url = urljoin(url, to)
        except ValueError as e:
            raise Failed("url") from e
    raise Failed("redirects")


async def _once(url: str, asked: Asked, bounds: Bounds) -> Answer:
    place = place_of(url)
    reader, writer = await _connected(place, asked.anywhere)
    try:
        writer.write(_head(place, asked) + (asked.body or b""))
        await writer.drain()
        return await _read(reader, url, asked.method, bounds)
    except ssl.SSLError as e:
        raise Failed("protocol") from e
    except OSError as e:
        raise Failed("connection") from e
    finally:
        writer.transport.abort()        # a goodbye could be waited for


async def _connected(place: Place, anywhere: bool) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        hosts = [place.host] if anywhere else [str(a) for a in await reach.addresses(place.host, place.port)]
    except reach.Forbidden as e:
        raise Failed("address", str(e)) from e
    except (OSError, UnicodeError) as e:
        raise Failed("name") from e
    context = _context() if place.is_tls else None
    for host in hosts[:TRIED]:
        try:
            return await asyncio.open_connection(host, place.port, limit=READ_BYTES, ssl=context,
                                                 server_hostname=place.host if place.is_tls else None)
        except ssl.SSLError as e:
            raise Failed("certificate") from e
        except OSError:
            continue
    raise Failed("connection")


@cache
def _context() -> ssl.SSLContext:
    """What certificates are checked against; tests put their own authority in."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _head(place: Place, asked: Asked) -> bytes:
    headers = {"Host": place.authority, "User-Agent": "Petrel", "Accept-Encoding": "identity", "Connection": "close",
               **asked.headers}
    if asked.body is not None:
        headers["Content-Length"] = str(len(asked.body))
    if any(c in value for value in headers.values() for c in "\r\n\0"):
        raise Failed("url", "header")
    lines = [f"{asked.method} {place.target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


class _Reading:
    """What the parser calls, as an answer comes in."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        self.has_head = self.is_done = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(self.headers) < 200:
            self.headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1").strip())

    def on_headers_complete(self) -> None:
        self.has_head = True

    def on_body(self, part: bytes) -> None:
        self.body += part

    def on_message_complete(self) -> None:
        self.is_done = True


async def _read(reader: asyncio.StreamReader, url: str, method: str, bounds: Bounds) -> Answer:
    import httptools

    got = _Reading(bounds.most_bytes)
    parser = httptools.HttpResponseParser(got)
    seen = 0
    while not got.is_done and len(got.body) <= bounds.most_bytes:
        part = await reader.read(READ_BYTES)
        if not part:
            break                       # without a length, the end of the connection is the end of the body
        seen += len(part)
        try:
            parser.feed_data(part)
        except httptools.HttpParserError as e:
            raise Failed("protocol") from e
        if seen > HEAD_BYTES and (not got.has_head or seen - len(got.body) > READ_BYTES + bounds.most_bytes):
            raise Failed("size")        # a head without end, or more wrapping than contents
        if got.has_head and parser.get_status_code() < 200:         # "continue": the answer comes after
            raise Failed("protocol")
        if got.has_head and method == "HEAD":
            break
    if not got.has_head:
        raise Failed("protocol")
    return Answer(url, parser.get_status_code(), got.headers, bytes(got.body[:bounds.most_bytes]),
                  len(got.body) > bounds.most_bytes or (not got.is_done and "content-length" in got.headers))
