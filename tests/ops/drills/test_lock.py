"""Two drills or benchmarks never measure each other."""

import signal
import subprocess
import sys

import pytest

from petrel.core.errors import Conflict
from petrel.ops.drills.lock import measuring

HOLDS = """
import sys, time
from pathlib import Path
from petrel.ops.drills.lock import measuring
with measuring("make bench", Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_holder_is_named_and_the_lock_ends_with_the_block(tmp_path):
    lock = tmp_path / "lock"
    held = r"petrel drill database \(process \d+\)"
    with measuring("petrel drill database", lock), pytest.raises(Conflict, match=held), measuring("make bench", lock):
        pass
    with measuring("make bench", lock):
        assert lock.read_text().startswith("make bench")


def test_it_ends_with_a_process_that_is_killed(tmp_path):
    lock = tmp_path / "lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLDS, str(lock)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(Conflict, match="make bench"), measuring("petrel drill database", lock):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    with measuring("petrel drill database", lock):
        pass


def test_a_link_in_its_place_is_not_followed(tmp_path):
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError), measuring("make bench", tmp_path / "lock"):
        pass
    assert not (tmp_path / "elsewhere").exists()
