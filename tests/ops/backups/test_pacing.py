"""The nightly rehearsal takes its share of one core and no more, and whoever dies, nothing stays stopped for ever."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import combinations, pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import msgspec
import psutil
import pytest

from petrel import parts, settings
from petrel.core import clock
from petrel.ops.backups import rehearsal, standing
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
began, began_clock = time.monotonic(), clock_s()
code = f"import time\\nbegan = time.monotonic()\\nwhile time.monotonic() - began < {seconds}: pass"
child = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
while time.monotonic() - began < {seconds}: pass
print(json.dumps([began, time.monotonic(), clock_s() - began_clock]))
child.wait()
"""
# A server and one of its sessions: each in a session of its own, and it ends when its parent is gone.
SERVER = """
import os, subprocess, sys
code, depth, parent = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if depth:
    subprocess.Popen([sys.executable, "-c", code, code, str(depth - 1), str(os.getpid())], start_new_session=True)
while os.getppid() == parent: pass
"""
PARENT = """
import sys
from petrel.ops.backups import pacing
code, said = pacing.run(sys.argv[2:], float(sys.argv[1]))
sys.stdout.buffer.write(said)
sys.exit(code)
"""


SEEN: set[psutil.Process] = set()


@pytest.fixture
def held_back() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts a program that holds another back; none of it is left."""
    found: list[psutil.Process] = []
    SEEN.clear()

    def start(command: list[str], share: float) -> "subprocess.Popen[str]":
        parent = subprocess.Popen([sys.executable, "-c", PARENT, str(share), *command], cwd=ROOT, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        found.append(psutil.Process(parent.pid))
        return parent

    yield start
    for process in (*found, *SEEN):
        with suppress(psutil.Error):
            process.kill()


def _below(parent: "subprocess.Popen[str]") -> list[psutil.Process]:
    """But the guard."""
    found: list[psutil.Process] = []
    with suppress(psutil.Error):
        found = [one for one in psutil.Process(parent.pid).children(recursive=True) if one.name() != "sh"]
    SEEN.update(found)
    return found


def _all_stopped(family: list[psutil.Process]) -> bool:
    with suppress(psutil.Error):
        return {one.status() for one in family} == {psutil.STATUS_STOPPED}
    return False


def _lives(process: psutil.Process) -> bool:
    """A dead orphan may wait for init to collect it."""
    with suppress(psutil.Error):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False


def _until(condition: Callable[[], bool], what: str) -> None:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < 60, what
        time.sleep(0.01)


def _server(depth: int) -> list[str]:
    first = SERVER.replace("int(sys.argv[3])", "os.getppid()")
    return [sys.executable, "-c", first, SERVER, str(depth)]


@pytest.mark.long
def test_over_any_while_a_family_takes_no_more_than_its_share(held_back: Callable) -> None:
    """Its second member has a session of its own, as a server's processes have."""
    parent = held_back([sys.executable, "-c", BURN.replace("{seconds}", str(BURNS_S))], SHARE)
    seen: list[tuple[float, float, bool]] = []
    while parent.poll() is None:
        family = _below(parent)
        with suppress(psutil.Error):
            used = [one.cpu_times() for one in family]
            seen.append((time.monotonic(), sum(map(sum, used)), _all_stopped(family)))
        time.sleep(0.02)
    assert parent.returncode == 0, parent.stderr.read()
    began_s, ended_s, clock_s = json.loads(parent.stdout.read())
    stopped_s = sum(b[0] - a[0] for a, b in pairwise(seen) if a[2] and began_s < a[0] < ended_s)
    assert abs(ended_s - began_s - clock_s - stopped_s) < 0.2 * BURNS_S, "pauses are not deducted"
    windows = [(b[0] - a[0], b[1] - a[1]) for a, b in combinations(seen, 2) if b[0] - a[0] >= WINDOW_S]
    assert windows and all(used <= SHARE * took + BURST_S for took, used in windows), max(
        used / took for took, used in windows)


@pytest.mark.parametrize("number", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
def test_nothing_stays_stopped_when_who_stopped_it_dies(number: signal.Signals, held_back: Callable) -> None:
    parent = held_back(_server(2), 0.05)
    _until(lambda: len(family := _below(parent)) == 3 and _all_stopped(family), "three that are stopped")
    family = _below(parent)
    parent.send_signal(number)
    parent.wait()
    _until(lambda: not any(map(_lives, family)), "the end of all of them")


def test_when_the_guard_dies_nobody_is_stopped_any_more(held_back: Callable) -> None:
    parent = held_back(_server(0), SHARE)
    _until(lambda: len(family := _below(parent)) == 1 and _all_stopped(family), "one that is stopped")
    family = _below(parent)
    [guard] = [one for one in psutil.Process(parent.pid).children() if one.name() == "sh"]
    guard.kill()
    assert "watches over" in parent.communicate(timeout=60)[1]
    assert family and not any(map(_lives, family))


@pytest.fixture
def data(lost: Lost, tmp_path: Path) -> Path:
    """The site, with a backup of yesterday."""
    data = tmp_path / "site"
    subprocess.run(["cp", "-a", lost.data, data], check=True)       # with its owner
    backup = max(path.name for path in (lost.place / "data").iterdir())
    standing.made(data, backup, clock.now_ms(), str(lost.place))
    standing.told(data, night_at_ms=clock.now_ms() - 86_400_000)
    return data


def begin_nightly(lost: Lost, data: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "petrel", "backups", "nightly", "--data", str(data)], cwd=ROOT, stderr=subprocess.PIPE,
        env=environment({"PETREL_BACKUP_TARGET": str(lost.place), "PETREL_BACKUP_REHEARSAL_SHARE": "60"}), text=True)


def test_told_to_end_it_leaves_no_keys(lost: Lost, data: Path) -> None:
    process = begin_nightly(lost, data)
    _until(lambda: (data / "rehearsal" / "keyring" / "PG_VERSION").exists() or process.poll() is not None, "a copy")
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert not list(data.glob("rehearsal*"))


async def test_what_a_killed_one_left_goes_at_the_start_of_the_site(tmp_path: Path) -> None:
    left, stop = tmp_path / "rehearsal", asyncio.Event()
    stop.set()
    started = partial(parts.keep_backups, stop, cast(parts.Prepared, SimpleNamespace(
        settings=settings.Settings(data=str(tmp_path)))))
    left.mkdir()
    (tmp_path / "run").mkdir()
    with rehearsal.alone(tmp_path, print):
        await started()
        assert left.exists()                            # it is under way
    await started()
    assert not left.exists()


@pytest.mark.long
def test_what_is_stopped_has_nothing_to_do_with_the_databases_of_the_site(lost: Lost, data: Path) -> None:
    """They do not even run: the process that starts them is the one that nobody stops, when the rehearsal is over."""
    yesterday_ms = clock.now_ms() - 86_400_000
    process = begin_nightly(lost, data)
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
    assert stopped and note["proven_at_ms"] > yesterday_ms and note["night_at_ms"] > yesterday_ms
    assert not list(data.glob("rehearsal*"))
