"""Plays a plan through the public API: each operation at its recorded time divided by the speed, never before
what it needs. An account's operations keep their order; a boost or reply waits for the post it is of.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Protocol

import numpy as np

from petrel.core.errors import Unavailable
from petrel.ops.replay.client import Lost
from petrel.ops.replay.deliver import Ask, deliver, words_of
from petrel.ops.replay.plan import NONE, Plan
from petrel.ops.replay.shapes import Kind
from petrel.ops.replay.tally import Tally
from petrel.ops.replay.wire import Requests, status_of

GIVE_UP_AFTER = 50  # operations in a row without an answer
LEAST_SLEEP_S = 0.001
OnAccepted = Callable[[int, int, float], None]  # operation, entry id, time.perf_counter() of the answer


class Record(Protocol):
    def add(self, record: object) -> None: ...


class Site(Protocol):
    """What the player needs of the site."""

    @property
    def requests(self) -> Requests: ...

    @property
    def ask(self) -> Ask: ...

    @property
    def tokens(self) -> dict[int, bytes]:
        """By person."""


class Player:
    """`entries` holds the site's id of each operation accepted earlier (0: still to play) and is filled further.

    `once` is put before every Idempotency-Key and has to be the same when a replay is resumed.
    """

    def __init__(self, plan: Plan, entries: np.ndarray, site: Site, log: Record, tally: Tally, once: str) -> None:
        self._plan, self._entries, self._site = plan, entries, site
        self._log, self._tally, self._once = log, tally, once
        self._settled = bytearray((entries != 0).astype(np.uint8).tobytes())
        self._to_play = np.flatnonzero(entries == 0)
        self._left = len(self._to_play)
        self._missing: dict[int, int] = {}
        self._waiting: dict[int, list[int]] = {}
        self._ready: asyncio.Queue[int] = asyncio.Queue()
        self._due_s = np.empty(0)
        self._started_at = 0.0

    async def play(self, speed: float, workers: int, on_accepted: OnAccepted) -> None:
        """Returns when every operation is accepted, refused or failed. Errors: Unavailable (the site is gone)."""
        if not self._left:
            return
        at = self._plan.at
        self._due_s = (at - at[self._to_play[0]]) / speed
        self._on_accepted = on_accepted
        self._end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._started_at = time.perf_counter()
        tasks = [asyncio.create_task(self._watched(self._offer_in_time()))]
        tasks += [asyncio.create_task(self._watched(self._work())) for _ in range(workers)]
        try:
            await self._end
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def behind_s(self) -> float:
        """How far the last operation sent was behind its time."""
        return self._tally.behind_s[-1] if self._tally.behind_s else 0.0

    async def _watched(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except Exception as broken:
            if not self._end.done():
                self._end.set_exception(broken)

    async def _offer_in_time(self) -> None:
        for number in self._to_play.tolist():
            early_s = self._due_s[number] - (time.perf_counter() - self._started_at)
            if early_s > 0:
                await asyncio.sleep(max(LEAST_SLEEP_S, early_s))
            self._offer(number)

    def _offer(self, number: int) -> None:
        missing = 0
        for needed in (int(self._plan.before[number]), int(self._plan.answers[number])):
            if needed != NONE and not self._settled[needed]:
                self._waiting.setdefault(needed, []).append(number)
                missing += 1
        if missing:
            self._missing[number] = missing
        else:
            self._ready.put_nowait(number)

    async def _work(self) -> None:
        while True:
            number = await self._ready.get()
            await self._play_one(number)
            self._settle(number)

    def _settle(self, number: int) -> None:
        self._settled[number] = 1
        for waiter in self._waiting.pop(number, ()):
            self._missing[waiter] -= 1
            if not self._missing[waiter]:
                del self._missing[waiter]
                self._ready.put_nowait(waiter)
        self._left -= 1
        if not self._left and not self._end.done():
            self._end.set_result(None)

    async def _play_one(self, number: int) -> None:
        kind = Kind(int(self._plan.kind[number]))
        of = self._post_answered(number)
        if kind in (Kind.BOOST, Kind.REPLY) and not of:
            self._tally.err(kind, "the post it is of was not accepted")
            return
        sent_at = time.perf_counter()
        self._tally.behind_s.append(max(0.0, sent_at - self._started_at - self._due_s[number]))
        try:
            answer = await deliver(self._site.ask, self._request(number, kind, of), self._tally.retries)
        except Lost as lost:
            self._tally.err(kind, f"no answer: {lost}")
            self._tally.unanswered += 1
            if self._tally.unanswered >= GIVE_UP_AFTER:
                raise Unavailable("the site stopped answering; the same command goes on from here") from lost
            return
        if answer.status // 100 == 4:
            self._tally.refuse(kind, words_of(answer))
        elif answer.status // 100 != 2:
            self._tally.err(kind, words_of(answer))
        else:
            self._accepted(number, kind, of, answer.body, sent_at)

    def _accepted(self, number: int, kind: Kind, of: int, body: bytes, sent_at: float) -> None:
        now = time.perf_counter()
        try:
            entry, under = status_of(body)
        except ValueError as unreadable:
            self._tally.err(kind, f"an answer that is no status: {unreadable}")
            return
        if under != (of if kind == Kind.BOOST else entry):
            self._tally.err(kind, "the answer is about another post")
            return
        plan, latency_s = self._plan, now - sent_at
        self._entries[number] = entry
        self._tally.accept(kind)
        key, actor, target = int(plan.key[number]), int(plan.actor[number]), int(plan.target[number])
        self._log.add((key, entry, under, actor, target, kind, min(int(latency_s * 1e6), 2**32 - 1)))
        self._on_accepted(number, entry, now)

    def _post_answered(self, number: int) -> int:
        """The id of the latest accepted post of the target at this point of the recording; 0 = there is none."""
        post = int(self._plan.answers[number])
        while post != NONE and not self._entries[post]:
            post = int(self._plan.fallback[post])
        return int(self._entries[post]) if post != NONE else 0

    def _request(self, number: int, kind: Kind, of: int) -> bytes:
        plan, site = self._plan, self._site
        key, once = int(plan.key[number]), f"{self._once}{plan.key[number]}"
        token = site.tokens[int(plan.actor[number])]
        if kind == Kind.BOOST:
            return site.requests.boost(token, of, once)
        return site.requests.post(token, kind, int(plan.target[number]), key, of, once)
