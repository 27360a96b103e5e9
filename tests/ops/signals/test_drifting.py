"""What grows at one hour of the day is found, and what does not is not called."""

import numpy as np
import pytest

from petrel.ops.signals import find
from petrel.ops.signals.jobs import sentence

RNG = np.random.default_rng


def controls(seed: int, count: int, days: int = 30) -> np.ndarray:
    """[day, hour, series]: a shape over the day, a week, levels that wander, noise, busy nights, outliers, holes."""
    rng, hours = RNG(seed), np.arange(24)
    found = np.zeros((days, 24, count))
    for at in range(count):
        base = rng.lognormal(-2, 1)
        shape = base * (1 + rng.uniform(0, 1) * np.sin((hours - rng.uniform(0, 24)) / 24 * 2 * np.pi))
        week = 1 + rng.uniform(0, .4) * np.sin(np.arange(days) / 7 * 2 * np.pi + rng.uniform(0, 6))
        level, wanders = 0.0, np.ones(days)
        for day in range(days):
            level = .7 * level + rng.normal(0, .1)
            wanders[day] = np.exp(level)
        one = shape[None, :] * (week * wanders)[:, None] * np.exp(rng.normal(0, rng.uniform(.02, .3), (days, 24)))
        if rng.random() < .5:
            one[:, rng.integers(24)] += base * rng.uniform(1, 20) * np.exp(rng.normal(0, rng.uniform(.05, .5), days))
        one *= np.where(rng.random((days, 24)) < .01, rng.uniform(2, 20, (days, 24)), 1)
        one[rng.random((days, 24)) < .01] = np.nan
        found[:, :, at] = one
    return found


def crawling(days: int, per_day: float = 0.4, seed: int = 1) -> np.ndarray:
    """A job that takes two seconds at any hour, and at 00 a little more each day."""
    rng = RNG(seed)
    one = 2 + rng.normal(0, .1, (days, 24))
    one[:, 0] += per_day * np.arange(days) + rng.normal(0, per_day / 5, days)
    return one[:, :, None]


NAME = [("schedule_seconds", "trends.count")]


def test_a_growing_night_is_found_by_the_tenth_day_with_the_day_on_which_it_hurts() -> None:
    [found] = find(crawling(10), NAME, {"schedule_seconds": 10.0})
    assert (found.target, found.hour, found.days) == ("trends.count", 0, 10)
    assert found.per_day == pytest.approx(0.4, rel=.2) and found.left_days == pytest.approx((10 - 5.6) / .4, rel=.2)
    assert sentence(found).startswith("the time of the job trends.count grows every day around 00:00 UTC: ")
    assert find(crawling(7), NAME, {}) == [], "a week is too short to be sure"


def test_a_job_that_runs_once_a_day_is_compared_with_itself() -> None:
    days = np.full((12, 24, 1), np.nan)
    days[:, 3, 0] = 4 + 0.5 * np.arange(12) + RNG(2).normal(0, .05, 12)
    [found] = find(days, NAME, {})
    assert found.hour == 3 and found.left_days == pytest.approx(found.last / .5, rel=.1), "until it has doubled"


def test_of_two_hundred_that_do_not_grow_one_is_called_in_a_month_at_most() -> None:
    days, names = controls(7, 200), [("schedule_seconds", str(at)) for at in range(200)]
    called = {one.target for until in range(8, 31) for one in find(days[:until], names, {})}
    assert len(called) <= 1


def test_growth_that_all_hours_share_is_no_drift_of_one() -> None:
    rng, shape = RNG(4), np.where(np.arange(24) == 3, 10.0, 1.0)[None, :]       # one hour is always busy
    days = shape * (1 + .15 * np.arange(20))[:, None] * np.exp(rng.normal(0, .02, (20, 24)))
    assert {one.hour for one in find(days[:, :, None], NAME, {})} <= {24}


def test_nothing_measured_is_nothing_found() -> None:
    assert find(np.full((30, 24, 1), np.nan), NAME, {}) == []
    assert find(np.zeros((0, 24, 0)), [], {}) == []
