"""Very many reads by those who must not see, every byte looked at; and people who go on using the site meanwhile."""

import asyncio
import itertools
import random
import re
import time
from collections import Counter
from collections.abc import Mapping

from msgspec import Struct

from drills.revert.town import Town, questions
from petrel.ops.drills import Clients, Lost

AT_ONCE = 40
MARK = re.compile(rb"zq[0-9a-f]{18}")


class Probed(Struct):
    """`reads`: answers that were looked at; those of 503 are not among them. `leaked`: by whom, and by which question.
    """

    reads: int = 0
    refused: int = 0
    lost: int = 0
    leaked: dict[str, list[str]] = {}
    words: set[bytes] = set()
    public_seen: int = 0
    statuses: Counter[int] = Counter()
    took_s: float = 0.0


async def probe(wire: Clients, town: Town, viewers: Mapping[str, str | None], wanted: int) -> Probed:
    """Each viewer asks each question, over and over, until so many answers were looked at."""
    found = Probed(leaked={}, words=set(), statuses=Counter())
    began = time.monotonic()
    secret, public = {w.word for w in town.shy.values()}, {w.word for w in town.loud.values()}
    everything = [(viewer, question) for question in questions(town) for viewer in viewers]
    random.Random(12).shuffle(everything)       # noqa: S311 (the same order each time, no secret)
    asked = itertools.cycle(everything)

    async def worker() -> None:
        while found.reads < wanted:
            viewer, question = next(asked)
            try:
                answer = await wire.ask("GET", question, token=viewers[viewer])
            except Lost:
                found.lost += 1
                continue
            found.statuses[answer.status] += 1
            if answer.status == 503:
                found.refused += 1
                continue
            found.reads += 1
            words = set(MARK.findall(answer.body)).union(*(MARK.findall(value) for _, value in answer.headers))
            found.public_seen += bool(words & public)
            if leaked := words & secret:
                found.words |= leaked
                found.leaked.setdefault(viewer, []).append(question)

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    found.took_s = time.monotonic() - began
    return found


class Crowd:
    """People at the public timelines, from a browser and with an app, and one who writes. `wire` None: the site is
    being put back, and they wait."""

    def __init__(self, town: Town, token: str) -> None:
        self.wire: Clients | None = None
        self.timelines: Counter[str] = Counter()
        self.writes: Counter[int] = Counter()
        self._town, self._token = town, token
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Crowd":
        self._tasks = [asyncio.create_task(self._look(token)) for token in (None, self._token) for _ in range(3)]
        self._tasks.append(asyncio.create_task(self._write()))
        return self

    async def __aexit__(self, *_wrong: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def forget(self) -> None:
        self.timelines.clear()
        self.writes.clear()

    async def _look(self, token: str | None) -> None:
        who = "nobody" if token is None else "member"
        while True:
            await asyncio.sleep(0.1)
            if (wire := self.wire) is not None:
                try:
                    answer = await wire.ask("GET", "/api/v1/timelines/public?limit=20", token=token)
                    shown = answer.status == 200 and b'"content"' in answer.body
                    self.timelines[f"{who} {'served' if shown else answer.status}"] += 1
                except Lost:
                    self.timelines[f"{who} lost"] += self.wire is wire

    async def _write(self) -> None:
        while True:
            await asyncio.sleep(0.1)
            if (wire := self.wire) is not None:
                try:
                    answer = await wire.ask("POST", "/api/v1/statuses", token=self._token,
                                            json={"status": "under load"})
                    self.writes[answer.status] += 1
                except Lost:
                    self.writes[0] += self.wire is wire
