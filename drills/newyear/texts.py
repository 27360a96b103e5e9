"""`python -m drills.newyear.texts`, at the other end of the line: people who post plain text and read, at times of
their own, whether the one before was answered or not."""

import asyncio
import random
import time
from typing import Any

from drills.newyear import far
from petrel.ops.drills import Clients, Lost, clients

PATIENT_S = 20.0


class Texts:
    """`posts`: when each was begun, how long until it was acknowledged (trying again where there was no answer), and
    its number, 0 for never. `reads` the same way."""

    def __init__(self, wire: Clients, tokens: list[str]) -> None:
        self._wire, self._tokens = wire, tokens
        self.posts: list[tuple[float, float, int, str]] = []
        self.reads: list[tuple[float, float, int]] = []

    async def post(self, number: int) -> None:
        began, text, posted = time.monotonic(), f"happy new year {number}", 0
        while not posted and time.monotonic() - began < PATIENT_S:
            try:
                answer = await self._wire.ask(
                    "POST", "/api/v1/statuses", token=self._tokens[number % len(self._tokens)],
                    json={"status": text, "visibility": "public"}, headers={"Idempotency-Key": f"texts-{number}"})
                if answer.status == 200:
                    posted = int(answer.json["id"])
                    break
            except Lost:
                pass
            await asyncio.sleep(0.1)
        self.posts.append((began, time.monotonic() - began, posted, text))

    async def read(self, number: int) -> None:
        began, status = time.monotonic(), 0
        try:
            answer = await self._wire.ask("GET", "/api/v1/timelines/home?limit=20",
                                          token=self._tokens[number % len(self._tokens)])
            status = answer.status
        except Lost:
            pass
        self.reads.append((began, time.monotonic() - began, status))


async def work(told: Any, end: asyncio.Event) -> dict[str, Any]:
    draw = random.Random(3)         # noqa: S311 (the same night each time, no secret)
    under_way: set[asyncio.Task[None]] = set()
    async with clients(told["address"], connections=64) as wire:
        texts, number = Texts(wire, told["tokens"]), 0
        while not end.is_set():
            number += 1
            for one in (texts.post(number), texts.read(number)):
                task = asyncio.create_task(one)
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            await asyncio.sleep(draw.expovariate(told["per_s"]))
        if under_way:
            await asyncio.wait(under_way)
        return {"posts": texts.posts, "reads": texts.reads}


if __name__ == "__main__":
    far.main(work)
