"""Somebody at a browser, in front of the whole program: pages and API as one process serves them."""

import re
from urllib.parse import urlencode

from petrel import app, settings
from petrel.api.http.limits import Limits
from tests.web.browser import Answer, Cookies, call

FORM = {"content-type": "application/x-www-form-urlencoded"}
PASSWORD = "long enough"


async def front_door() -> object:
    """The ASGI application of a web process, over the doors that are open; nothing is counted."""
    app.load_api()
    return await app.web_app(settings.Settings(data="unused", nothing_after_ms=0), Limits(on=False))


class Someone(Cookies):
    """One person with one browser."""

    def __init__(self, site: object, language: str = "en") -> None:
        super().__init__()
        self.site, self.language = site, language

    async def get(self, path: str) -> Answer:
        return await self.ask("GET", path)

    async def post(self, path: str, **fields: str) -> Answer:
        return await self.ask("POST", path, urlencode(fields).encode(), FORM)

    async def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        headers = {"accept-language": self.language, **(headers or {})}
        return self.keep(await call(self.site, self.scope(method, path, body, headers), body))

    async def submit(self, page: str, path: str, **fields: str) -> Answer:
        """Opens a page, fills in its form and sends it."""
        shown = await self.get(page)
        assert "csrf" in shown.hidden, f"{page} has no form: {shown.status} {shown.location} {shown.text[:2000]}"
        return await self.post(path, **{**shown.hidden, **fields})

    async def join(self, handle: str, name: str = "") -> "Someone":
        answer = await self.submit("/auth/sign_up", "/auth/sign_up", handle=handle, name=name, password=PASSWORD,
                                   password_again=PASSWORD, agreement="1")
        assert answer.status == 303, answer.text
        return self

    async def write(self, text: str, **fields: str) -> str:
        """Publishes from the composer; the address of the post."""
        answer = await self.submit("/compose", "/compose", text=text, back="", **fields)
        assert answer.status == 303, answer.text
        return answer.location

    async def reply(self, post: str, text: str, audience: str = "public") -> str:
        """Answers from the page of the post; the address of the answer."""
        form = (await self.get(post)).hidden
        sent = {name: form[name] for name in ("csrf", "once", "reply_to")}
        assert sent["reply_to"] == post.rpartition("/")[2]
        answer = await self.post("/compose", **sent, text=text, audience=audience)
        assert answer.status == 303, answer.text
        return answer.location

    async def follow(self, handle: str) -> Answer:
        return await self.submit(f"/@{handle}", f"/@{handle}/follow", act="follow")

    async def press(self, page: str, button: str) -> Answer:
        """A button of a post: its `value` begins with `button`."""
        shown = await self.get(page)
        [value] = re.findall(rf'value="({button} \d+ \d+)"', shown.text)
        return await self.post("/marks", csrf=shown.hidden["csrf"], mark=value, back=page)


async def joined(site: object, *handles: str) -> list[Someone]:
    return [await Someone(site).join(handle) for handle in handles]
