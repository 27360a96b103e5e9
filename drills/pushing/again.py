"""Pushes that change nothing, judged from what clients recorded: how often would one have been undone?"""

import random
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from drills.pushing.crowd import Asked
from petrel.core.ids import CELLS_IN_USE
from petrel.ops.changes import Counted, rules
from petrel.ops.changes.controlling import EVERY_S
from petrel.ops.changes.shapes import Around, Change, Evidence
from petrel.ops.changes.trying import Trying
from petrel.ops.watching import BUCKETS_MS

LEARN_TURNS = 9
"""As long as a site is left to learn before the first real push."""

Turn = Mapping[int, Counted]


def recorded(asked: Sequence[Asked]) -> list[Turn]:
    """As a controller would have seen it: all answers since the start, by cell, every five seconds."""
    if not asked:
        return []
    begin = asked[0].at
    many = int((asked[-1].at - begin) / EVERY_S)
    new = [[Counted()] * CELLS_IN_USE for _ in range(many + 1)]
    for one in asked:
        took = [0] * (len(BUCKETS_MS) + 1)
        took[bisect_left(BUCKETS_MS, one.took_s * 1000)] = 1
        row = new[int((one.at - begin) / EVERY_S)]
        row[one.cell] = row[one.cell].plus(Counted(1, int(one.status != 200), tuple(took)))
    found, now = [], [Counted()] * CELLS_IN_USE
    for row in new[:many]:
        now = [a.plus(b) for a, b in zip(now, row, strict=True)]
        found.append(dict(enumerate(now)))
    return found


def undone(turns: Sequence[Turn], pushes: int, seed: int = 1) -> tuple[int, int]:
    """(how many were undone, how many came to an end before the record did) of so many pushes, each with cells in an
    order of its own and begun at a moment of its own."""
    draw = random.Random(seed)                  # noqa: S311 (only draws)
    bad = over = 0
    for _ in range(pushes):
        begins = draw.randrange(LEARN_TURNS, max(LEARN_TURNS + 1, len(turns) // 2))
        last = _course(turns, begins, tuple(draw.sample(range(CELLS_IN_USE), CELLS_IN_USE)))
        bad += last == "undo"
        over += last in ("undo", "confirm")
    return bad, over


def _course(turns: Sequence[Turn], begins: int, visiting: tuple[int, ...]) -> str:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    change = Change(1, "release", {}, {}, bytes(32), 1, visiting, 1, "going", "", "", 0, Evidence(), None, at, at,
                    at + timedelta(days=1), None)
    now = 0
    trying = Trying(lambda: turns[now])
    for now in range(len(turns)):
        exposed = frozenset(change.cells) if now >= begins else frozenset()
        trials = trying.trials(exposed)
        if now == begins:
            change = replace(change, wave_at=at + now * timedelta(seconds=EVERY_S))
        if now >= begins:
            change = replace(change, evidence=trying.after(change, trials))
            around = Around(at + now * timedelta(seconds=EVERY_S), is_frozen=False, given=0)
            step = rules.next_step(change, around, confirms_itself=True)
            if step.do in ("undo", "confirm"):
                return step.do
            if step.do == "widen":
                fresh = replace(change.evidence, exposed=0, control=0)
                change = replace(change, reach=step.reach, wave_at=around.now, evidence=fresh)
        trying.learn(trials, exposed)
    return "wait"
