#!/usr/bin/env python3
"""What each thing that people do takes on the disk: accounts, follows, posts, replies, likes.

    bench/growth_bench.py [--accounts 2000] [--follows 30] [--posts 6000] [--likes 4000]

A whole site of its own (`petrel up`). Accounts and follows are made in bulk through the rooms, posts (100 to 240
characters, words by Zipf's law, half of them replies) and likes through HTTP. After each kind the followers of the
journal catch up, both databases are vacuumed, and relations with their indexes are measured; "log" is what both
write-ahead logs grew by, which is what leaves the machine between two full backups, before compression.
petrel/ops/costs works docs/handbook/costs.md out from these figures.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from msgspec import Struct

from petrel.core.doors import writing
from petrel.core.viewer import System
from petrel.features import accounts, relationships
from petrel.ops.drills import Clients, Person, clients
from petrel.ops.drills.site import SIZE, Site, private_site
from petrel.program import Program

SYSTEM = System("bench")
AT_ONCE = 8
BY_TABLE = """select c.oid::regclass::text, pg_total_relation_size(c.oid) from pg_class c
               where c.relkind = 'r' and c.relnamespace not in
                     (select oid from pg_namespace where nspname in ('pg_catalog', 'information_schema', 'pg_toast'))"""
LOG = "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn"


class Taken(Struct):
    """Bytes."""

    data: int
    keys: int
    log: int
    witness: int
    tables: dict[str, int]

    def less(self, before: "Taken") -> "Taken":
        tables = {name: size - before.tables.get(name, 0) for name, size in self.tables.items()}
        return Taken(self.data - before.data, self.keys - before.keys, self.log - before.log,
                     self.witness - before.witness, tables)


async def taken(site: Site) -> Taken:
    """Once nothing grows any more."""
    last = -1
    while True:
        async with site.database() as main, site.database(cluster="keyring") as keyring:
            log = int(await main.fetchval(LOG)) + int(await keyring.fetchval(LOG))
            if log - last < 100_000:
                break
            last = log
        await asyncio.sleep(6)
    async with site.database() as main, site.database(cluster="keyring") as keyring:
        await main.execute("vacuum")
        await keyring.execute("vacuum")
        tables = {name: size for name, size in await main.fetch(BY_TABLE)}
        return Taken(await main.fetchval(SIZE), await keyring.fetchval(SIZE), log,
                     sum(one.stat().st_size for one in (site.data / "witness").glob("*") if one.is_file()), tables)


async def join(count: int) -> list[Person]:
    """As people who signed up: mail address, password, a note, one token."""
    hashed = await accounts.hash_password("correct horse battery staple")
    numbers = []
    for start in range(0, count, 200):
        async with writing(SYSTEM, cause="bench") as w:
            for n in range(start, min(count, start + 200)):
                new = accounts.NewAccount(f"g{n:06}", email=f"g{n:06}@example.org", display_name=f"Somebody {n}",
                                          note="I write about birds, bread and machines. " * 2, indexable=True,
                                          discoverable=True)
                numbers.append((await accounts.create(w, new, secret_hash=hashed)).id)
    async with writing(SYSTEM, cause="bench") as w:
        tokens = await accounts.issue_tokens_many(w, numbers, ["read", "write", "follow"])
    return [Person(f"g{n:06}", number, token) for n, (number, token) in enumerate(zip(numbers, tokens, strict=True))]


async def relate(people: list[Person], each: int, chance: random.Random) -> int:
    pairs = list({(a.id, people[int(len(people) * chance.random() ** 2)].id) for a in people for _ in range(each)})
    made = 0
    for start in range(0, len(pairs), 1000):
        async with writing(SYSTEM, cause="bench") as w:
            made += await relationships.follow_many(w, pairs[start : start + 1000])
    return made


class Writers:
    def __init__(self, wire: Clients, people: list[Person], chance: random.Random) -> None:
        self.wire, self.people, self.chance = wire, people, chance
        self.made: list[tuple[str, str]] = []
        self.length = 0

    def text(self) -> str:
        length, words = self.chance.randint(100, 240), ""
        while len(words) < length:
            number = int(20_000 ** self.chance.random())
            words += f"{'bcdfghjklmnprstvwz'[number % 18]}{'aeiou'[number % 5]}{number:x} "
        return words

    async def post(self, is_reply: bool) -> None:
        text, body = self.text(), {}
        if is_reply:
            body["in_reply_to_id"], handle = self.chance.choice(self.made)
            text = f"@{handle} {text}"
        self.length += len(text)
        who = self.chance.choice(self.people)
        answer = await self.wire.ask("POST", "/api/v1/statuses", token=who.token, json={"status": text, **body})
        assert answer.status == 200, answer.status
        self.made.append((answer.json["id"], who.handle))

    async def like(self) -> None:
        post, _ = self.chance.choice(self.made)
        answer = await self.wire.ask("POST", f"/api/v1/statuses/{post}/favourite",
                                     token=self.chance.choice(self.people).token)
        assert answer.status == 200, answer.status


async def many(count: int, one) -> None:  # type: ignore[no-untyped-def]
    waiting = iter(range(count))

    async def turn() -> None:
        for _ in waiting:
            await one()

    await asyncio.gather(*(turn() for _ in range(AT_ONCE)))


async def weigh(wire: Clients, people: list[Person]) -> tuple[float, float]:
    """Bytes of an answer, headers apart: home of 20, and the public timeline as a page."""
    homes = [await wire.ask("GET", "/api/v1/timelines/home?limit=20", token=one.token) for one in people]
    page = await wire.ask("GET", "/public")
    assert page.status == 200, page.status
    return sum(len(one.body) for one in homes) / len(homes), len(page.body)


def tell(what: str, count: int, grown: Taken) -> None:
    each = {name: getattr(grown, name) / max(1, count) for name in ("data", "keys", "log", "witness")}
    print(f"{count} {what}: " + ", ".join(f"{name} {size:.0f} bytes each" for name, size in each.items()))
    largest = sorted(grown.tables.items(), key=lambda one: -one[1])[:6]
    print("    " + ", ".join(f"{name} {size / max(1, count):.0f}" for name, size in largest), flush=True)


async def work(asked: argparse.Namespace, folder: Path) -> None:
    chance = random.Random(1)
    async with private_site(folder / "site") as site, Program().opened(site.data):
        before = await taken(site)
        print(f"new site: data {before.data / 1e6:.1f} MB, keys {before.keys / 1e6:.1f} MB")
        people = await join(asked.accounts)
        after = await taken(site)
        tell("accounts", len(people), after.less(before))
        before = after
        made = await relate(people, asked.follows, chance)
        after = await taken(site)
        tell("follows", made, after.less(before))
        async with clients(site.address, connections=AT_ONCE) as wire:
            writers = Writers(wire, people, chance)
            for what, count, one in (("posts", asked.posts // 2, lambda: writers.post(False)),
                                     ("replies", asked.posts // 2, lambda: writers.post(True)),
                                     ("likes", asked.likes, writers.like)):
                before = after
                await many(count, one)
                after = await taken(site)
                tell(what, count, after.less(before))
            home, page = await weigh(wire, people[:100])
            print(f"a post is {writers.length / len(writers.made):.0f} characters; a home timeline of 20 is "
                  f"{home / 1000:.1f} kB by the API, the public page {page / 1000:.1f} kB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=2000)
    parser.add_argument("--follows", type=int, default=30)
    parser.add_argument("--posts", type=int, default=6000)
    parser.add_argument("--likes", type=int, default=4000)
    with tempfile.TemporaryDirectory(prefix="petrel-bench-") as scratch:
        asyncio.run(work(parser.parse_args(), Path(scratch)))
