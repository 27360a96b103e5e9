"""One site and one real browser for all tests of the app; each test has people of its own, and windows of theirs."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from petrel.ops.gate import plugin
from petrel.web import built
from tests.features.push.receiver import App
from tests.stories.running import RunningSite, Visitor

CHROMIUM = Path("/usr/bin/chromium-headless-shell")
WHOLE = Path("/usr/bin/chromium")
"""The same engine with all of a window around it, at three times the work: for files that say `BROWSER = WHOLE`."""

OURS = {"x-petrel-app": "1"}
NO_CHROMIUM = "{} is not there: .ci/run installs the package of that name"
NOT_BUILT = "the app was not built: `make app`"
READY = ".app > *"
PATIENCE_MS = 30_000
type(expect).__call__ = plugin.counted(type(expect).__call__)     # it asserts, and is no `assert`
expect.set_options(timeout=PATIENCE_MS)     # what is waited for comes at once, but on a machine that does much else


class Member(Visitor):
    """Somebody with a session, who can also ask the API by it, as the app does."""

    def call(self, method: str, path: str, **body: Any) -> Any:
        answer = self._session.request(method, self.address + path, json=body or None, headers=OURS, timeout=30)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json()

    def write(self, text: str, **more: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.call("POST", "/api/v1/statuses", status=text, **more)
        return made

    def follow(self, other: "Member") -> None:
        self.call("POST", f"/api/v1/accounts/{other.id}/follow")

    @property
    def id(self) -> str:
        return str(self.call("GET", "/api/v1/accounts/verify_credentials")["id"])

    @property
    def cookies(self) -> list[dict[str, str]]:
        return [{"name": one.name, "value": one.value or "", "url": self.address} for one in self._session.cookies]


class Window:
    """A page of somebody's, and what went wrong in it."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address, self.wrong = context, address, list[str]()
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)

    def open(self, path: str = "/") -> Page:
        """As the app has it, where the app takes the page over."""
        self.page.goto(self.address + path)
        self.page.wait_for_selector(READY)
        return self.page


class Service:
    """Where pushes go, and whoever can read them: `came` is what they said."""

    def __init__(self) -> None:
        self.app, self.came, taken = App(), list[str](), self

        class Taking(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sealed = self.rfile.read(int(self.headers["content-length"]))
                taken.came.append(taken.app.open_standard(sealed).decode())
                self.send_response(201)
                self.end_headers()

            def log_message(self, *about: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
        self.place = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def subscription(self) -> dict[str, Any]:
        return {"endpoint": f"http://{self.place}/send", "keys": self.app.keys}

    def close(self) -> None:
        self._server.shutdown()


@pytest.fixture(scope="package")
def service() -> Iterator[Service]:
    one = Service()
    yield one
    one.close()


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory, service: Service) -> Iterator[RunningSite]:
    if built.app() is None:
        pytest.skip(NOT_BUILT)
    running = RunningSite(tmp_path_factory.mktemp("browser"), rate_limits="off", newcomer_hours="0",
                          signups_an_hour="1000", registrations="open", neighbours=service.place)
    try:
        yield running
        assert running.stop() == 0
    finally:
        running.end()


@pytest.fixture(scope="module")
def chromium(request: pytest.FixtureRequest) -> Iterator[Browser]:
    program: Path = getattr(request.module, "BROWSER", CHROMIUM)
    if not program.exists():
        pytest.skip(NO_CHROMIUM.format(program))
    # It holds an event loop of its own while it is open: not longer than a file of these tests.
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(program), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def join(site: RunningSite) -> Callable[[str], Member]:
    def run(handle: str) -> Member:
        one = Member(site.address)
        one.join(handle)
        return one

    return run


@pytest.fixture
def window(site: RunningSite, chromium: Browser) -> Iterator[Callable[..., Window]]:
    """`window(member)`: signed in as they are. Whatever went wrong in the script of a page fails the test."""
    opened: list[Window] = []

    def run(who: Visitor, **kind: Any) -> Window:
        kind.setdefault("viewport", {"width": 1200, "height": 800})
        # The app's worker would answer in place of what a test puts before the network: only where it is meant.
        kind.setdefault("service_workers", "block")
        context = chromium.new_context(locale="en-GB", reduced_motion="reduce", **kind)
        if isinstance(who, Member):
            context.add_cookies(who.cookies)  # type: ignore[arg-type]
        one = Window(context, site.address)
        opened.append(one)
        return one

    yield run
    wrong = [said for one in opened for said in one.wrong]
    for one in opened:
        one.context.close()
    assert not wrong, wrong
