#!/usr/bin/env python3
"""How long it takes to erase an account with many posts, and what others notice of it.

    bench/erasure_bench.py [--posts 100000] [--reads-per-s 40] [--writes-per-s 10] [--before-s 20]

A whole site of its own (`petrel up`). Forty people read their home timelines and post through HTTP at a steady rate,
first alone, then while an account with so many posts, 2,000 likes given and 500 followers is erased by the site's own
jobs' process. Times are as the clients see them; others may notice 1.2 times at most.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from petrel.core import ids
from petrel.core.doors import reading, writing
from petrel.core.viewer import Member, System
from petrel.features import accounts, posts, privacy, relationships
from petrel.features.posts import Ask, Draft, Mark, MarkAsk
from petrel.ops.drills import Clients, Person, clients, follow, make_people
from petrel.ops.drills.site import private_site
from petrel.program import Program

SYSTEM = System("bench")
BATCH = 500


class Load:
    """Requests at a steady rate, however long each takes; `ms` of each by kind."""

    def __init__(self, wire: Clients, people: list[Person], reads_per_s: float, writes_per_s: float) -> None:
        self.wire, self.people = wire, people
        self.rates = {"home": reads_per_s, "post": writes_per_s}
        self.ms: dict[str, list[float]] = {"home": [], "post": []}
        self.odd = 0
        self._chance = random.Random(1)

    async def run(self, stop: asyncio.Event) -> None:
        await asyncio.gather(*(self._steady(kind, rate, stop) for kind, rate in self.rates.items()))

    async def _steady(self, kind: str, rate: float, stop: asyncio.Event) -> None:
        tasks = set()
        due = time.monotonic()
        while not stop.is_set():
            due += 1 / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            task = asyncio.create_task(self._one(kind))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)

    async def _one(self, kind: str) -> None:
        person = self._chance.choice(self.people)
        began = time.monotonic()
        if kind == "home":
            answer = await self.wire.ask("GET", "/api/v1/timelines/home?limit=20", token=person.token)
        else:
            answer = await self.wire.ask("POST", "/api/v1/statuses", token=person.token,
                                         json={"status": f"Seen at {began}"})
        self.ms[kind].append(1000 * (time.monotonic() - began))
        self.odd += answer.status != 200


def p(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else 0.0


async def fill(count: int) -> tuple[list[Person], Person]:
    people = await make_people([f"b{n:02}" for n in range(40)])
    await follow([(a, b) for n, a in enumerate(people) for b in people[n + 1 : n + 8]])
    async with writing(SYSTEM, cause="bench") as w:
        crowd = await accounts.create_many(w, [accounts.NewAccount(f"c{n:04}") for n in range(500)])
    [prolific] = await make_people(["prolific"])
    async with writing(SYSTEM, cause="bench") as w:
        await relationships.follow_many(w, [(a, prolific.id) for a in [*crowd, *(x.id for x in people)]])
    for person in people:
        await publish(person, [f"One of {person.handle}, number {n}" for n in range(50)])
    made = await publish(people[0], [f"To be liked {n}" for n in range(2000)])
    for start in range(0, count, BATCH):
        await publish(prolific, [f"Post {n} of somebody who writes a lot" for n in range(start, start + BATCH)])
        if start % 20_000 == 0:
            print(f"  {start} posts", file=sys.stderr)
    member = await member_of(prolific)
    for start in range(0, len(made), BATCH):
        await posts.mark_together([MarkAsk(member, i, Mark.LIKE, True, "bench") for i in made[start : start + BATCH]])
    return people, prolific


async def member_of(person: Person) -> Member:
    return Member(person.id, accounts.digest_of(person.token), frozenset(("read", "write")))


async def publish(person: Person, texts: list[str]) -> list[int]:
    """Back-dated, so that ids cost no waiting."""
    member = await member_of(person)
    begin = (int(time.time()) - 10**6 - random.randrange(10**8)) * 1000
    made = []
    for start in range(0, len(texts), BATCH):
        asks = [Ask(member, Draft(text), "bench",
                    id=(begin + start + n) << 16 | ids.cell_of(person.id) << 6 | ids.IMPORT_MAKER)
                for n, text in enumerate(texts[start : start + BATCH])]
        made += [one.id for one in await posts.create_together(asks) if not isinstance(one, Exception)]
    return made


async def ended(secret: str, within_s: float) -> privacy.erasure.Erasure:
    """Looks until it is done."""
    until = time.monotonic() + within_s
    while True:
        told = await privacy.erasure.by_link(secret)
        if told.done_at is not None or time.monotonic() > until:
            return told
        await asyncio.sleep(0.25)


async def work(asked: argparse.Namespace, folder: Path) -> int:
    async with private_site(folder / "site") as site, Program().opened(site.data):
        people, prolific = await fill(asked.posts)
        await asyncio.sleep(asked.settle_s)
        async with clients(site.address, connections=64) as wire:
            alone, during = (Load(wire, people, asked.reads_per_s, asked.writes_per_s) for _ in range(2))
            stop = asyncio.Event()
            running = asyncio.create_task(alone.run(stop))
            await asyncio.sleep(asked.before_s)
            stop.set()
            await running
            stop = asyncio.Event()
            running = asyncio.create_task(during.run(stop))
            began = time.monotonic()
            async with writing(SYSTEM, cause="bench") as w:
                secret = await privacy.erasure.begin(w, prolific.id)
            told = await ended(secret, 600)
            took_s = time.monotonic() - began
            stop.set()
            await running
        async with reading(SYSTEM) as r:
            remains = await privacy.reach.remains(r, prolific.id)
    print(f"{told.gone.get('posts', 0)} posts erased in {took_s:.1f} s; remains: {remains or 'none'}")
    worst = 0.0
    for kind in ("home", "post"):
        for share in (0.5, 0.99):
            before, after = p(alone.ms[kind], share), p(during.ms[kind], share)
            worst = max(worst, after / before if share == 0.99 and before else 0.0)
            print(f"{kind} p{share * 100:.0f}: {before:.1f} ms alone ({len(alone.ms[kind])}), "
                  f"{after:.1f} ms during ({len(during.ms[kind])}): {after / before:.2f} x")
    print(f"answers that were not 200: {alone.odd} alone, {during.odd} during")
    return 0 if took_s <= 60 and not remains and worst <= 1.2 else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--reads-per-s", type=float, default=40)
    parser.add_argument("--writes-per-s", type=float, default=10)
    parser.add_argument("--before-s", type=float, default=20)
    parser.add_argument("--settle-s", type=float, default=10)
    with tempfile.TemporaryDirectory(prefix="petrel-bench-") as scratch:
        sys.exit(asyncio.run(work(parser.parse_args(), Path(scratch))))
