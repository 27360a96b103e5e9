"""Other releases to go over to: copies of this one, changed. And people who keep asking meanwhile."""

import http.client
import shutil
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from petrel.ops.processes import Release, Status, this_release
from petrel.storage.build import ROOT, build_of


def make(folder: Path, files: dict[str, str], renamed: tuple[str, str] | None = None) -> Release:
    """This release with `files` (path below petrel/ to text) added or put in place of what is there, and one name
    `renamed` in all its code."""
    shutil.copytree(ROOT / "petrel", folder / "petrel", ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in files.items():
        (folder / "petrel" / name).write_text(text)
    for path in (folder / "petrel").rglob("*.*") if renamed else ():
        if path.suffix in (".py", ".sql") and path.parent.name != "migrations" and renamed[0] in path.read_text():
            path.write_text(path.read_text().replace(*renamed))
    return as_it_stands(folder)


def as_it_stands(folder: Path) -> Release:
    return msgspec.structs.replace(this_release(), root=str(folder), build=build_of(folder))


def text_of(name: str) -> str:
    return (ROOT / "petrel" / name).read_text()


def runs(status: Status | None, release: Release) -> bool:
    """The site has gone over to `release`, and nobody of the one before is left."""
    return (status is not None and status.release is not None and status.release.build == release.build
            and status.state == "ready" and not status.leaving)


class Askers:
    """Clients that ask without a pause, some on one connection, some on a new one for each request.

    `answers`: how often each status came. Whatever was refused, cut off or reset counts under its error.
    """

    def __init__(self, address: str, target: str, *, token: str = "", count: int = 6, body: str = "") -> None:
        self._place = urlsplit(address).netloc
        self._target, self._body = target, body
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body:
            self._headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._stop = threading.Event()
        self.answers: Counter[object] = Counter()
        self.slowest_s = 0.0
        self._threads = [threading.Thread(target=self._ask, args=(bool(n % 2),)) for n in range(count)]

    def __enter__(self) -> "Askers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, keeps: bool) -> None:
        line: http.client.HTTPConnection | None = None
        while not self._stop.is_set():
            began = time.monotonic()
            line = line or http.client.HTTPConnection(self._place, timeout=30)
            try:
                line.request("POST" if self._body else "GET", self._target, self._body or None, self._headers)
                answer = line.getresponse()
                answer.read()
                found: object = answer.status
                if answer.will_close or not keeps:
                    line.close()
                    line = None
            except (OSError, http.client.HTTPException) as e:
                found, line = repr(e), None
            self.answers[found] += 1
            self.slowest_s = max(self.slowest_s, time.monotonic() - began)
            self._stop.wait(0.01)


class Listeners:
    """Clients with a stream open, who come back when they are told to, after as long as they are told.

    `again_ms`: what they were told. `events`: how many came since the last of them came back.
    """

    def __init__(self, address: str, token: str, *, count: int = 10) -> None:
        self._place, self._token = urlsplit(address).netloc, token
        self._stop = threading.Event()
        self.answers: Counter[object] = Counter()
        self.again_ms: list[int] = []
        self.events = 0
        self._threads = [threading.Thread(target=self._listen) for _ in range(count)]

    def __enter__(self) -> "Listeners":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _listen(self) -> None:
        while not self._stop.is_set():
            line = http.client.HTTPConnection(self._place, timeout=2)
            try:
                line.request("GET", "/api/v1/streaming/user", headers={"Authorization": f"Bearer {self._token}"})
                answer = line.getresponse()
                self.answers[answer.status] += 1
                self.events = 0
                self._read(answer)
            except TimeoutError:
                pass                                # nothing came for a while, and the test ends
            except (OSError, http.client.HTTPException) as e:
                self.answers[repr(e)] += 1
            finally:
                line.close()

    def _read(self, answer: http.client.HTTPResponse) -> None:
        while not self._stop.is_set() and (text := answer.readline()):
            self.events += text.startswith(b"event: update")
            if text.startswith(b"retry: "):
                self.again_ms.append(int(text[7:]))
                self._stop.wait(self.again_ms[-1] / 1000)
