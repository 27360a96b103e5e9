"""What has been proven: the table of `petrel drills`, kept for the page as that command prints it.

Drills bring half of what there is to import with them, so the table is made by a process of its own, of lowest
priority, when something may have changed; the page, the alert and the console read what it left.
"""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from petrel.core import whole_file
from petrel.ops.safeguards.shapes import Proof, Proofs

LONGEST_S = 120.0
DAY_S = 86_400.0
VERDICTS = "drills/verdicts.jsonl"
_BEGAN_S = time.time()


def file_of(data: Path) -> Path:
    return data / "run" / "drills.json"


def kept(data: Path) -> Proofs | None:
    """As it was made last; None where it never was."""
    path = file_of(data)
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Proofs)
        return msgspec.structs.replace(found, at=datetime.fromtimestamp(path.stat().st_mtime, UTC))
    except (OSError, msgspec.MsgspecError):
        return None


def fresh(data: Path) -> Proofs:
    """Made now, in this process. Errors: Broken, of ops/drills."""
    from petrel.ops import drills

    build, now = drills.build_of(), drills.now_utc()
    lines = drills.table(drills.scenarios(), drills.drills(), drills.kept(data), build, now)
    return Proofs(build, tuple(msgspec.convert(lines, list[Proof], from_attributes=True)), now)


def renew(data: Path) -> str | None:
    """Has `petrel drills` make it anew where a verdict or the program is newer. Returns what went wrong."""
    path = file_of(data)
    if path.exists() and path.stat().st_mtime > max(_BEGAN_S, _changed_s(data / VERDICTS), time.time() - DAY_S):
        return None
    command = ["nice", "-n", "19", sys.executable, "-m", "petrel", "drills", "--json", "--data", str(data)]
    try:
        done = subprocess.run(command, env=dict(os.environ), timeout=LONGEST_S, stdin=subprocess.DEVNULL,
                              capture_output=True)
        msgspec.json.decode(done.stdout, type=Proofs)
    except subprocess.TimeoutExpired:
        return f"the table of drills was not made within {LONGEST_S:.0f} s"
    except msgspec.MsgspecError:
        return f"the table of drills cannot be made: {done.stderr.decode(errors='replace').strip()[-300:]}"
    whole_file.write(path, done.stdout)
    return None


def _changed_s(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
