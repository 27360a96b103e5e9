"""The supervisor as an operator meets it: a process that is asked to stop, killed, or has a child that crashes."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from petrel.core.errors import Conflict, Invalid
from petrel.ops.processes import Status, read_status, renew, renewing
from petrel.storage.postgres import Storage, holder_of, leftovers

REPOSITORY = Path(__file__).resolve().parents[2]

PRELUDE = """
import os, signal, sys, time
from pathlib import Path
from petrel.ops.processes import Part, Patience, Supervisor, report_ready, report_works, seat, supervisor
from petrel.storage.postgres import Storage

data = Path(sys.argv[1])

def note(line):
    with (data / "events").open("a") as file:
        file.write(line + "\\n")

def until_asked(name, finishing_s=0.0):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    (data / f"{name} {os.getpid()}").touch()
    report_ready()
    signal.sigwait([signal.SIGTERM])
    time.sleep(finishing_s)
    note(name + " finished")

def web(): until_asked("web", 0.2)
def jobs(): until_asked("jobs")
def crashing(): raise SystemExit(3)
def deaf():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    report_ready()
    while True: time.sleep(10)

def talking():
    report_ready()
    while True:
        report_works()
        time.sleep(0.02)

def quick():
    supervisor.IDLE_S, seat.SILENT_S = 0.1, 0.3

def supervise(*parts, storage=None, **patience):
    (data / "run").mkdir(parents=True, exist_ok=True)
    supervisor = Supervisor(data, parts, address="http://localhost:1234", storage=storage,
                            patience=Patience(**{"first_s": 0.01, "drain_s": 5.0, **patience}))
    raise SystemExit(supervisor.run())

def supervise_with_postgres():
    supervise(Part("web", web, serves=True), Part("jobs", jobs), storage=Storage.open(data))
"""


class Site:
    """A supervisor in a process of its own. Lines of its console are read one by one."""

    def __init__(self, data: Path, program: str) -> None:
        self.data = data
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-c", PRELUDE + program, str(data)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
            process_group=0,
        )
        self.pids: set[int] = {self.process.pid}
        self.heard: list[str] = []

    def hear(self, words: str) -> str:
        """The next line with these words. The console closing first is a failure."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.heard.append(line)
            if words in line:
                self.status()
                return line
        pytest.fail(f"never said {words!r}, only {self.heard}")

    def status(self) -> Status:
        status = until(lambda: read_status(self.data))
        self.pids |= {pid for part in status.parts.values() for pid in part.pids}
        self.pids |= {server.pid for server in status.postgres.values() if server.pid}
        return status

    def await_status(self, met: Callable[[Status], Any]) -> Status:
        return until(lambda: met(status := self.status()) and status)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def await_everybody(self) -> Status:
        """Ready, and each child so far that it would finish its work when asked to stop."""
        self.hear("ready")

        def at_work(status: Status) -> bool:
            pids = [(name, pid) for name, part in status.parts.items() for pid in part.pids]
            return all((self.data / f"{name} {pid}").exists() for name, pid in pids)

        return self.await_status(lambda s: all(part.pids for part in s.parts.values()) and at_work(s))

    def events(self) -> list[str]:
        path = self.data / "events"
        return path.read_text().splitlines() if path.exists() else []

    def living(self) -> list[int]:
        return [pid for pid in self.pids if is_alive(pid)]


def is_alive(pid: int) -> bool:
    entry = leftovers.PROC / str(pid)
    try:
        return leftovers._is_alive(entry)
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(condition: Callable[[], Any], timeout_s: float = 15.0) -> Any:
    deadline = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.01)
    return found


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], Site]]:
    sites: list[Site] = []

    def begin(program: str, data: Path | None = None) -> Site:
        sites.append(Site(data or tmp_path / "data", program))
        return sites[-1]

    yield begin
    for site in sites:
        if site.process.poll() is None:
            site.stop()
        site.process.stdout.close()


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("pristine") / "data"
    Storage.open(data, say=lambda line: None).close()
    return data


@pytest.fixture
def data(pristine: Path, tmp_path: Path) -> Path:
    subprocess.run(["cp", "-a", str(pristine), str(tmp_path / "data")], check=True)
    return tmp_path / "data"


def write(data: Path) -> None:
    async def go() -> None:
        connection = await asyncpg.connect(**Storage(data).main_dsn(), timeout=5)
        try:
            await connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
            await connection.execute("INSERT INTO kept VALUES (1)")
        finally:
            await connection.close()

    asyncio.run(go())


def can_write(data: Path) -> bool:
    try:
        write(data)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    return True


def test_up_and_down_in_order(start):
    site = start("supervise(Part('web', web, wanted=2, serves=True), Part('jobs', jobs))")
    site.await_everybody()
    status = site.await_status(lambda s: s.state == "ready" and s.parts["web"].state == "running")
    assert status.pid == site.process.pid
    assert {name: len(part.pids) for name, part in status.parts.items()} == {"web": 2, "jobs": 1}
    assert all(is_alive(pid) for pid in site.pids)
    assert {os.getpgid(pid) for pid in site.pids} == {site.process.pid}

    assert "Petrel is ready at http://localhost:1234\n" in site.heard
    assert site.stop() == 0
    assert site.events() == ["web finished", "web finished", "jobs finished"]
    assert site.living() == []
    assert read_status(site.data) is None


def test_control_c_reaches_everybody_but_the_order_holds(start):
    site = start("supervise(Part('web', web, serves=True), Part('jobs', jobs))")
    site.await_everybody()
    os.killpg(site.process.pid, signal.SIGINT)
    assert site.process.wait(10) == 0
    assert site.events() == ["web finished", "jobs finished"]


def test_a_killed_child_is_replaced(start):
    site = start("supervise(Part('web', web, serves=True), Part('jobs', jobs))")
    site.hear("ready")
    before = site.status()
    os.kill(before.parts["jobs"].pids[0], signal.SIGKILL)
    assert "signal 9" in site.hear("jobs ended")
    after = site.await_status(lambda s: s.parts["jobs"].restarts == 1 and s.parts["jobs"].state == "running")
    assert after.parts["jobs"].pids != before.parts["jobs"].pids
    assert after.parts["web"].pids == before.parts["web"].pids


def test_a_part_that_keeps_crashing_is_reported_and_the_rest_goes_on(start):
    site = start("supervise(Part('web', web, serves=True), Part('mad', crashing), slow_s=0.3)")
    assert "exit code 3" in site.hear("mad keeps crashing")
    failing = site.await_status(lambda s: s.parts["mad"].state == "failing")
    assert failing.parts["mad"].restarts == 5
    retried = site.await_status(lambda s: s.parts["mad"].restarts >= 7)
    assert retried.parts["mad"].state == "failing"
    assert retried.parts["web"].pids == failing.parts["web"].pids
    assert retried.parts["web"].restarts == 0


def test_a_child_that_does_not_finish_is_ended(start):
    site = start("supervise(Part('web', deaf, serves=True), Part('jobs', jobs), drain_s=0.3)")
    site.hear("ready")
    until(lambda: list(site.data.glob("jobs *")))
    assert site.stop() == 0
    assert site.events() == ["jobs finished"]
    assert site.living() == []


def test_a_second_request_to_stop_is_obeyed_at_once(start):
    site = start("supervise(Part('web', deaf, serves=True), drain_s=60)")
    site.hear("ready")
    site.process.send_signal(signal.SIGTERM)
    site.hear("Stopping")
    site.process.send_signal(signal.SIGTERM)
    assert site.process.wait(10) == 0
    assert site.living() == []


def test_what_hangs_is_told_of_and_ended_only_where_nobody_else_would_tell(start):
    site = start("quick(); supervise(Part('web', web, serves=True), Part('jobs', talking), "
                 "Part('brain', talking, hangs_s=3.0))")
    site.hear("ready")
    # One that has not said that it is there is not silent yet, it begins.
    before = site.await_status(lambda s: all(part.pids and part.state == "running" for part in s.parts.values()))
    jobs, brain = before.parts["jobs"].pids[0], before.parts["brain"].pids[0]
    os.kill(jobs, signal.SIGSTOP)
    os.kill(brain, signal.SIGSTOP)
    silent = site.await_status(lambda s: s.parts["jobs"].silent_since is not None).parts["jobs"]
    assert silent.state == "running" and silent.silent_s() > 0
    after = site.await_status(lambda s: s.parts["brain"].restarts == 1 and s.parts["brain"].pids)
    assert "it hangs" in site.hear("brain has said nothing")
    assert after.parts["brain"].pids != [brain] and after.parts["jobs"].pids == [jobs], "people decide about jobs"
    os.kill(jobs, signal.SIGCONT)
    site.await_status(lambda s: s.parts["jobs"].silent_since is None)
    assert site.status().parts["brain"].restarts == 1, "one that speaks stays"


def test_stop_takes_postgres_down_last(start, data):
    site = start("supervise_with_postgres()", data)
    site.await_everybody()
    status = site.status()
    assert {server.state for server in status.postgres.values()} == {"running"}
    assert holder_of(data) == site.process.pid
    write(data)
    assert site.stop() == 0
    assert site.events() == ["web finished", "jobs finished"]
    assert site.living() == []
    assert "database system is shut down" in (data / "log" / "postgres-main.log").read_text()


def test_postgres_killed_comes_back_and_nobody_else_notices(start, data):
    site = start("supervise_with_postgres()", data)
    site.hear("ready")
    before = site.status()
    write(data)
    began = time.monotonic()
    for name in ("main", "keyring"):
        os.kill(before.postgres[name].pid, signal.SIGKILL)
    site.await_status(lambda s: {server.restarts for server in s.postgres.values()} == {1})
    until(lambda: can_write(data), timeout_s=10)
    assert time.monotonic() - began < 10
    after = site.await_status(lambda s: {server.state for server in s.postgres.values()} == {"running"})
    assert after.parts["web"].pids == before.parts["web"].pids


def test_what_hangs_is_begun_anew_and_everybody_else_goes_on(start, data, monkeypatch):
    monkeypatch.setattr(renewing, "ENDS_S", 0.5)
    site = start("supervise_with_postgres()", data)
    before = site.await_everybody()
    said: list[str] = []
    os.kill(before.parts["jobs"].pids[0], signal.SIGSTOP)
    renew(data, "jobs", said.append)
    now = site.status()
    assert now.parts["jobs"].pids != before.parts["jobs"].pids and now.parts["web"].pids == before.parts["web"].pids
    assert "killed" in said[0]

    write(data)
    os.kill(before.postgres["main"].pid, signal.SIGSTOP)
    renew(data, "main-database", said.append)
    after = site.status()
    assert after.postgres["main"].pid not in (None, before.postgres["main"].pid)
    assert after.postgres["keyring"].pid == before.postgres["keyring"].pid
    assert can_write(data)

    with pytest.raises(Invalid, match="web, jobs, main-database, keyring"):
        renew(data, "mail", said.append)
    assert site.stop() == 0
    with pytest.raises(Conflict, match="petrel up"):
        renew(data, "jobs", said.append)


def test_killed_supervisor_leaves_nobody_and_the_next_one_starts(start, data):
    site = start("supervise_with_postgres()", data)
    site.hear("ready")
    write(data)
    site.process.kill()
    site.process.wait()
    until(lambda: site.living() == [])
    assert holder_of(data) is None

    again = start("supervise_with_postgres()", data)
    again.hear("ready")
    write(data)
    assert again.stop() == 0


def test_a_second_supervisor_is_refused(start, data):
    site = start("supervise_with_postgres()", data)
    site.hear("ready")
    second = subprocess.run(
        [sys.executable, "-c", PRELUDE + "supervise_with_postgres()", str(data)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode != 0
    assert f"already running (process {site.process.pid})" in second.stderr
    assert site.status().state == "ready"
