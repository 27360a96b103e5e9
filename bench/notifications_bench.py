#!/usr/bin/env python3
"""What telling people costs: CPU microseconds per journal entry, Postgres included.

    bench/notifications_bench.py [--batches 20] [--accounts 20000]

Batches of a thousand entries as a busy hour brings them (boosts, mentions, likes; a tenth of all about one account),
through the follower and its transaction. And what a page of the list costs its owner.
"""

import argparse
import asyncio
import random
import time
from datetime import UTC, datetime

from private_site import Site, run_inside

from petrel.core import ids
from petrel.core.doors import deriving
from petrel.core.journal import Entry
from petrel.features.notifications import jobs

ACCOUNTS = """
insert into accounts.account (cell, id, handle)
select law.cell(id), id, 'u' || id from unnest($1::bigint[]) a(id)
"""
POSTS = """
insert into posts.post (cell, id, author, audience, thread, mentions)
select law.cell(id), id, author, 0, id, '{}' from unnest($1::bigint[], $2::bigint[]) p(id, author)
"""


def made(count: int, n: int) -> list[int]:
    """Ids of the past, spread over the cells; `n` keeps several calls apart."""
    start = (int(time.time()) - 10**7 * (n + 1)) * 1000
    return [(start + i) << 16 | (i % 16) << 6 | 63 for i in range(count)]


def batch(rng: random.Random, people: list[int], posts: list[tuple[int, int]]) -> list[Entry]:
    entries = []
    for n in range(1000):
        actor = rng.choice(people)
        post, author = posts[0] if rng.random() < 0.1 else rng.choice(posts)
        kind = rng.choices(("posts.boost.created", "posts.like.created", "posts.post.created"), (6, 2, 2))[0]
        new = (int(time.time() * 1000) - n) << 16 | (actor >> 6 & 1023) << 6 | 62
        refs, subject = [post, author, 0], new
        if kind == "posts.like.created":
            refs, subject = [author], post
        elif kind == "posts.post.created":
            refs = [post, author, post, 0, author]
        entries.append(Entry(cell=0, id=n, epoch=1, xid=1, at=datetime.now(UTC), kind=kind, subject=subject,
                             actor=actor, refs=refs))
    return entries


async def work(site: Site, batches: int, accounts: int) -> None:
    rng = random.Random(1)
    people = made(accounts, 1)
    posts = list(zip(made(accounts, 2), people, strict=True))
    await site.owner.execute(ACCOUNTS, people)
    await site.owner.execute(POSTS, [p for p, _ in posts], [a for _, a in posts])
    await site.owner.execute("analyze")
    some = [batch(rng, people, posts) for _ in range(batches)]
    for entries in some[:3]:
        await tell(entries)
    mine, postgres = site.cpu_s()
    began = time.monotonic()
    for entries in some[3:]:
        await tell(entries)
    count = 1000 * (batches - 3)
    after = site.cpu_s()
    rows = await site.owner.fetchval("select count(*) from notifications.notification")
    size = await site.owner.fetchval("select pg_total_relation_size('notifications.notification')")
    passed_us = (time.monotonic() - began) / count * 1e6
    print(f"{count} entries, {rows} rows, {size / rows:.0f} bytes each: "
          f"Python {(after[0] - mine) / count * 1e6:.1f} us, "
          f"Postgres {(after[1] - postgres) / count * 1e6:.1f} us, {passed_us:.0f} us passed")


async def tell(entries: list[Entry]) -> None:
    async with deriving("notifications") as w:
        await jobs.tell(w, entries)
    await asyncio.sleep(0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batches", type=int, default=20)
    parser.add_argument("--accounts", type=int, default=20_000)
    asked = parser.parse_args()
    assert ids.CELLS_IN_USE == 16
    run_inside(lambda site: work(site, asked.batches, asked.accounts))
