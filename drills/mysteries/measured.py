"""Faults as what is measured of them: the brain of the site judges them by its own rules, and nothing runs.

Of each fault half of what leans on it says that it fails as well. By turns a second fault comes in beside it, of which
neither hides the other, and symptoms speak first while the cause is silent until the next look.
"""

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from msgspec import Struct

from petrel.ops import incidents, safeguards
from petrel.ops.incidents import Board, grouping
from petrel.ops.safeguards import Component
from petrel.ops.watching import Look, Measure, Owner, Plan, Rule, plan
from petrel.ops.watching.judging import Judge

GRAVE, LOOK_S, PASSED_S = 3, 15.0, 3600.0
Shape = Literal["one", "two", "misleading"]
SHAPES: tuple[Shape, ...] = ("one", "two", "misleading")


class Puzzle(Struct, frozen=True):
    """`truths`: components; `first`, `then`: rules that fire at the first look, and from the second on."""

    shape: Shape
    truths: tuple[str, ...]
    first: frozenset[str]
    then: frozenset[str]


def puzzle(seed: int, components: Mapping[str, Component], rules: Mapping[str, Rule]) -> Puzzle:
    rng, shape = random.Random(seed), SHAPES[seed % len(SHAPES)]      # noqa: S311 (a simulation)

    def speaks(name: str) -> list[str]:
        return [rule for rule in components[name].rules if rules[rule].severity <= GRAVE]

    # A misleading one has something to mislead by.
    leaning = {name: [other for other in components if name in grouping.below(components, other) and speaks(other)]
               for name in components if speaks(name)}
    known = [name for name, others in leaning.items() if others or shape != "misleading"]
    truths = [rng.choice(known)]
    if shape == "two":
        near = grouping.below(components, truths[0], soft=True)
        truths.append(rng.choice([name for name in known if name not in (*truths, *near)
                                  and truths[0] not in grouping.below(components, name, soft=True)]))
    own = {rng.choice(speaks(name)) for name in truths}
    symptoms = {rng.choice(speaks(other)) for name in truths
                for other in rng.sample(leaning[name], (len(leaning[name]) + 1) // 2)}
    return Puzzle(shape, tuple(truths), frozenset(symptoms if shape == "misleading" else own | symptoms),
                  frozenset(own | symptoms))


async def solved(data: Path, one: Puzzle) -> Board:
    """The board after the second look."""
    (data / "run").mkdir(parents=True)
    known, judge = plan(data, Owner()), Judge()
    brain, now = incidents.Brain(data, Owner(), dict), datetime.now(UTC)
    for number, rules in enumerate((one.first, one.then)):
        measures = tuple(_beyond(known.rules[name]) for name in sorted(rules))
        for at_s in (0.0, PASSED_S):            # each rule waits as long as it says
            firing = judge.firing(known.rules, measures, number * 2 * PASSED_S + at_s)
        await brain.think(Look(now + timedelta(seconds=number * LOOK_S), Plan(known.rules, {}), measures, firing, None))
    board = incidents.board.read(data)
    assert board is not None
    return board


def _beyond(rule: Rule) -> Measure:
    return Measure(rule.measure, rule.limit * 1.2 + 1 if rule.when == "above" else rule.limit * 0.5)


def named(board: Board, many: int, top: int) -> list[str]:
    """What a person reads first: of so many incidents the first suspects."""
    return [suspect.name for card in board.open[:many] for suspect in card.suspects[:top]]


def puzzles(many: int) -> list[Puzzle]:
    components: Callable[[], Mapping[str, Component]] = safeguards.components
    rules = plan(Path("/nonexistent"), Owner()).rules
    return [puzzle(seed, components(), rules) for seed in range(many)]
