"""Finding a running site, and starting one of our own."""

import fcntl
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from petrel.core.errors import Unavailable
from petrel.ops.processes.status import Status
from petrel.ops.replay import site

# Stands for the program: holds the lock and notes its address as a supervisor does, and on SIGTERM says that it ends.
PROGRAM = """#!{python}
import fcntl, os, pathlib, signal, sys, time
assert sys.argv[1:4] == ["-m", "petrel", "up"], sys.argv
data = pathlib.Path(sys.argv[sys.argv.index("--data") + 1])
def stop(*_):
    (data / "stopped").touch(); sys.exit(0)
signal.signal(signal.SIGTERM, stop)
(data / "run").mkdir(exist_ok=True)
lock = (data / "run" / "site.lock").open("w"); lock.write(str(os.getpid())); lock.flush()
fcntl.flock(lock, fcntl.LOCK_EX)
note = '{{"pid": %d, "state": "ready", "address": "http://localhost:1", "started_at": "", "clock_offset_s": 0.0,'
(data / "run" / "status.json").write_text(note % os.getpid() + '"parts": {{}}, "postgres": {{}}}}')
print("started", os.environ["PETREL_RATE_LIMITS"], flush=True)
time.sleep(60)
"""


def noted(data_dir: Path, address: str) -> None:
    (data_dir / "run").mkdir(exist_ok=True)
    status = Status(os.getpid(), "ready", address, "", 0.0, {}, {})
    (data_dir / "run" / "status.json").write_bytes(msgspec.json.encode(status))


@contextmanager
def running(data_dir: Path, address: str) -> Iterator[None]:
    """A note, and the lock held by this process."""
    noted(data_dir, address)
    with (data_dir / "run" / "site.lock").open("w") as lock:
        lock.write(str(os.getpid()))
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def program(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is started in the place of Python."""
    path = folder / "python"
    path.write_text(text.format(python=sys.executable))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(site.sys, "executable", str(path))


async def test_a_running_site_is_used(tmp_path: Path) -> None:
    with running(tmp_path, "http://localhost:4711"):
        async with site.find_site(tmp_path) as base_url:
            assert base_url == "http://localhost:4711"
    assert not (tmp_path / "replay").exists()


async def test_a_site_that_people_reach_by_https_is_no_place_for_a_replay(tmp_path: Path) -> None:
    with running(tmp_path, "https://example.org"), pytest.raises(Unavailable, match="plain HTTP"):
        async with site.find_site(tmp_path):
            pass


async def test_without_one_a_site_is_started_and_stopped_even_beside_an_old_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted(tmp_path, "http://localhost:4711")
    program(tmp_path, PROGRAM, monkeypatch)
    async with site.find_site(tmp_path) as base_url:
        assert base_url == "http://localhost:1"
        assert not (tmp_path / "stopped").exists()
    assert (tmp_path / "stopped").exists()
    assert (tmp_path / "replay" / "site.log").read_text() == "started off\n"
    assert "PETREL_RATE_LIMITS" not in os.environ


async def test_what_goes_wrong_meanwhile_stops_the_site_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, PROGRAM, monkeypatch)
    with pytest.raises(ZeroDivisionError):
        async with site.find_site(tmp_path):
            raise ZeroDivisionError
    assert (tmp_path / "stopped").exists()


async def test_a_site_that_does_not_start_is_said_so_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "#!{python}\nraise SystemExit('the disk is full')\n", monkeypatch)
    with pytest.raises(Unavailable, match="the disk is full"):
        async with site.find_site(tmp_path):
            pass
