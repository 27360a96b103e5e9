"""Row 11: two hundred changes within twelve hours, all on their way from cell to cell, and one of them harms.

Nothing runs: the controller's own rules take two hundred changes through a day, with the budget that they share; in
the cells that have the guilty one a symptom is higher. Asked, an hour after the last of them: `petrel changes
suspects`; and the incident brain, for which it begins to hurt when somebody asks, so that the newest are the likeliest.
Sigma is what is usual: the deviation of one cell's symptom from one minute to the others, beside the level of the cell
and the day of all. Minutes hang on the minute before.

Then two harm only together, and every cell has every change: rounds take some out of some cells, as `petrel changes
narrow` proposes, until two are named. What going back takes with it is held against all that stands on anything.
"""

import math
import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from petrel.core.ids import CELLS_IN_USE
from petrel.ops import changes
from petrel.ops.changes import narrowing, reverting, rules
from petrel.ops.changes.shapes import Around, Change, Evidence
from petrel.ops.drills import Drill, Outcome, Phases, Stage
from petrel.ops.incidents import suspecting
from petrel.ops.incidents.suspecting import Exposed

UNNAMED = "the guilty change was not named"

DRILL = Drill(
    name="interlocking", row=11, tier="simulated", covers="part", harm=UNNAMED,
    sabotage="cells of their own: every change goes to all cells at once",
    left_out="real changes on real cells; changes of other kinds than flags, of which no cell can be freed",
    shown=("first", "seeds", "first_of_brain", "pairs_found", "rounds_most", "ranked_300_ms"), limit_s=600)

UNPAIRED, OPEN = "the guilty two were not named", "a change would have stayed whose ground was taken back"
SEEDS, CHANGES, MANY, HOURS, SHARE, MOST_S = 40, 200, 300, 12, 0.95, 60
ROUNDS, BEFORE, LASTS, BETWEEN, STANDS = 10, 60, 10, 2, 0.15
"""For two: rounds at most; minutes before the first, of one, and between two; so many stand on another."""

KEEPS, LEVELS, DAY = 0.7, 2.0, 3.0
"""Of what a minute was the next keeps so much; by so many sigma cells differ, and so far the day goes up and down."""

SOON, LAST = timedelta(minutes=30), timedelta(hours=1)
"""Asked: so long after the guilty one began, and so long after the last."""

TURN_S = 15
FIRST = datetime(2026, 3, 4, 8, tzinfo=UTC)
END = FIRST + timedelta(hours=HOURS)


class Went(Struct):
    """A change, and the cells that had it, since when, until when; when it was confirmed or undone."""

    change: Change
    had: list[tuple[int, datetime, datetime | None]]

    def spans(self, asked: datetime) -> list[changes.Span]:
        """What the ledger says then."""
        return [(cell, since.timestamp(), until.timestamp() if until and until <= asked else None)
                for cell, since, until in self.had if since <= asked]


async def run(stage: Stage) -> Outcome:
    """In how many seeds it came first."""
    first, brain, soon, half, longest_s = 0, 0, 0, 0, 0.0
    for seed in range(SEEDS):
        rng = random.Random(seed)       # noqa: S311 (a simulation)
        went = day(rng, CHANGES, is_at_once=stage.sabotage)
        guilty = rng.choice(went)
        asked = END + LAST
        symptom, began = _symptom(seed, guilty, 1.0, asked), time.perf_counter()
        first += _blamed(went, symptom, asked) == guilty.change.id
        longest_s = max(longest_s, time.perf_counter() - began)
        brain += _ranked(went, symptom, asked)[0] == guilty.change.id
        half += _blamed(went, _symptom(seed, guilty, 0.5, asked), asked) == guilty.change.id
        asked = guilty.had[0][1] + SOON
        soon += _ranked(went, _symptom(seed, guilty, 1.0, asked), asked)[0] == guilty.change.id
    stage.say(f"First in {first} of {SEEDS}; of the brain in {brain}, half an hour after it began in {soon}; at half a "
              f"sigma in {half}")
    rounds, is_closed = [], True
    for seed in range(SEEDS if not stage.sabotage else 0):
        took, closed = pair(seed)
        rounds, is_closed = [*rounds, took], is_closed and closed
    stage.say(f"Two together, by rounds: {rounds}")
    return _outcome((first, brain, soon, half), longest_s, rounds, is_closed, _took_s())


def day(rng: random.Random, many: int, *, is_at_once: bool = False) -> list[Went]:
    """As the controller would: waves, the shared budget, what does not arrive within an hour is undone."""
    made = sorted(FIRST + timedelta(seconds=rng.uniform(0, HOURS * 3600)) for _ in range(many))
    went, given = list[Went](), list[tuple[datetime, int]]()
    enough = Evidence(exposed=rules.ENOUGH_TRIALS, control=rules.ENOUGH_TRIALS)
    now = FIRST
    while now < END + LAST:
        given = [one for one in given if now - one[0] < rules.BUDGET_WITHIN]
        while len(went) < many and made[len(went)] <= now and sum(n for _, n in given) < rules.BUDGET_CELLS:
            visiting = tuple(rng.sample(range(CELLS_IN_USE), CELLS_IN_USE))
            change = Change(len(went), "flag", {}, {}, b"", 1, visiting, 1, "going", "", "", 0, enough, None, now, now,
                            now + rules.TIME, None)
            went.append(Went(change, [(cell, now, None) for cell in visiting[:CELLS_IN_USE if is_at_once else 1]]))
            given.append((now, 0 if is_at_once else 1))
        for it in went if not is_at_once else ():
            if it.change.state != "going":
                continue
            step = rules.next_step(it.change, Around(now, is_frozen=False, given=sum(n for _, n in given)), True)
            if step.do == "widen":
                it.had += [(cell, now, None) for cell in it.change.visiting[it.change.reach:step.reach]]
                given.append((now, step.reach - it.change.reach))
                it.change = replace(it.change, reach=step.reach, wave_at=now)
            elif step.do == "confirm":
                it.had += [(cell, now, None) for cell in it.change.visiting[it.change.reach:]]
                it.change = replace(it.change, state="confirmed")
            elif step.do == "undo":
                it.had = [(cell, since, now) for cell, since, _ in it.had]
                it.change = replace(it.change, state="undone")
        now += timedelta(seconds=TURN_S)
    return went


def pair(seed: int) -> tuple[int | None, bool]:
    """(after how many rounds two that harm together are named, None if others are or nobody; whether nothing would have
    stayed that stands on what is taken back). All cells have all changes."""
    rng = random.Random(seed)           # noqa: S311 (a simulation)
    needs = {number: rng.randrange(number) for number in range(1, CHANGES) if rng.random() < STANDS}
    made = [Change(number, "flag", {}, {}, b"", 1, (), 0, "confirmed", "", "", 0, Evidence(), needs.get(number), FIRST,
                   FIRST, None, FIRST) for number in range(CHANGES)]
    on_top = {one.id: frozenset(top.id for top in reverting.closure(one, made, lambda it: str(it.id))) for one in made}
    guilty = rng.sample(range(CHANGES), 2)
    values = _quiet(seed, BEFORE + ROUNDS * (LASTS + BETWEEN))
    had = np.ones((len(values), CHANGES, CELLS_IN_USE))
    for taken in range(ROUNDS + 1):
        now = BEFORE + taken * (LASTS + BETWEEN)
        harmed = values[:now] + had[:now, guilty].min(axis=1)
        known = narrowing.known(on_top, changes.Symptom(harmed, 0.0), had[:now])
        proposed = narrowing.propose(known, taken)
        if taken == ROUNDS or not proposed:
            break
        proposed.pop(rng.randrange(CELLS_IN_USE))           # the control, which nothing reaches unconfirmed
        for cell, out in proposed.items():
            had[now:now + LASTS, sorted(out), cell] = 0
    back = set[int]().union(*({one} | on_top[one] for one in known.cheapest[:1]))
    closed = all(number in back or needs.get(number) not in back for number in range(CHANGES))
    return taken if set(known.guilty) == set(guilty) else None, closed


def _quiet(seed: int, minutes: int) -> np.ndarray:
    """What each cell goes through when nothing harms it, in sigmas."""
    draw = np.random.default_rng(seed)
    values = np.empty((minutes, CELLS_IN_USE))
    values[0] = draw.normal(size=CELLS_IN_USE)
    for minute in range(1, minutes):
        values[minute] = KEEPS * values[minute - 1] + math.sqrt(1 - KEEPS ** 2) * draw.normal(size=CELLS_IN_USE)
    values += LEVELS * draw.normal(size=CELLS_IN_USE)
    return values + DAY * np.sin(np.arange(minutes) / minutes * 2 * math.pi)[:, None]


def _symptom(seed: int, guilty: Went, sigmas: float, asked: datetime) -> changes.Symptom:
    """What each cell went through until then."""
    values = _quiet(seed, int((asked - FIRST).total_seconds() / 60))
    for cell, since_s, until_s in guilty.spans(asked):
        at = [round((at_s - FIRST.timestamp()) / 60) for at_s in (since_s, until_s or asked.timestamp())]
        values[at[0]:at[1], cell] += sigmas
    return changes.Symptom(values, FIRST.timestamp())


def _blamed(went: list[Went], symptom: changes.Symptom, asked: datetime) -> int:
    """As `petrel changes suspects` does it."""
    logs = changes.blame([symptom], [it.spans(asked) for it in went])
    return went[max(range(len(went)), key=logs.__getitem__)].change.id


def _ranked(went: list[Went], symptom: changes.Symptom, asked: datetime) -> list[int]:
    """As the brain does it with the rows of the ledger (`tending.card`); when it began to hurt nobody knows."""
    known = [it for it in went if it.had[0][1] <= asked]
    fits = suspecting.fits({}, asked, [symptom], [it.spans(asked) for it in known])
    exposed = [Exposed(it.change.id, "flag", "", "confirmed", 1, it.had[0][1], log)
               for it, log in zip(known, fits, strict=True)]
    return [int(one.name.removeprefix("change ")) for one in suspecting.rank(exposed, (), (), asked, 1)]


def _took_s() -> float:
    """To rank three hundred over sixteen cells."""
    went = day(random.Random(SEEDS), MANY)          # noqa: S311 (a simulation)
    symptom = _symptom(SEEDS, went[0], 1.0, END + LAST)
    began = time.perf_counter()
    _ranked(went, symptom, END + LAST)
    return time.perf_counter() - began


def _outcome(counts: tuple[int, int, int, int], longest_s: float, rounds: list[int | None], is_closed: bool,
             took_s: float) -> Outcome:
    first, brain, soon, half = counts
    named = [one for one in rounds if one is not None]
    figures: dict[str, Any] = {
        "seeds": SEEDS, "changes": CHANGES, "first": first, "first_of_brain": brain, "first_soon": soon,
        "first_at_half_a_sigma": half, "asked_s": round(longest_s, 2), "ranked_300_ms": round(took_s * 1000, 1),
        "pairs_found": len(named), "rounds_most": max(named, default=0),
        "rounds_half": sorted(named)[len(named) // 2] if named else 0}
    found = {UNNAMED: min(first, brain) < SHARE * SEEDS or longest_s > MOST_S,
             UNPAIRED: len(named) < SHARE * len(rounds), OPEN: not is_closed}
    return Outcome(
        harm=tuple(name for name, is_so in found.items() if is_so), exercised=SEEDS, figures=figures,
        phases=Phases(injected=f"{CHANGES} changes within {HOURS} hours over {CELLS_IN_USE} cells; where one or two "
                               "are a symptom is one sigma higher",
                      detected=f"first of the suspects in {first} of {SEEDS} seeds, an hour after the last change; in "
                               f"{brain} of the brain, to whom it begins then; in {soon}, half an hour after it began "
                               f"itself; at half a sigma in {half}",
                      contained=f"asked and answered in {longest_s:.1f} s; 300 changes are ranked in "
                                f"{took_s * 1000:.0f} ms",
                      recovered=f"of two that harm only together {len(named)} of {len(rounds)} named, after "
                                f"{figures['rounds_most']} rounds at most, each of {LASTS} minutes", lost="nothing"))
