"""What grows a little every day at the same hour. Pure.

For each series and hour of the day: by how much that hour's highest stood above the middle of its day, and how many
times it was that middle. What all hours have in common (more visitors, a Monday) changes one of the two at most, what
is tied to the clock changes both. Of these numbers, one a day, Kendall's count of pairs that fell instead of rising
says how likely so steady a growth is by chance, whatever the noise is like; the counts of chance are exact (Mahonian
numbers), not an approximation. Over so few days as a week or two that is strict: growth must be nearly without a
setback. Theil and Sen's slope (the middle of all slopes) says how fast, and when it will hurt. source: our choice,
decision 0073.
"""

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from msgspec import Struct

LEAST_DAYS, MOST_DAYS = 8, 30
WINDOWS = (10, 14, 21, 30)
"""The last so many days are looked at: what began a week ago is not hidden by three quiet weeks before."""

HOURS = 24
LEAST_HOURS = 6
"""Of a day, to say what is usual in it: a job that runs once a day has no other hour to be compared with."""

WHOLE_DAY = HOURS
CHANCE, CHANCE_OF_SHARE = 6e-6, 0.005
"""In each comparison. Set so that of 12,000 series that do not grow (a shape over the day, a week, levels that wander,
noise of up to a third, nights that are busy by themselves, outliers) 14 were called in a month of daily looks.
tests/ops/signals/test_drifting.py draws the same kind."""

CLEAR = 10.0
"""The growth is so many times what days differ by around it, at least."""

NOTABLE = 0.5
"""And so much of what was there."""


class Drift(Struct, frozen=True, kw_only=True):
    """`first` and `last`: what the line has on its first day and today; `objective`: beyond which it hurts."""

    name: str
    target: str
    hour: int
    days: int
    first: float
    last: float
    per_day: float
    objective: float | None = None

    @property
    def left_days(self) -> float:
        """Until it crosses its objective; until it has doubled, where nobody set one."""
        goal = self.objective if self.objective is not None else max(2 * self.last, self.last + self.per_day)
        return max(0.0, (goal - self.last) / self.per_day)


def find(days: np.ndarray, names: Sequence[tuple[str, str]], objectives: Mapping[str, float]) -> list[Drift]:
    """`days`: [day, hour, series], the highest of each hour, NaN where nothing was measured, the newest day last."""
    if days.shape[0] < LEAST_DAYS or not len(names):
        return []
    with np.errstate(invalid="ignore"):
        whole = _highest(days)[:, None, :]
        usual = np.where((~np.isnan(days)).sum(axis=1) >= LEAST_HOURS, _middle(days, axis=1), np.nan)[:, None, :]
        phases = np.concatenate([days - np.nan_to_num(usual), whole], axis=1)
        shares = np.concatenate([days / np.where(usual > 0, usual, 1.0), whole], axis=1)
        levels = np.concatenate([days, whole], axis=1)
    found: dict[int, Drift] = {}
    for window in WINDOWS:
        if window > LEAST_DAYS and window - days.shape[0] > 4:
            continue
        steady = _is_steady(phases[-window:], CHANCE) & _is_steady(shares[-window:], CHANCE_OF_SHARE)
        for hour, series in np.argwhere(steady):
            one = _fitted(levels[-window:, hour, series], phases[-window:, hour, series])
            if one is not None:
                name, target = names[series]
                now = Drift(name=name, target=target, hour=int(hour), days=one[0], first=one[1], last=one[2],
                            per_day=one[3], objective=objectives.get(name))
                before = found.get(int(series))
                # Of several hours the one that grows most names the job; the whole day only where no hour does.
                if before is None or _weight(now) > _weight(before):
                    found[int(series)] = now
    return sorted(found.values(), key=lambda one: one.left_days)


def _weight(one: Drift) -> tuple[bool, float]:
    return one.hour != WHOLE_DAY, one.per_day


def _is_steady(phases: np.ndarray, chance: float) -> np.ndarray:
    """[hour, series]: whether so few pairs of days fell that chance would not do it."""
    there = ~np.isnan(phases)
    many = there.sum(axis=0)
    fell = np.zeros(phases.shape[1:])
    for at in range(1, phases.shape[0]):
        with np.errstate(invalid="ignore"):
            step = phases[at] - phases[:at]
        fell += (step < 0).sum(axis=0) + 0.5 * (step == 0).sum(axis=0)
    most = np.array([_most_falls(n, chance) for n in range(phases.shape[0] + 1)])
    return np.asarray((many >= LEAST_DAYS) & (fell <= most[many]))


@cache
def _most_falls(days: int, chance: float) -> int:
    """With how many falling pairs growth is still no chance; -1 where no growth is sure enough."""
    counts = [1.0]
    for n in range(2, days + 1):                # of so many orders of n days, by pairs that fall
        summed = np.cumsum([*counts, *[0.0] * (n - 1)])
        counts = [float(summed[k] - (summed[k - n] if k >= n else 0.0)) for k in range(len(summed))]
    below = np.cumsum(counts) / sum(counts)
    return int(np.searchsorted(below, chance, side="right")) - 1


def _fitted(levels: np.ndarray, phases: np.ndarray) -> tuple[int, float, float, float] | None:
    """(days, first, last, growth a day) of the middle line; None when it is too small to mean anything."""
    at = np.flatnonzero(~np.isnan(phases))
    slope = _slope(at, phases[at])
    left = phases[at] - slope * at
    noise = 1.48 * float(np.median(np.abs(left - np.median(left))))
    growth = slope * float(at[-1] - at[0])
    base = float(np.median(levels[at] - slope * at))
    first, last = base + slope * float(at[0]), base + slope * float(at[-1])
    if slope <= 0 or growth < CLEAR * noise or growth < NOTABLE * abs(first):
        return None
    return len(at), first, last, slope


def _slope(at: np.ndarray, values: np.ndarray) -> float:
    i, j = np.triu_indices(len(at), 1)
    return float(np.median((values[j] - values[i]) / (at[j] - at[i])))


def _middle(days: np.ndarray, axis: int) -> np.ndarray:
    """As nanmedian, without its word on what is missing as a whole."""
    ordered = np.sort(days, axis=axis)          # NaN at the end
    many = (~np.isnan(days)).sum(axis=axis)
    low, high = np.maximum(0, (many - 1) // 2), many // 2
    picked = [np.take_along_axis(ordered, np.expand_dims(np.minimum(one, days.shape[axis] - 1), axis), axis)
              for one in (low, high)]
    return np.asarray(np.squeeze((picked[0] + picked[1]) / 2, axis))


def _highest(days: np.ndarray) -> np.ndarray:
    filled = np.where(np.isnan(days), -np.inf, days).max(axis=1)
    return np.where(np.isinf(filled), np.nan, filled)
