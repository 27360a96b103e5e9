"""A site goes on as another release in the same process: nobody is refused, Postgres runs on, what fails gives back."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from petrel.ops.processes import Release, Status, ask, read_status, renew, this_release
from tests.ops.upgrades import releases
from tests.ops.upgrades.releases import Askers, runs
from tests.stories.running import RunningSite, until


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    site = RunningSite(tmp_path_factory.mktemp("site"), rate_limits="off", stranger="off")
    yield site
    site.end()


def status(site: RunningSite) -> Status:
    return until(lambda: read_status(site.data))


def go_over(site: RunningSite, release: Release) -> Status:
    ask(site.data, site.process.pid, release)
    until(lambda: runs(read_status(site.data), release) or site.process.poll() is not None, within_s=60)
    assert site.process.poll() is None, site.console.read_text()
    return status(site)


def test_nobody_is_refused_and_postgres_runs_on(site: RunningSite, tmp_path: Path) -> None:
    other = releases.make(tmp_path, {"extra.py": "'another build'"})
    before = status(site)
    with Askers(site.address, "/about") as askers:
        until(lambda: askers.answers.total() > 20)
        after = go_over(site, other)
        seen = askers.answers.total()
        until(lambda: askers.answers.total() > seen + 20)
    assert set(askers.answers) == {200} and askers.slowest_s < 5
    assert after.pid == before.pid == site.process.pid
    assert [s.pid for s in after.postgres.values()] == [s.pid for s in before.postgres.values()]
    for name, part in after.parts.items():
        assert part.pids and not set(part.pids) & set(before.parts[name].pids)
    # And back again, which is the same.
    again = go_over(site, this_release())
    assert again.release == this_release() and again.address == before.address


def test_web_processes_begun_anew_refuse_nobody(site: RunningSite) -> None:
    before = status(site).parts["web"].pids
    with Askers(site.address, "/about") as askers:
        until(lambda: askers.answers.total() > 20)
        renew(site.data, "web", print)
        seen = askers.answers.total()
        until(lambda: askers.answers.total() > seen + 20)
    assert set(askers.answers) == {200} and not set(status(site).parts["web"].pids) & set(before)


@pytest.mark.parametrize(("name", "old", "new", "why"), [
    ("parts.py", "async def _web(prepared: Prepared) -> None:\n",
     "async def _web(prepared: Prepared) -> None:\n    raise RuntimeError('no')\n", "web ended 3 times"),
    pytest.param("parts.py", "def prepare(",
                 "def prepare(*_):\n    raise RuntimeError('not even begun')\n\n\ndef unused(",
                 "not even begun", marks=pytest.mark.long),
])
def test_a_release_that_does_not_serve_gives_the_site_back(
        site: RunningSite, tmp_path: Path, name: str, old: str, new: str, why: str) -> None:
    text = releases.text_of(name)
    assert old in text
    broken = releases.make(tmp_path, {name: text.replace(old, new, 1)})
    before = status(site)
    with Askers(site.address, "/about") as askers:
        ask(site.data, site.process.pid, broken)
        until(lambda: why in status(site).refused and runs(status(site), this_release()), within_s=60)
        seen = askers.answers.total()
        until(lambda: askers.answers.total() > seen + 20)
    assert set(askers.answers) == {200}
    assert [s.pid for s in status(site).postgres.values()] == [s.pid for s in before.postgres.values()]


def test_what_cannot_be_started_is_refused_and_nothing_happens(site: RunningSite, tmp_path: Path) -> None:
    before = status(site)
    ask(site.data, site.process.pid, msgspec.structs.replace(this_release(), root=str(tmp_path)))
    until(lambda: "no longer holds Petrel" in status(site).refused)
    ask(site.data, site.process.pid, msgspec.structs.replace(this_release(), build="other"))
    until(lambda: "another build by now" in status(site).refused)
    os.kill(site.process.pid, signal.SIGUSR2)               # without a request
    until(lambda: "no request" in status(site).refused)
    assert status(site).parts == before.parts
