"""The verdict that a release carries: that the gate opened for just its build. Written where all tests were run, put
under version control with the tag, read where the release is installed (ops/changes/releasing.py).

It guards against shipping in a hurry, not against whoever may write on the machine.
"""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from petrel.ops.gate.shapes import Judgement
from petrel.storage.build import build_of

FILE = "tests/verdict.json"


class Verdict(Struct, frozen=True):
    build: str
    on: datetime
    counts: dict[str, int]

    def __str__(self) -> str:
        return f"the test gate opened for it on {self.on:%Y-%m-%d}, {self.counts.get('executed', 0)} tests"


def carry(root: Path, found: Judgement) -> None:
    """Of a whole run of the tests below `root`. One that did not open takes back what stood there."""
    path = root / FILE
    if found.word != "open":
        path.unlink(missing_ok=True)
        return
    made = Verdict(build_of(root), datetime.now(UTC).replace(microsecond=0), found.counts)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n")


def verdict(root: Path, build: str) -> Verdict | None:
    """None where there is none, where it is of another build, and where it makes no sense."""
    try:
        found = msgspec.json.decode((root / FILE).read_bytes(), type=Verdict)
    except (OSError, msgspec.MsgspecError):
        return None
    return found if found.build == build and found.counts.get("executed", 0) > 0 else None
