"""Row 11: two hundred changes within twelve hours, all on their way from cell to cell, and one of them harms.

Nothing runs: the controller's own rules take two hundred changes through a day, with the budget that they share; the
guilty one makes so many more answers fail in the cells that have it. What is asked is the ranking of the incident
brain: changes, their cells and times, and what each cell counted since it began. Every cell has a level of its own,
which wanders, and answers come by chance.
"""

import math
import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from petrel.core.ids import CELLS_IN_USE
from petrel.ops import changes
from petrel.ops.changes import rules
from petrel.ops.changes.shapes import Around, Change, Evidence
from petrel.ops.drills import Drill, Outcome, Phases, Stage
from petrel.ops.incidents import suspecting
from petrel.ops.incidents.suspecting import Exposed

UNNAMED = "the guilty change was not named"

DRILL = Drill(
    name="interlocking", row=11, tier="simulated", covers="part", harm=UNNAMED,
    sabotage="orders of their own: every change goes to the cells in the same order",
    left_out="real changes on real cells; an effect of one sigma (the figure is given, and is low); harm that shows "
             "only when every cell has every change; guilty pairs by interventions (without them: a figure); the set "
             "to take back",
    shown=("first", "seeds", "first_at_one_sigma", "ranked_300_ms"), limit_s=300)

SEEDS, CHANGES, MANY, HOURS, SHARE = 40, 200, 300, 12, 0.95
USUAL, SIGMA, KEEPS, HARMS = 0.02, 0.3, 0.5, 0.05
"""Of a cell's answers so many fail; that wanders by so much of it from five minutes to the next, of which half is kept;
the guilty change makes so many more fail."""

PER_MIN, ASKED, LATE, LAST = 80, timedelta(minutes=10), timedelta(minutes=2), timedelta(hours=2)
"""Answers of a cell; asked so long after it began; of what came so late cells are still read (`tending.card`); guilty
is one of the last hours, when the others have been on their way for long."""

TURN_S = 15
FIRST = datetime(2026, 3, 4, 8, tzinfo=UTC)
END = FIRST + timedelta(hours=HOURS)


class Went(Struct):
    """A change, and the cells that had it, since when, until when; when it was confirmed or undone."""

    change: Change
    had: list[tuple[int, datetime, datetime | None]] = []
    over_at: datetime = END + timedelta(days=1)

    def cells(self, at: datetime) -> frozenset[int]:
        """Those that had it by then."""
        return frozenset(cell for cell, since, _ in self.had if since <= at)

    def has(self, cell: int, at: datetime) -> bool:
        return any(one == cell and since <= at < (until or self.over_at) for one, since, until in self.had)


async def run(stage: Stage) -> Outcome:
    """In how many seeds it came first."""
    first, small, pairs = 0, 0, 0
    for seed in range(SEEDS):
        rng = random.Random(seed)       # noqa: S311 (a simulation)
        went = _day(rng, CHANGES, is_one_order=stage.sabotage)
        one = rng.choice([it for it in went if _is_seen(it)])
        began = one.had[1][1]
        other = max((it for it in went if it is not one and it.had[0][1] <= began and it.over_at >= began + ASKED),
                    key=lambda it: len(it.cells(began) & one.cells(began)))
        first += _asked(rng, went, began, {one.change.id}, HARMS)[0] == one.change.id
        small += _asked(rng, went, began, {one.change.id}, SIGMA * USUAL)[0] == one.change.id
        pair = {one.change.id, other.change.id}
        both = _asked(rng, went, began, pair, 2 * HARMS)
        pairs += both[0] in pair and pair <= set(both[:3])
    took_s = _took_s()
    stage.say(f"First in {first} of {SEEDS}; at one sigma in {small}; pairs in {pairs}")
    return _outcome(first, small, pairs, took_s)


def _is_seen(it: Went) -> bool:
    """Of the last hours, and under way in several cells for as long as is counted."""
    return len(it.had) > 1 and END - LAST <= it.had[1][1] <= END - ASKED and it.over_at >= it.had[1][1] + ASKED


def _day(rng: random.Random, many: int, *, is_one_order: bool) -> list[Went]:
    """As the controller would: waves, the shared budget, what does not arrive within an hour is undone."""
    made = sorted(FIRST + timedelta(seconds=rng.uniform(0, HOURS * 3600)) for _ in range(many))
    cells, went, given = list(range(CELLS_IN_USE)), list[Went](), list[tuple[datetime, int]]()
    enough = Evidence(exposed=rules.ENOUGH_TRIALS, control=rules.ENOUGH_TRIALS)
    now = FIRST
    while now < END:
        while len(went) < many and made[len(went)] <= now:
            visiting = tuple(cells if is_one_order else rng.sample(cells, len(cells)))
            change = Change(len(went), "flag", {}, {}, b"", 1, visiting, 1, "going", "", "", 0, enough, None, now, now,
                            now + rules.TIME, None)
            went.append(Went(change, [(visiting[0], now, None)]))
            given.append((now, 1))
        given = [one for one in given if now - one[0] < rules.BUDGET_WITHIN]
        for it in went:
            if it.change.state != "going":
                continue
            step = rules.next_step(it.change, Around(now, is_frozen=False, given=sum(n for _, n in given)), True)
            if step.do == "widen":
                it.had += [(cell, now, None) for cell in it.change.visiting[it.change.reach:step.reach]]
                given.append((now, step.reach - it.change.reach))
                it.change = replace(it.change, reach=step.reach, wave_at=now)
            elif step.do == "confirm":
                it.had += [(cell, now, None) for cell in it.change.visiting[it.change.reach:]]
                it.change, it.over_at = replace(it.change, state="confirmed"), now
            elif step.do == "undo":
                it.had = [(cell, since, now) for cell, since, _ in it.had]
                it.change, it.over_at = replace(it.change, state="undone"), now
        now += timedelta(seconds=TURN_S)
    return went


def _asked(rng: random.Random, went: list[Went], began: datetime, guilty: set[int], harms: float) -> list[int]:
    """The suspects, ten minutes after it began to hurt: where one or both are that harm (two: only together)."""
    bad: dict[int, tuple[float, float]] = {}
    for cell in range(CELLS_IN_USE):
        usual, wander, failed, asked = USUAL * math.exp(rng.gauss(0, 0.2)), rng.gauss(0, 1), 0, 0
        for minute in range(0, int(ASKED.total_seconds() / 60), 5):
            wander = KEEPS * wander + math.sqrt(1 - KEEPS * KEEPS) * rng.gauss(0, 1)
            is_harmed = all(went[one].has(cell, began + timedelta(minutes=minute)) for one in guilty)
            share = max(0.0, usual + SIGMA * USUAL * wander + (harms if is_harmed else 0))
            failed += sum(rng.random() < share for _ in range(5 * PER_MIN))
            asked += 5 * PER_MIN
        bad[cell] = (float(failed), float(asked))
    return _ranked(went, bad, began)


def _ranked(went: list[Went], bad: dict[int, tuple[float, float]], began: datetime) -> list[int]:
    """As the brain does it with the rows of the ledger (`tending.card`)."""
    known = [Exposed(it.change.id, "flag", "", "going" if it.over_at > began + ASKED else it.change.state, 1,
                     it.had[0][1], changes.score(it.cells(began + LATE), bad)) for it in went
             if it.had[0][1] <= began + LATE]
    return [one.change if one.change is not None else int(one.name.removeprefix("change "))
            for one in suspecting.rank(known, (), (), began, 1)]


def _took_s() -> float:
    """To rank three hundred over sixteen cells."""
    rng = random.Random(SEEDS)          # noqa: S311 (a simulation)
    went = _day(rng, MANY, is_one_order=False)
    bad = {cell: (rng.uniform(10, 90), 800.0) for cell in range(CELLS_IN_USE)}
    began = time.perf_counter()
    _ranked(went, bad, END - ASKED)
    return time.perf_counter() - began


def _outcome(first: int, small: int, pairs: int, took_s: float) -> Outcome:
    figures: dict[str, Any] = {
        "seeds": SEEDS, "changes": CHANGES, "first": first, "first_at_one_sigma": small, "pairs_found": pairs,
        "ranked_300_ms": round(took_s * 1000, 1), "harms_percent": 100 * HARMS}
    return Outcome(
        harm=(UNNAMED,) if first < SHARE * SEEDS else (), exercised=SEEDS, figures=figures,
        phases=Phases(injected=f"{CHANGES} changes within {HOURS} hours over {CELLS_IN_USE} cells; one makes "
                               f"{100 * HARMS:.0f} of 100 answers more fail",
                      detected=f"first of the suspects in {first} of {SEEDS} seeds, ten minutes after it began",
                      contained=f"300 changes are ranked in {took_s * 1000:.0f} ms",
                      recovered=f"at one sigma in {small}; of pairs that harm only together {pairs}", lost="nothing"))
