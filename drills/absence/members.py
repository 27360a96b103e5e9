"""Members who read and post all night, and a crowd that comes by an address somebody passed round.

Each writes down what they were told: the record is the only witness afterwards.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from petrel.ops.drills import Clients, Lost, Person

SPAM = "pills.example"
PLAIN = "pills without a doctor"     # spam too, without link
LISTS = ("/api/v1/timelines/home", "/api/v1/timelines/public?local=true", "/api/v1/notifications")
PATIENT_S, AGAIN_S = 5.0, 0.3


class Members:
    """Two things a member does in turn, each about once in `every_s`: looks at a list, posts. Until `end`.

    `refused`: what was not answered within five seconds of trying again, as people do. `views`: posts that were shown
    to them, `spam_views` those of them that spammers wrote. `took_s`: of each answer.
    """

    def __init__(self, wire: Clients, people: list[Person], *, every_s: float) -> None:
        self._wire, self.people, self._every_s = wire, people, every_s
        self._random = random.Random(1)             # noqa: S311 (the same night each time, no secret)
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.acknowledged: dict[int, tuple[int, str]] = {}
        self.statuses: Counter[str] = Counter()
        self.refused: list[str] = []
        self.took_s: list[float] = []
        self.answered = self.views = self.spam_views = 0

    async def __aenter__(self) -> "Members":
        self._tasks = [asyncio.create_task(self._live(n)) for n in range(len(self.people))]
        return self

    async def __aexit__(self, *_wrong: object) -> None:
        await self.end()

    async def end(self) -> None:
        """They finish what they have begun."""
        self._stop.set()
        await asyncio.gather(*self._tasks)

    async def lost(self) -> list[str]:
        """What was acknowledged and is not in its author's list as it was written, past every cache of ours."""
        parts = await asyncio.gather(*(self._own(n) for n in range(len(self.people))))
        there = {number: content for part in parts for number, content in part.items()}
        return [f"post {number} of {self.people[who].handle}" for number, (who, text) in self.acknowledged.items()
                if there.get(number) != f"<p>{text}</p>"]

    async def _own(self, who: int) -> dict[int, str]:
        person = self.people[who]
        target = f"/api/v1/accounts/{person.id}/statuses?limit=40"
        return {int(s["id"]): s["content"] async for s in self._wire.pages(target, token=person.token)}

    async def _live(self, me: int) -> None:
        number = 0
        await asyncio.sleep(self._random.random() * self._every_s)
        while not self._stop.is_set():
            number += 1
            if number % 2:
                await self._read(me, LISTS[number // 2 % len(LISTS)])
            else:
                await self._post(me, number)
            await asyncio.sleep(self._random.expovariate(1 / self._every_s))

    async def _read(self, me: int, target: str) -> None:
        found = await self._asked(me, "GET", target)
        for one in found or ():
            status = one.get("status") if "notification" in target else one
            if status:
                self.views += 1
                self.spam_views += any(spam in status["content"] for spam in (SPAM, PLAIN))

    async def _post(self, me: int, number: int) -> None:
        text = f"night post {number} of {self.people[me].handle}"
        said = await self._asked(me, "POST", "/api/v1/statuses", {"status": text, "visibility": "public"},
                                 f"{self.people[me].handle}-{number}")
        if said is not None:
            self.acknowledged[int(said["id"])] = (me, text)

    async def _asked(self, me: int, method: str, target: str, form: Any = None, key: str = "") -> Any:
        """The answer's body; None after it was asked for in vain. The same key each time: nothing is done twice."""
        headers = {"Idempotency-Key": key} if key else None
        began, word = time.monotonic(), ""
        while time.monotonic() - began < PATIENT_S:
            sent = time.monotonic()
            try:
                answer = await self._wire.ask(method, target, token=self.people[me].token, json=form, headers=headers)
                self.took_s.append(time.monotonic() - sent)
                word = str(answer.status)
            except Lost:
                word = "no answer"
            self.statuses[word] += 1
            if word == "200":
                self.answered += 1
                return answer.json
            await asyncio.sleep(AGAIN_S)
        self.refused.append(f"{method} {target}: {word}")
        return None


class Crowd:
    """Visitors without an account, each from an address of their own, one after the other, `at_once` of them."""

    def __init__(self, wire: Clients, posts: Sequence[int], at_once: int) -> None:
        self._wire, self._posts, self._at_once = wire, posts, at_once
        self._number = 0
        self.statuses: Counter[str] = Counter()
        self.took_s = 0.0

    async def come(self, seconds: float) -> None:
        began = time.monotonic()
        await asyncio.gather(*(self._visit(began + seconds) for _ in range(self._at_once)))
        self.took_s += time.monotonic() - began

    async def _visit(self, until: float) -> None:
        while time.monotonic() < until:
            self._number += 1
            n = self._number // 4
            target = ("/api/v1/timelines/public?limit=20" if self._number % 2 else
                      f"/api/v1/statuses/{self._posts[self._number % len(self._posts)]}")
            try:
                answer = await self._wire.ask("GET", target, headers={
                    "X-Forwarded-For": f"198.18.{n // 250 % 250}.{n % 250 + 1}"})
                self.statuses[str(answer.status)] += 1
            except Lost:
                self.statuses["no answer"] += 1
