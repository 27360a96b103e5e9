"""A release whose processes take on memory that the others do not."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec

from petrel.ops.processes import PartStatus, Status, beside
from petrel.ops.processes.status import write_status
from petrel.ops.releases import Growth

GROWS = """
import sys
print(flush=True)
sys.stdin.readline()
taken = b"x" * (100 << 20)
print(flush=True)
sys.stdin.readline()
"""


def say(folder: Path, pid: int) -> None:
    (folder / "run").mkdir(parents=True, exist_ok=True)
    write_status(folder, msgspec.json.encode(Status(
        pid, "ready", "http://localhost:8000", "", 0.0, {"web": PartStatus(1, [pid], "running", 0)}, {})))


def test_a_leak_is_told_and_a_start_is_not(tmp_path: Path) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", GROWS], stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdin and other.stdout
        other.stdout.readline()
        say(tmp_path, os.getpid())
        say(beside.home_of(tmp_path), other.pid)
        settled, starting = Growth(), Growth()
        assert settled.look(tmp_path, 0) == settled.look(tmp_path, 20) == starting.look(tmp_path, 0) == ""
        other.stdin.write("\n")
        other.stdin.flush()
        other.stdout.readline()
        assert "has taken on 1" in settled.look(tmp_path, 40)
        assert starting.look(tmp_path, 10) == starting.look(tmp_path, 40) == "", "what it takes at its start is no leak"
        other.stdin.write("\n")
