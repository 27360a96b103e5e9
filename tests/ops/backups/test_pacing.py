"""The nightly rehearsal takes its share of one core and no more, and whoever dies, nothing stays stopped for ever."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import combinations
from pathlib import Path

import msgspec
import psutil
import pytest

from petrel.core import clock
from petrel.ops.backups import NotNow, pacing, standing
from petrel.ops.drills.site import environment
from petrel.storage.build import ROOT
from petrel.storage.postgres import holder_of
from tests.ops.backups.conftest import Lost

SHARE, BURNS_S, WINDOW_S = 0.3, 3.0, 2.0
BURST_S = 0.4
"""What may be used at once on two cores, where we look a little late and the kernel counts by hundredths."""
BURN = """
import json, os, subprocess, sys, time
from petrel.ops.backups.pacing import clock
clock_s = clock(int(sys.argv[1]))
began, began_clock, used = time.monotonic(), clock_s(), time.process_time()
code = f"import time\\nbegan = time.monotonic()\\nwhile time.monotonic() - began < {seconds}: pass"
child = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
while time.monotonic() - began < {seconds}: pass
print(json.dumps([time.monotonic() - began, clock_s() - began_clock, time.process_time() - used]))
child.wait()
"""
# A server and one of its sessions: each in a session of its own, and it ends when its parent is gone.
SERVER = """
import os, subprocess, sys
parent, depth = os.getppid(), int(sys.argv[2])
if depth:
    subprocess.Popen([sys.executable, "-c", sys.argv[1], sys.argv[1], str(depth - 1)], start_new_session=True)
while os.getppid() == parent: pass
"""
PARENT = "import sys; from petrel.ops.backups import pacing; pacing.run(sys.argv[1:], 0.05)"


class Watcher:
    """Looks at everything below a process again and again, in a thread of its own."""

    def __init__(self, look: Callable[[list[psutil.Process]], None]) -> None:
        self._look = look
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            self._look([one for one in psutil.Process().children(recursive=True) if one.name() != "sh"])


def test_over_any_while_a_family_takes_no_more_than_its_share(tmp_path: Path) -> None:
    """Its second member has a session of its own, as a server's processes have."""
    seen: list[tuple[float, float]] = []

    def look(family: list[psutil.Process]) -> None:
        with suppress(psutil.Error):
            used = [one.cpu_times() for one in family]
            seen.append((time.monotonic(), sum(map(sum, used))))

    command = [sys.executable, "-c", BURN.replace("{seconds}", str(BURNS_S))]
    with Watcher(look):
        code, said = pacing.run(command, SHARE)
    assert code == 0
    wall_s, clock_s, used_s = json.loads(said)
    assert used_s <= clock_s + 0.1 and clock_s < 0.7 * wall_s, "pauses are not deducted"
    windows = [(b[0] - a[0], b[1] - a[1]) for a, b in combinations(seen, 2) if b[0] - a[0] >= WINDOW_S]
    assert windows and all(used <= SHARE * took + BURST_S for took, used in windows), max(
        used / took for took, used in windows)


@pytest.fixture
def family() -> Iterator[list[psutil.Process]]:
    """Where a test puts what it started; none of it is left."""
    found: list[psutil.Process] = []
    yield found
    for one in found:
        with suppress(psutil.Error):
            one.kill()


def _server(depth: int) -> list[str]:
    return [sys.executable, "-c", SERVER, SERVER, str(depth)]


def _until(condition: Callable[[], bool], what: str) -> None:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < 20, what
        time.sleep(0.01)


def _lives(process: psutil.Process) -> bool:
    """A dead orphan may wait for init to collect it."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_stays_stopped_when_who_stopped_it_dies(number: signal.Signals, family: list[psutil.Process]) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, *_server(2)], cwd=ROOT)

    def all_stopped() -> bool:
        family[:] = [one for one in psutil.Process(parent.pid).children(recursive=True) if one.name() != "sh"]
        return len(family) == 3 and {one.status() for one in family} == {psutil.STATUS_STOPPED}

    _until(all_stopped, "three that are stopped")
    parent.send_signal(number)
    parent.wait()
    _until(lambda: not any(map(_lives, family)), "the end of all of them")


def test_when_the_guard_dies_nobody_is_stopped_any_more(family: list[psutil.Process]) -> None:
    def end_guard(all_of_it: list[psutil.Process]) -> None:
        family[:] = all_of_it or family
        if any(one.status() == psutil.STATUS_STOPPED for one in all_of_it):
            for one in psutil.Process().children():
                if one.name() == "sh":
                    one.kill()

    with Watcher(end_guard), pytest.raises(NotNow):
        pacing.run(_server(0), SHARE)
    assert family and not any(map(_lives, family))


def test_what_is_stopped_has_nothing_to_do_with_the_databases_of_the_site(lost: Lost, tmp_path: Path) -> None:
    """They do not even run: the process that starts them is the one that nobody stops, when the rehearsal is over."""
    data = tmp_path / "site"
    subprocess.run(["cp", "-a", lost.data, data], check=True)       # with its owner
    yesterday_ms = clock.now_ms() - 86_400_000
    backup = max(path.name for path in (lost.place / "data").iterdir())
    standing.made(data, backup, clock.now_ms(), str(lost.place))
    standing.told(data, night_at_ms=yesterday_ms)
    process = subprocess.Popen(
        [sys.executable, "-m", "petrel", "backups", "nightly", "--data", str(data)], cwd=ROOT, stderr=subprocess.PIPE,
        env=environment({"PETREL_BACKUP_TARGET": str(lost.place), "PETREL_BACKUP_REHEARSAL_SHARE": "80"}), text=True)
    stopped = 0
    while process.poll() is None:
        below = psutil.Process(process.pid).children(recursive=True)
        serving = holder_of(data) is not None
        with suppress(psutil.Error):
            if any(one.status() == psutil.STATUS_STOPPED for one in below):
                stopped += 1
                assert not serving
        time.sleep(0.01)
    assert process.returncode == 0, process.stderr
    note = msgspec.structs.asdict(standing.newest(data))
    assert stopped > 5 and note["proven_at_ms"] > yesterday_ms and note["night_at_ms"] > yesterday_ms
    assert not list(data.glob("rehearsal*"))
