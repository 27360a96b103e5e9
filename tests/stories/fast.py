"""How fast a change of who sees what holds, asked of a real site: every web process, page and API alike.

Measured from the acknowledged write: how long after it a read began that still showed what had been taken away, at
worst; 0 when none did. source: docs/law/visibility.md section 11. `bench/how_fast.py` prints the figures.
"""

import asyncio
import itertools
import json
import secrets
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from tests.stories.running import PASSWORD, RunningSite

NEAR, FAR = "link, api", "home, search, notifications"
LIMIT_S = {NEAR: 1.0, FAR: 5.0}
WATCH_S = 0.35
GIVE_UP_S = 10.0


class Person(Struct, frozen=True):
    handle: str
    id: str
    token: str
    cookie: str


class View(Struct, frozen=True):
    """What somebody asks for; `mark` stands in the answer as long as they may see it."""

    group: str
    path: str
    mark: str
    who: Person | None = None
    is_page: bool = False


class Case(Struct, frozen=True):
    """A change: `act` answers when it is acknowledged, and then `views` must cease to show their marks."""

    act: Callable[[], Awaitable[object]]
    views: list[View]


class Line:
    """One connection to one web process."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self.process = ""

    async def open(self) -> "Line":
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        await self.ask("GET", "/about")
        return self

    async def ask(self, method: str, path: str, headers: dict[str, str] | None = None,
                  body: bytes = b"") -> tuple[int, bytes]:
        sent = {"host": f"{self._host}:{self._port}", "content-length": str(len(body)), **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        self._writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        status = int((await self._reader.readline()).split()[1])
        answered = {}
        while line := (await self._reader.readline()).strip():
            name, _, value = line.decode("latin-1").partition(":")
            answered[name.lower()] = value.strip()
        self.process = answered.get("x-request-id", "")[:16]
        return status, await self._reader.readexactly(int(answered.get("content-length", "0")))

    async def shows(self, view: View) -> bool:
        headers = {}
        if view.who is not None:
            headers = {"cookie": view.who.cookie} if view.is_page else {"authorization": f"Bearer {view.who.token}"}
        _, body = await self.ask("GET", view.path, headers)
        return view.mark.encode() in body

    def close(self) -> None:
        self._writer.close()


class Fleet:
    """The web processes of a site, each reached at will, and people to act in front of them."""

    def __init__(self, site: RunningSite, processes: int = 2) -> None:
        self.site = site
        url = urlsplit(site.address)
        self._host, self._port = url.hostname or "", url.port or 80
        self._processes = processes
        self._number = itertools.count()
        self.lines: dict[str, Line] = {}
        self.reads = 0

    async def open(self) -> "Fleet":
        async with asyncio.timeout(30):
            while len(self.lines) < self._processes:
                line = await self._line()
                self.lines.setdefault(line.process, line)
        _, app = await self.api("POST", "/api/v1/apps", client_name="how fast", scopes="read write follow",
                                redirect_uris="urn:ietf:wg:oauth:2.0:oob")
        self.client = {name: app[name] for name in ("client_id", "client_secret")}
        _, mine = await self.api("POST", "/oauth/token", grant_type="client_credentials", scope="read write follow",
                                 **self.client)
        self._app = mine["access_token"]
        return self

    async def _line(self, process: str = "") -> Line:
        """A new connection, to this process if one is named."""
        while True:
            line = await Line(self._host, self._port).open()
            if process in ("", line.process):
                return line
            line.close()

    async def api(self, method: str, path: str, who: Person | str | None = None, **fields: Any) -> tuple[int, Any]:
        token = who.token if isinstance(who, Person) else who
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        line = list(self.lines.values())[next(self._number) % len(self.lines)]
        status, body = await line.ask(method, path, headers, json.dumps(fields).encode())
        return status, json.loads(body)

    async def good(self, method: str, path: str, who: Person | None, **fields: Any) -> Any:
        status, answer = await self.api(method, path, who, **fields)
        assert status == 200, (method, path, status, answer)
        return answer

    async def join(self, name: str) -> Person:
        """Somebody new, with an app and a browser."""
        handle = f"{name}{secrets.token_hex(3)}"
        _, issued = await self.api("POST", "/api/v1/accounts", self._app, username=handle, password=PASSWORD,
                                   email=f"{handle}@example.org", agreement=True, locale="en")
        token = issued["access_token"]
        me = (await self.api("GET", "/api/v1/accounts/verify_credentials", token))[1]
        return Person(handle, me["id"], token, await asyncio.to_thread(self._sign_in, handle))

    def _sign_in(self, handle: str) -> str:
        browser = self.site.visitor()
        browser.send(browser.open("/auth/sign_in"), "/auth/sign_in", name=handle, password=PASSWORD)
        return f"petrel_session={browser._session.cookies['petrel_session']}"

    async def press(self, who: Person, page: str, **fields: str) -> None:
        """Sends a form of a page as this person's browser does; done when the answer is there."""
        def send() -> None:
            browser = self.site.visitor()
            name, _, value = who.cookie.partition("=")
            browser._session.cookies.set(name, value)
            shown = browser.open(page)
            token = shown.text.partition('name="csrf" value="')[2].partition('"')[0]
            answer = browser._session.post(f"{browser.address}{page}", data={"csrf": token, **fields}, timeout=30,
                                           allow_redirects=False)
            assert answer.status_code == 303, answer.text
        await asyncio.to_thread(send)

    async def measure(self, case: Case, give_up_s: float = GIVE_UP_S) -> list[tuple[View, float]]:
        """For each view and process the seconds until it no longer showed its mark."""
        watches = [(view, await self._line(process)) for view in case.views for process in self.lines]
        try:
            await asyncio.gather(*(self._appears(line, view) for view, line in watches))
            await case.act()
            acknowledged_s = time.perf_counter()
            seen = await asyncio.gather(*(
                self._last_seen(line, view, acknowledged_s, give_up_s) for view, line in watches))
        finally:
            for _, line in watches:
                line.close()
        return [(view, last_s) for (view, _), last_s in zip(watches, seen, strict=True)]

    async def _appears(self, line: Line, view: View) -> None:
        end_s = time.monotonic() + GIVE_UP_S
        while not await line.shows(view):
            assert time.monotonic() < end_s, f"{view.path} never showed {view.mark}"
            await asyncio.sleep(0.02)

    async def _last_seen(self, line: Line, view: View, since_s: float, give_up_s: float) -> float:
        last_s, hidden = 0.0, 0
        while hidden < 3 or time.perf_counter() - since_s < WATCH_S:
            begun_s = time.perf_counter() - since_s
            if begun_s > give_up_s:
                return give_up_s
            is_shown = await line.shows(view)
            self.reads += 1
            last_s, hidden = (begun_s, 0) if is_shown else (last_s, hidden + 1)
        return last_s


Figures = dict[tuple[str, str], list[float]]


async def measured(fleet: Fleet, cases: dict[str, Callable[[], Awaitable[Case]]], repetitions: int) -> Figures:
    """By change and group of surfaces: seconds, one for each repetition, view and process."""
    figures: Figures = defaultdict(list)
    for name, prepare in cases.items():
        for _ in range(repetitions):
            for view, last_s in await fleet.measure(await prepare()):
                figures[name, view.group].append(last_s)
    return figures


def table(figures: Figures) -> list[str]:
    """Lines for reading: milliseconds after the acknowledgement at which somebody still saw it."""
    lines = [f"{'change':17} {'where':29} {'n':>5} {'p50 ms':>7} {'p99 ms':>7} {'max ms':>7} {'limit':>6}"]
    for (change, group), seconds in figures.items():
        p50, p99, worst = (percentile(seconds, share) * 1000 for share in (0.5, 0.99, 1.0))
        lines.append(f"{change:17} {group:29} {len(seconds):5} {p50:7.1f} {p99:7.1f} {worst:7.1f} "
                     f"{LIMIT_S[group] * 1000:6.0f}")
    return lines


def percentile(seconds: list[float], share: float) -> float:
    return sorted(seconds)[min(len(seconds) - 1, int(share * len(seconds)))]
