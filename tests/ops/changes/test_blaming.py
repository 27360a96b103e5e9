"""Which change explains what cells went through: without a database, over minutes that hang on each other."""

import math
import random

import numpy as np
import pytest

from petrel.ops.changes.blaming import Span, Symptom, blame

MINUTES, CELLS, MANY = 240, 16, 60


def quiet(seed: int, keeps: float = 0.7) -> np.ndarray:
    """Levels, a day, and what wanders by one from minute to minute; no change has a part in it."""
    draw = np.random.default_rng(seed)
    values = np.empty((MINUTES, CELLS))
    values[0] = draw.normal(size=CELLS)
    for minute in range(1, MINUTES):
        values[minute] = keeps * values[minute - 1] + math.sqrt(1 - keeps ** 2) * draw.normal(size=CELLS)
    return values + 3 * draw.normal(size=CELLS) + 5 * np.sin(np.arange(MINUTES) / 60)[:, None]


def ways(seed: int) -> list[list[Span]]:
    """Changes that go to one cell, to four, to all but one, each through cells of its own, and stay."""
    rng, found = random.Random(seed), []        # noqa: S311 (a simulation)
    for _ in range(MANY):
        at, cells = rng.uniform(0, (MINUTES - 70) * 60), rng.sample(range(CELLS), CELLS)
        steps = (0, *sorted(rng.uniform(300, 3600) for _ in range(3)))
        found.append([(cell, at + steps[(place > 0) + (place > 3) + (place > 14)], None)
                      for place, cell in enumerate(cells)])
    return found


def harmed(values: np.ndarray, spans: list[Span], by: float) -> np.ndarray:
    return values + by * Symptom(values, 0.0).had(spans)


def first_of(logs: list[float]) -> int:
    return max(range(len(logs)), key=logs.__getitem__)


@pytest.mark.parametrize("keeps", [0.0, 0.7, 0.9])
def test_who_harms_by_no_more_than_is_usual_is_named(keeps: float) -> None:
    named = 0
    for seed in range(10):
        changes = ways(seed)
        guilty = seed % MANY
        found = Symptom(harmed(quiet(seed, keeps), changes[guilty], 1.2), 0.0)
        assert found.keeps == pytest.approx(keeps, abs=0.1)
        named += first_of(blame([found], changes)) == guilty
    assert named >= 9


def test_nobody_is_blamed_for_levels_for_the_day_or_for_one_wild_minute() -> None:
    values = quiet(1)
    values[100, 3] += 200
    values[:, 5] += 50
    values[200:] += 80
    assert max(blame([Symptom(values, 0.0)], ways(1))) < 3.5


def test_what_does_nothing_is_cleared_and_what_everybody_always_had_is_neither() -> None:
    innocent: list[Span] = [(cell, 3600.0 + 60 * cell, 7200.0) for cell in range(8)]
    everywhere: list[Span] = [(cell, -100.0, None) for cell in range(CELLS)]
    later: list[Span] = [(0, 60.0 * MINUTES + 600, None)]
    logs = blame([Symptom(quiet(2), 0.0)], [innocent, everywhere, later])
    assert logs[0] < -1 and logs[1:] == [pytest.approx(0)] * 2


def test_what_is_better_where_it_is_is_not_blamed() -> None:
    changes = ways(3)
    values = harmed(quiet(3), changes[7], -3)
    assert blame([Symptom(values, 0.0)], changes)[7] < -1


def test_what_was_not_measured_is_not_taken_for_well() -> None:
    changes = ways(4)
    values = harmed(quiet(4), changes[9], 2)
    values[np.random.default_rng(4).random(values.shape) < 0.3] = np.nan
    values[50:60] = np.nan
    values[:, 2] = np.nan
    assert first_of(blame([Symptom(values, 0.0)], changes)) == 9


def test_of_several_symptoms_one_is_enough_and_too_few_minutes_say_nothing() -> None:
    changes = ways(5)
    well, ill = Symptom(quiet(5), 0.0), Symptom(harmed(quiet(6), changes[4], 2), 0.0)
    short, flat = Symptom(quiet(5)[:10], 0.0), Symptom(np.zeros((MINUTES, CELLS)), 0.0)
    assert first_of(blame([well, short, flat, ill], changes)) == 4
    assert blame([short, flat, Symptom(np.empty((0, CELLS)), 0.0)], changes) == [0.0] * MANY


def test_harm_where_nothing_ever_failed_is_seen_as_well() -> None:
    changes = ways(6)
    assert first_of(blame([Symptom(harmed(np.zeros((MINUTES, CELLS)), changes[2], 1), 0.0)], changes)) == 2
