"""Measures fan-out: after the acknowledgement of one event in so many, a follower's home timeline is polled until
the entry stands there. Only entries that the home rules let that follower see are taken, and only followers whose
timeline was read before the play (they are active).
"""

import asyncio
import time
from array import array

import numpy as np

from petrel.ops.replay.client import Lost
from petrel.ops.replay.follows import Follows
from petrel.ops.replay.plan import Plan
from petrel.ops.replay.play import Site
from petrel.ops.replay.shapes import Kind
from petrel.ops.replay.wire import page_of

EVENTS_TRIED = 20  # for each that is wanted
FOLLOWERS_TRIED = 8
FIRST_GAP_S, LONGEST_GAP_S = 0.003, 0.05
PATIENCE_S = 30.0


def choose(
    plan: Plan, to_play: np.ndarray, follows: Follows, unread: set[int], every: int, rng: np.random.Generator
) -> dict[int, int]:
    """Operation -> the person on whose home timeline it is awaited, never one of `unread`."""
    wanted = -(-len(to_play) // every)
    touching = _Touching(plan)
    seen = to_play[np.isin(plan.actor[to_play], follows.pairs[:, 1])]  # most boosters have no follower at all
    chosen: dict[int, int] = {}
    for number in rng.permutation(seen)[: wanted * EVENTS_TRIED].tolist():
        followers = follows.followers_of(int(plan.actor[number]))
        for viewer in rng.permutation(followers)[:FOLLOWERS_TRIED].tolist():
            if viewer not in unread and _shows(plan, number, viewer, follows, touching):
                chosen[number] = viewer
                break
        if len(chosen) == wanted:
            break
    return chosen


class _Touching:
    """Who wrote or boosted a post: two entries of the same post on one timeline hide each other."""

    def __init__(self, plan: Plan) -> None:
        boosts = np.flatnonzero(plan.kind == Kind.BOOST)
        order = np.argsort(plan.answers[boosts], kind="stable")
        self._posts, self._boosters = plan.answers[boosts][order], plan.actor[boosts][order]
        self._plan = plan

    def post(self, number: int) -> np.ndarray:
        """The author, and each booster as often as he boosts."""
        low, high = np.searchsorted(self._posts, [number, number + 1])
        return np.append(self._boosters[low:high], self._plan.actor[number])


def _shows(plan: Plan, number: int, viewer: int, follows: Follows, touching: _Touching) -> bool:
    kind, actor, target = int(plan.kind[number]), int(plan.actor[number]), int(plan.target[number])
    followed = follows.followed_by(viewer)
    if kind == Kind.REPLY:
        return target in (actor, viewer) or bool(np.isin(target, followed))
    if kind == Kind.BOOST:
        who = touching.post(int(plan.answers[number]))
        seen_by_viewer = who[np.isin(who, followed) | (who == viewer)]
        return len(seen_by_viewer) == 1  # this boost only
    return True


class Probes:
    """`site.ask` should have connections of its own: waiting behind the play would count as lag."""

    def __init__(self, site: Site, viewers: dict[int, int]) -> None:
        self.viewers = viewers
        self.lags_s = array("f")
        self.unseen: list[tuple[int, int]] = []  # (person, entry)
        self._site = site
        self._tasks: set[asyncio.Task[None]] = set()

    def on_accepted(self, number: int, entry: int, at: float) -> None:
        viewer = self.viewers.get(number)
        if viewer is not None:
            task = asyncio.create_task(self._await_entry(viewer, entry, at))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        await asyncio.gather(*self._tasks)

    def cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _await_entry(self, viewer: int, entry: int, at: float) -> None:
        request = self._site.requests.home(self._site.tokens[viewer], since_id=entry - 1)
        gap_s = FIRST_GAP_S
        while time.perf_counter() - at < PATIENCE_S:
            try:
                answer = await self._site.ask(request)
                if answer.status == 200 and any(found == entry for found, _ in page_of(answer.body)):
                    self.lags_s.append(time.perf_counter() - at)
                    return
            except (Lost, ValueError):
                pass  # the play itself meets the same site and reports what is wrong with it
            await asyncio.sleep(gap_s)
            gap_s = min(LONGEST_GAP_S, gap_s * 1.5)
        self.unseen.append((viewer, entry))
