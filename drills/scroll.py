"""Row 42: a change makes scrolling a little worse: a task of 30 ms with each scroll, 8 ms of layout with each line, or
50 KB that are never given back with each screen.

The same build twice and the three others are scrolled through in turns; then releases follow each other on one site,
and browsers tell how many frames were not drawn in time.
"""

from drills.starting import visits
from drills.starting.acting import UNNOTICED, Plan, act
from petrel.ops.drills import Drill, Outcome, Stage

DRILL = Drill(
    name="scroll", row=42, tier="real", covers="part", harm=UNNOTICED,
    sabotage="comparing what browsers tell of two releases",
    left_out="a leak as members' browsers see it: they do not tell how much memory a page takes",
    shown=("lab", "field_after_s", "beacons", "compared_alike"), limit_s=1500)


async def run(stage: Stage) -> Outcome:
    return await act(stage, Plan(
        visit=visits.scroll, fielded="task-30", page="public", measure="dropped", most=100, posts=300, rounds=10,
        faults={"task-30": ("work_ms", 500), "row-8": ("work_ms", 500), "leak-50": ("heap_kb", 1000)}))
