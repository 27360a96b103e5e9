"""Whose home timelines are compared: a random sample of those who follow somebody, half of it read before the play.

To the random accounts the *widest* are added, those on whose timelines the most will stand: in an hour of the
recording few random timelines come near the limits of the rules.
"""

import numpy as np

from petrel.ops.replay.follows import Follows
from petrel.ops.replay.plan import Plan
from petrel.ops.replay.store import Sampled


def draw(
    follows: Follows,
    plan: Plan,
    read_already: np.ndarray,
    *,
    window: tuple[int, int],
    count: int,
    widest: int,
    rng: np.random.Generator,
) -> Sampled:
    """The half that is never read is drawn from those no replay has read on this site, however often it played."""
    pool = follows.everybody_who_follows()
    wide = _widest(follows, plan, widest)
    never = _some(rng, np.setdiff1d(np.setdiff1d(pool, read_already), wide), count // 2)
    before = _some(rng, np.setdiff1d(np.setdiff1d(pool, never), wide), count - count // 2)
    fresh = np.isin(wide, read_already, invert=True)
    fresh[::2] = False
    return Sampled(
        window=window,
        read_before=tuple(before.tolist() + wide[~fresh].tolist()),
        never_read=tuple(never.tolist() + wide[fresh].tolist()),
    )


def _some(rng: np.random.Generator, pool: np.ndarray, count: int) -> np.ndarray:
    return rng.choice(pool, min(count, len(pool)), replace=False)


def _widest(follows: Follows, plan: Plan, count: int) -> np.ndarray:
    """Those whose followees do the most in this plan; the most first."""
    people, times = np.unique(plan.actor, return_counts=True)
    if not len(people) or not len(follows.pairs):
        return np.empty(0, np.int32)
    place = np.clip(np.searchsorted(people, follows.pairs[:, 1]), 0, len(people) - 1)
    weight = np.where(people[place] == follows.pairs[:, 1], times[place], 0)
    viewers, index = np.unique(follows.pairs[:, 0], return_inverse=True)
    order = np.argsort(-np.bincount(index, weights=weight), kind="stable")
    return viewers[order[:count]]
