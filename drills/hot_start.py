"""Row 44: opening the app again takes a tenth of a second longer, or a whole one.

The same build twice and two slower ones are opened twice each, in turns; the second time is measured, with what the
browser kept. Then three releases follow each other on one site, and browsers tell how fast they were.
"""

from drills.starting import visits
from drills.starting.acting import UNNOTICED, Plan, act
from petrel.ops.drills import Drill, Outcome, Stage

DRILL = Drill(
    name="hot-start", row=44, tier="real", covers="part", harm=UNNOTICED,
    sabotage="comparing what browsers tell of two releases",
    left_out="the limit of 300 ms, which bench/browser_bench.py measures",
    shown=("lab", "field_after_s", "beacons", "compared_alike"), limit_s=1200)


async def run(stage: Stage) -> Outcome:
    return await act(stage, Plan(
        visit=visits.hot, faults={"hot-100": ("work_ms", 20), "hot-1000": ("work_ms", 20)}, fielded="hot-100",
        page="home", measure="hot_start", most=120_000, posts=60))
