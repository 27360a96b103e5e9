"""A release as a change: its first cell is answered by it, everybody else as before; whatever breaks, it goes back."""

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
import requests

from petrel.core.doors import writing
from petrel.core.ids import cell_of
from petrel.core.viewer import System
from petrel.features import accounts
from petrel.ops import gate
from petrel.ops.processes import Release, beside, read_status, this_release
from petrel.ops.upgrades import read
from petrel.program import Program
from petrel.storage.postgres import Storage
from tests.ops.upgrades import releases
from tests.ops.upgrades.releases import Askers, runs
from tests.stories.running import ROOT, RunningSite, until

NEXT = "0.2.9"


def build(folder: Path, *changed: tuple[str, str, str]) -> Release:
    """The next release, with these lines of it changed."""
    files = {}
    changed = (("storage/build.py", f'VERSION = "{this_release().version}"', f'VERSION = "{NEXT}"'), *changed)
    for name, old, new in changed:
        text = releases.text_of(name)
        assert old in text
        files[name] = text.replace(old, new, 1)
    release = releases.make(folder, files)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    gate.carry(folder, gate.Judgement("open", [], [], {"executed": 1}))
    return msgspec.structs.replace(release, version=NEXT)


class Site(RunningSite):
    def petrel(self, *words: str, expect: int = 0) -> str:
        clean = {name: value for name, value in this_release().environment().items() if not name.startswith("PETREL_")}
        done = subprocess.run([*this_release().command(*words), "--data", str(self.data)], capture_output=True,
                              text=True, env=clean, timeout=120)
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout + done.stderr

    def people(self) -> dict[int, str]:
        """A token of somebody in each cell."""
        async def make() -> dict[int, str]:
            async with Program().opened(self.data), writing(System("test"), cause="test") as w:
                numbers = await accounts.create_many(w, [accounts.NewAccount(handle=f"p{n}") for n in range(16)])
                return {cell_of(number): (await accounts.open_session(w, number)).token for number in numbers}

        return asyncio.run(make())

    def ask(self, sql: str) -> Any:
        async def go() -> Any:
            connection = await asyncpg.connect(**Storage(self.data).main_dsn())
            try:
                return await connection.fetchval(sql)
            finally:
                await connection.close()

        return asyncio.run(go())

    def served_by(self, people: dict[int, str]) -> dict[int, str]:
        """Which release each of them is answered by."""
        found = {}
        for cell, token in people.items():
            who = {"Authorization": f"Bearer {token}"}
            told = requests.get(f"{self.address}/api/v1/instance", headers=who, timeout=20)
            assert told.status_code == 200, told.text
            found[cell] = told.json()["version"].split()[-1].rstrip(")")
        return found

    def plan(self, release: Release) -> Any:
        return json.loads(self.petrel("changes", "plan", "release", f"to={release.version}-{release.build}",
                                      "backup=any", "--reason", "a next release", "--json"))

    def begin(self, release: Release) -> tuple[int, int]:
        """A change to this release, started: its number and its first cell."""
        planned = self.plan(release)
        self.petrel("changes", "start", planned["id"])
        return int(planned["id"]), planned["visiting"][0]

    def state_of(self, number: int) -> tuple[str, str]:
        state, why = self.ask(f"select array[state, why] from ops.change where id = {number}")
        return state, why

    def is_serving(self) -> bool:
        return self.ask("select state from ops.release") == "serving"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("site"), watched=False, rate_limits="off", stranger="off")
    yield site
    site.end()


@pytest.fixture(scope="module")
def people(site: Site) -> dict[int, str]:
    return site.people()


@pytest.fixture(scope="module")
def newer(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Release:
    newer = build(tmp_path_factory.mktemp("newer"))
    site.petrel("releases", "add", newer.root)
    return newer


def kill(pids: list[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def test_it_comes_cell_by_cell_and_goes_when_it_breaks(
        site: Site, people: dict[int, str], newer: Release, tmp_path: Path) -> None:
    stuck = build(tmp_path / "stuck", ("ops/processes/handover.py", "text = os.pread(note", "text = os.pread(-note"))
    site.petrel("releases", "add", stuck.root)

    # It serves, and could never be replaced: nobody is ever served by it.
    number, _ = site.begin(stuck)
    until(lambda: site.state_of(number)[0] == "undone", within_s=90)
    assert "cannot be replaced" in site.state_of(number)[1]
    until(lambda: beside.NAME not in read_status(site.data).parts)

    number, first = site.begin(newer)
    assert "Another release is on its way" in site.petrel(
        "changes", "plan", "release", f"to={stuck.version}-{stuck.build}", "--reason", "at the same time", expect=2)
    kill(read_status(site.data).parts["jobs"].pids)         # whoever looks after it next goes on
    until(site.is_serving, within_s=90)
    until(lambda: site.served_by(people) == {cell: NEXT if cell == first else "0.2.0" for cell in people})
    listed = site.petrel("releases", "list")
    assert f"{NEXT}-{newer.build}  beside" in listed and "serving" in listed
    serving = listed.split("\n")[1].split()[0]
    assert "is serving: it stays" in site.petrel("releases", "remove", serving, expect=2)

    # It is killed while people ask, and they do not notice.
    with Askers(site.address, "/api/v1/timelines/home", token=people[first]) as asking:
        until(lambda: asking.answers.total() > 50)
        home = read_status(beside.home_of(site.data))
        kill([home.pid, *home.parts["web"].pids])
        until(lambda: site.state_of(number)[0] == "undone")
        seen = asking.answers.total()
        until(lambda: asking.answers.total() > seen + 50)
    assert set(asking.answers) == {200}, asking.answers
    assert "ended" in site.state_of(number)[1]
    until(lambda: set(site.served_by(people).values()) == {"0.2.0"})
    until(lambda: beside.NAME not in read_status(site.data).parts)


@pytest.mark.long
def test_it_takes_over_and_is_the_one_that_serves(
        site: Site, people: dict[int, str], newer: Release, tmp_path: Path) -> None:
    number, first = site.begin(newer)
    until(site.is_serving, within_s=90)
    other = next(token for cell, token in people.items() if cell != first)
    with (Askers(site.address, "/api/v1/timelines/home", token=people[first]) as asking,
          Askers(site.address, "/api/v1/statuses", token=other, body="status=hi", count=2) as writing):
        # As if it had been in all cells but one for long enough.
        site.ask(f"update ops.change set reach = 15, wave_at = now() - interval '20 minutes' where id = {number}")
        until(lambda: read(site.data) is not None, within_s=60)
        kill(read_status(site.data).parts["jobs"].pids)
        until(lambda: site.state_of(number)[0] in ("confirmed", "undone"), within_s=90)
        seen = asking.answers.total()
        until(lambda: asking.answers.total() > seen + 20)
    assert site.state_of(number)[0] == "confirmed", site.state_of(number)
    assert set(asking.answers) == set(writing.answers) == {200}, (asking.answers, writing.answers)
    assert runs(read_status(site.data), newer) and set(site.served_by(people).values()) == {NEXT}
    assert f"0.2.0-{this_release().build}  last good" in site.petrel("releases", "list")

    # The one before that nobody confirms: back by itself, whoever was at it.
    probe = "    canary = Canary(stranger"
    silent = build(tmp_path / "silent", ("ops/upgrades/trials.py", "WITHIN_S = 120.0", "WITHIN_S = 5.0"),
                   ("ops/watching/canary.py", probe, f"    await asyncio.sleep(600)\n{probe}"))
    environment = {**silent.environment(), "PETREL_PORT": site.address.rpartition(":")[2]}
    going = subprocess.Popen(silent.command("upgrade", "--trial", "--without-backup", "--data", str(site.data)),
                             env=environment)
    until(step_is(site, "on trial"), within_s=60)
    going.kill()
    going.wait()
    assert runs(read_status(site.data), silent)
    until(lambda: runs(read_status(site.data), newer), within_s=60)
    assert "nobody confirmed it" in read(site.data).why


def step_is(site: Site, step: str) -> Callable[[], bool]:
    return lambda: (record := read(site.data)) is not None and record.step == step
