"""A whole site as an operator runs it, and people at browsers in front of it, for stories with real clients."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urljoin

import requests

ROOT = Path(__file__).resolve().parents[2]
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
CODE = re.compile(r'<code id="code">([^<]+)</code>')
PASSWORD = "long enough for a story"
Found = TypeVar("Found")


def until(look: Callable[[], Found], *, within_s: float = 20.0) -> Found:
    """What `look` finds once it finds something; what follows the journal shows a moment later."""
    end = time.monotonic() + within_s
    while not (found := look()):
        assert time.monotonic() < end, f"still {found!r} after {within_s} s"
        time.sleep(0.05)
    return found


class RunningSite:
    """`petrel up` in a process of its own. `watched`: its answers are read by their schemas (tests/answers.py)."""

    def __init__(self, folder: Path, *, watched: bool = True, **settings: str) -> None:
        self.data = folder / "data"
        self.console = folder / "console.txt"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PETREL_")}
        settings = {"link_cards": "off", **settings}      # no test asks the internet
        chosen = {f"PETREL_{name.upper()}": value for name, value in settings.items()}
        with self.console.open("w") as console:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.watched" if watched else "petrel", "up", "--data", str(self.data),
                 "--port", "0"], cwd=ROOT, stdout=console, stderr=console, env={**clean, **chosen},
                start_new_session=True,
            )
        self.address: str = until(self._address, within_s=90)

    def _address(self) -> str:
        assert self.process.poll() is None, self.console.read_text()
        path = self.data / "run" / "status.json"
        status: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        return status["address"] if status.get("state") == "ready" else ""

    def stop(self) -> int:
        """Asks it to stop and returns its exit code. What it wrote meanwhile is in `console`."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def end(self) -> None:
        """Leaves nothing running, whatever happened before."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def visitor(self) -> "Visitor":
        return Visitor(self.address)


class Visitor:
    """Somebody with a browser: cookies, links, forms; no script."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.handle = ""
        self._session = requests.Session()
        self._session.trust_env = False

    def open(self, target: str) -> requests.Response:
        return self._session.get(urljoin(self.address, target), timeout=30)

    def send(self, page: requests.Response, action: str, **fields: str) -> requests.Response:
        """Sends a form of this page with its hidden fields; follows where that leads."""
        assert page.status_code == 200, page.text
        hidden = {unescape(name): unescape(value) for name, value in HIDDEN.findall(page.text)}
        assert "csrf" in hidden, f"no form at {page.url}"
        return self._session.post(urljoin(self.address, action), data={**hidden, **fields}, timeout=30)

    def join(self, handle: str) -> "Visitor":
        """Signs up on the page; the browser is signed in afterwards."""
        self.handle = handle
        told = self.send(self.open("/auth/sign_up"), "/auth/sign_up", handle=handle, name=handle.title(),
                         password=PASSWORD, password_again=PASSWORD, agreement="1")
        assert told.status_code == 200 and handle in told.text, told.text
        return self

    def another_browser(self) -> "Visitor":
        """The same person, not signed in."""
        other = Visitor(self.address)
        other.handle = self.handle
        return other

    def allow(self, authorize_url: str) -> requests.Response:
        """Opens what an app sent them to, signs in if asked to, and allows the app: the page or address after it."""
        page = self.open(authorize_url)
        if 'action="/auth/sign_in"' in page.text:
            page = self.send(page, "/auth/sign_in", name=self.handle, password=PASSWORD)
        assert 'value="allow"' in page.text, page.text
        return self.send(page, "/oauth/authorize", decision="allow")

    def code_for(self, authorize_url: str) -> str:
        """The code that the native page shows, to be typed into the app."""
        page = self.allow(authorize_url)
        found = CODE.search(page.text)
        assert found, f"{page.status_code} {page.url} {page.text}"
        return unescape(found[1])
