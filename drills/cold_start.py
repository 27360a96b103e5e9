"""Row 43: the app takes half a second longer to start for who has nothing of it yet.

The same build twice and one with 500 ms more are visited in turns by a browser that has never been there, over a slow
line; then the three are released one after another on one site, and browsers tell how fast they were. A build that is
too heavy is shown to the gate that every change passes.
"""

import subprocess
import sys
from pathlib import Path

from drills.starting import builds, visits
from drills.starting.acting import UNNOTICED, Plan, act
from petrel.ops.drills import Broken, Drill, Outcome, Stage
from petrel.storage.build import ROOT

DRILL = Drill(
    name="cold-start", row=43, tier="real", covers="part", harm=UNNOTICED,
    sabotage="comparing what browsers tell of two releases",
    left_out="the limit of one second to first content, which bench/browser_bench.py measures",
    shown=("lab", "field_after_s", "beacons", "compared_alike"), limit_s=1200)

TOO_MUCH = 80_000


def _refused(root: Path) -> str:
    """What the gate of budgets says of a heavier build; "" when it lets it through. Errors: Broken."""
    gate = [sys.executable, str(ROOT / "tools/budget.py"), str(root / builds.APP)]
    if (told := subprocess.run(gate, capture_output=True, text=True)).returncode:
        raise Broken(f"the build as it is does not pass: {told.stdout}{told.stderr}")
    builds.make_heavy(root / builds.APP, TOO_MUCH)
    told = subprocess.run(gate, capture_output=True, text=True)
    return told.stdout.strip() if told.returncode == 1 else ""


async def run(stage: Stage) -> Outcome:
    return await act(stage, Plan(
        visit=visits.cold, faults={"cold-500": ("work_ms", 250)}, fielded="cold-500", page="home",
        measure="cold_start", most=120_000, posts=60, refuses=_refused))
