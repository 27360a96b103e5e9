"""Somebody at a browser: pages, their forms, and cookies."""

import re
from html import unescape

from petrel.ops.drills import Answer, Broken, Clients

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


class Browser:
    """One person. Runs no script."""

    def __init__(self, wire: Clients, session: str = "") -> None:
        self._wire = wire
        self._cookies = {"__Host-petrel_session": session} if session else {}

    async def get(self, page: str) -> Answer:
        return self._keep(await self._wire.ask("GET", page, headers=self._headers()))

    async def submit(self, page: str, to: str = "", **fields: str) -> Answer:
        """Opens a page, fills in its form and sends it. Errors: Broken, when there is no form."""
        shown = await self.get(page)
        hidden = {name: unescape(value) for name, value in HIDDEN.findall(shown.body.decode())}
        if "csrf" not in hidden:
            raise Broken(f"{page} has no form: {shown.status} {shown.body[:300]!r}")
        return self._keep(await self._wire.ask("POST", to or page, form=hidden | fields, headers=self._headers()))

    async def press(self, page: str, button: str) -> Answer:
        """The only button whose value begins so."""
        found = re.findall(rf'value="({button}[^"]*)"', (await self.get(page)).body.decode())
        if len(found) != 1:
            raise Broken(f"{page} has {len(found)} buttons {button!r}")
        return await self.submit(page, act=unescape(found[0]))

    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}

    def _keep(self, answer: Answer) -> Answer:
        for name, value in answer.headers:
            if name.lower() == b"set-cookie":
                key, _, rest = value.decode().partition("=")
                self._cookies[key] = rest.partition(";")[0]
        return answer
