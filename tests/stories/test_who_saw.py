"""A leak is looked into: people read on a running site, its processes are killed, and two of the crew ask who saw
what. The answer is compared with what the readers' own records say they were answered."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.stories.running import RunningSite, until

PASSWORD = "long enough for a story"
READERS = ("ben", "cleo", "dora")
FOLLOWERS = (*READERS, "eve")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[RunningSite]:
    running = RunningSite(tmp_path_factory.mktemp("seen"), web_workers="2")
    yield running
    running.end()


def petrel(site: RunningSite, *args: str, given: str = "") -> Any:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PETREL_")}
    done = subprocess.run([sys.executable, "-m", "petrel", *args, "--data", str(site.data), "--json"], input=given,
                          capture_output=True, text=True, env=clean, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


class Reader(threading.Thread):
    """Somebody who reads the same few pages again and again; counts what was on those that were answered whole."""

    def __init__(self, site: RunningSite, handle: str, token: str, author: str, wanted: list[str]) -> None:
        super().__init__(daemon=True)
        self.handle = handle
        self.read: Counter[tuple[str, str, str]] = Counter()
        self.broken = 0
        self.stop = threading.Event()
        self._pages = [("/api/v1/timelines/home?limit=3", "home"), (f"/api/v1/statuses/{wanted[0]}", "api"),
                       (f"/api/v1/accounts/{author}/statuses?limit=2", "prof")]
        self._address, self._wanted = site.address, set(wanted)
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["authorization"] = f"Bearer {token}"

    def run(self) -> None:
        while not self.stop.is_set():
            for path, surface in self._pages:
                try:
                    answer = self._session.get(self._address + path, timeout=10)
                    found = answer.json()
                except requests.RequestException:
                    self.broken += 1
                    continue
                if answer.status_code == 200:
                    shown = {one["id"] for one in (found if isinstance(found, list) else [found])} & self._wanted
                    self.read.update((self.handle, post, surface) for post in shown)


def test_what_was_answered_is_told_though_a_process_was_killed(site) -> None:
    since = datetime.now(UTC).replace(microsecond=0)
    crew = {"kim": "admin", "lou": "moderator"}
    for handle, role in {"ann": "member", **crew, **dict.fromkeys(FOLLOWERS, "member")}.items():
        petrel(site, "accounts", "create", handle, "--role", role, "--password", given=PASSWORD)
    tokens = {one: petrel(site, "tokens", "create", one)["token"] for one in ("ann", *FOLLOWERS)}
    http = requests.Session()
    http.trust_env = False

    def ask(who: str, method: str, path: str, **form: str) -> Any:
        answer = http.request(method, site.address + path, data=form, timeout=10,
                              headers={"authorization": f"Bearer {tokens[who]}"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    author = ask("ann", "GET", "/api/v1/accounts/verify_credentials")["id"]
    for one in FOLLOWERS:
        ask(one, "POST", f"/api/v1/accounts/{author}/follow")
    wanted = [ask("ann", "POST", "/api/v1/statuses", status=f"for followers {n}", visibility="private")["id"]
              for n in range(5)]
    until(lambda: len(ask("eve", "GET", "/api/v1/timelines/home")) == 5)

    readers = [Reader(site, one, tokens[one], author, wanted) for one in READERS]
    for reader in readers:
        reader.start()
    until(lambda: sum(sum(one.read.values()) for one in readers) > 200)
    pids = json.loads((site.data / "run" / "status.json").read_text())["parts"]["web"]["pids"]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    enough = sum(sum(one.read.values()) for one in readers) + 200
    until(lambda: sum(sum(one.read.values()) for one in readers) > enough)
    for reader in readers:
        reader.stop.set()
    for reader in readers:
        reader.join(20)
    read = sum((one.read for one in readers), Counter[tuple[str, str, str]]())

    question = ["@ann", "--from", since.isoformat(), "--until", (since + timedelta(hours=1)).isoformat()]
    asked = petrel(site, "privacy", "who-saw", *question, "--reason", "it was on another site", "--as", "kim",
                   given=PASSWORD)
    approved = petrel(site, "access", "approve", asked["request"], "--as", "lou", given=PASSWORD)
    assert approved["state"] == "approved" and approved["approver"] == "lou"
    told = petrel(site, "privacy", "who-saw", *question, "--request", asked["request"], "--as", "kim", given=PASSWORD)

    sights = [one for one in told["sights"] if one["handle"] in READERS]
    found = Counter((one["handle"], one["post"], one["surface"]) for one in sights)
    assert told["changed"] == 0
    assert read - found == Counter(), "answered, and not told"
    # Told and not answered: pages that were under way when the process was killed, three posts at most on each.
    assert sum((found - read).values()) <= 3 * sum(one.broken for one in readers)
    processes = {one["process"] for one in sights}
    assert processes & set(pids) and processes - set(pids)
