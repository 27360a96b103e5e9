"""A browser of a few lines for the web door: cookies, forms, no script. Speaks ASGI straight to the app."""

import asyncio
import re
from collections.abc import MutableMapping
from html import unescape
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from petrel.web.door import Door
from petrel.web.routes import build
from tests.web.fake import Fake

HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


class Answer:
    def __init__(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status = status
        self.headers = dict(headers)
        self.all_headers = headers
        self.body = body
        self.text = body.decode("utf-8", "replace")

    @property
    def location(self) -> str:
        return self.headers.get("location", "")

    @property
    def hidden(self) -> dict[str, str]:
        """Hidden fields of the page's forms, the first of each name."""
        found: dict[str, str] = {}
        for name, value in HIDDEN.findall(self.text):
            found.setdefault(unescape(name), unescape(value))
        return found


class Cookies:
    """What a browser keeps and sends, and how it says it to an ASGI app."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}

    def scope(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
        parts = urlsplit(path)
        sent = {"host": "petrel.test", "content-length": str(len(body)), **headers}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in sent.items()],
            "client": ("192.0.2.7", 50000),
            "server": ("petrel.test", 80),
        }

    def keep(self, answer: Answer) -> Answer:
        for header in (value for name, value in answer.all_headers if name == "set-cookie"):
            for name, morsel in SimpleCookie(header).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return answer


class Browser(Cookies):
    """One person at one site. `who`: signed in as that member of the cast."""

    def __init__(self, fake: Fake | None = None, who: str = "", base_url: str = "http://petrel.test") -> None:
        self.fake = fake or Fake()
        self.app = build(Door(needs=self.fake, base_url=base_url, csrf_key=b"k" * 32))
        super().__init__()
        self.base = base_url
        if who:
            prefix = "__Host-" if base_url.startswith("https") else ""
            self.cookies[prefix + "petrel_session"] = self.fake.enter(who)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, b"", headers)

    def post(self, path: str, fields: dict[str, str] | bytes, **headers: str) -> Answer:
        body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
        return self.ask("POST", path, body, {"content-type": "application/x-www-form-urlencoded", **headers})

    def submit(self, page: str, path: str, **fields: str) -> Answer:
        """Open a page, fill in its form and send it."""
        shown = self.get(page)
        assert "csrf" in shown.hidden, f"{page} has no form: {shown.status} {shown.location}"
        return self.post(path, {**shown.hidden, **fields})

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        return self.keep(asyncio.run(call(self.app, self.scope(method, path, body, headers), body)))


async def call(app: Any, scope: dict[str, Any], body: bytes) -> Answer:
    """One whole request, without a socket."""
    sent: list[MutableMapping[str, Any]] = []
    events: list[dict[str, Any]] = [{"type": "http.request", "body": body}]

    async def receive() -> dict[str, Any]:
        if not events:
            await asyncio.Event().wait()        # stays connected as long as it is answered
        return events.pop()

    async def send(event: MutableMapping[str, Any]) -> None:
        sent.append(event)

    try:
        await app(scope, receive, send)
    except Exception:
        if not sent:  # Starlette answers 500 first and raises after
            raise
    headers = [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]
    return Answer(sent[0]["status"], headers, b"".join(event.get("body", b"") for event in sent[1:]))
