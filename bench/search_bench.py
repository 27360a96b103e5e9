#!/usr/bin/env python3
"""What searching costs: milliseconds of a search on 200,000 posts, and CPU microseconds of indexing one.

    bench/search_bench.py [--posts 200000] [--indexable 1.0] [--rounds 60] [--json]

Made-up posts of 5 to 25 words, drawn from 300,000 words as languages use them (the n-th is used 1/n as often),
with real sealed texts under real keys. They are written to the tables directly and indexed as after a crash. A
search is timed whole, as a member's: words to hashes, candidates, the law, texts opened and rendered; every round
of a kind asks for other words. Alone on the machine; two cores shared with others make the tail, not the median.
"""

import argparse
import asyncio
import hashlib
import json
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import asyncpg
import numpy as np
from private_site import Site, run_inside

from petrel.api import present
from petrel.api.present.rendered import KEPT
from petrel.core import seal
from petrel.core.doors import deriving, reading
from petrel.core.journal import Entry
from petrel.core.pages import Page
from petrel.core.viewer import Member
from petrel.features import search
from petrel.features.posts import Content, Surface
from petrel.features.search import building, jobs, terms
from petrel.features.search.reads import posts as candidates

WORDS, ACCOUNTS, VIEWER_POSTS = 300_000, 5_000, 5_000
SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
Search = Callable[[], Awaitable[object]]


def word(rank: int) -> str:
    """Common words are short, as everywhere."""
    rng = random.Random(rank)
    return "".join(rng.choice(SYLLABLES) for _ in range(2 + (rank > 200) + (rank > 20_000) + rng.randrange(2)))


def made(count: int, start_s: int) -> list[int]:
    return [((start_s * 1000 + 40 * n) << 16) | (n % 16) << 6 | 63 for n in range(count)]


class Corpus:
    """Texts by place, the newest last; `frequent[n]` is the n-th most used word."""

    def __init__(self, posts: int) -> None:
        rng = np.random.default_rng(1)
        share = 1 / np.arange(1, WORDS + 1)
        lengths = rng.integers(5, 26, posts)
        drawn = rng.choice(WORDS, lengths.sum(), p=share / share.sum())
        names: dict[int, str] = {}
        self.frequent = names
        self.texts: list[str] = []
        for ranks in np.split(drawn, np.cumsum(lengths)[:-1]):
            said = [names.get(n) or names.setdefault(n, word(n)) for n in ranks.tolist()]
            if rng.random() < 0.1:
                said[-1] = "#" + said[-1]
            self.texts.append(" ".join(said))


async def fill(site: Site, corpus: Corpus, indexable: float) -> Member:
    rng = random.Random(2)
    count = len(corpus.texts)
    people = made(ACCOUNTS, int(time.time()) - 10**8)
    ids = made(count, int(time.time()) - 10**7)
    authors = [people[0] if n % (count // VIEWER_POSTS) == 0 else rng.choice(people) for n in range(count)]
    digest = hashlib.sha256(b"viewer").digest()
    await site.owner.copy_records_to_table(
        "account", schema_name="accounts", columns=["cell", "id", "handle", "is_indexable"],
        records=[(i >> 6 & 1023, i, f"{word(n)}{n}", rng.random() < indexable) for n, i in enumerate(people)])
    await site.owner.execute("insert into accounts.token (digest, kind, id, account, scopes) "
                             "values ($1, 'access', $2, $2, '{read,write}')", digest, people[0])
    keyring = await asyncpg.connect(**site.addresses.keyring["owner"])
    keys = [seal.new_key() for _ in ids]
    await keyring.copy_records_to_table("key", schema_name="keyring", records=list(zip(ids, keys, strict=True)))
    await keyring.close()
    await site.owner.copy_records_to_table(
        "post", schema_name="posts", columns=["cell", "id", "author", "audience", "thread", "mentions"],
        records=[(i >> 6 & 1023, i, a, 0, i, [people[0]] if rng.random() < 0.01 else [])
                 for i, a in zip(ids, authors, strict=True)])
    await site.owner.copy_records_to_table(
        "content", schema_name="posts", columns=["cell", "id", "sealed"],
        records=[(i >> 6 & 1023, i, seal.seal(k, i, Content(t).encode()))
                 for i, k, t in zip(ids, keys, corpus.texts, strict=True)])
    await site.owner.execute("analyze")
    return Member(people[0], digest, frozenset(("read", "write")))


async def build(site: Site, posts: int) -> dict[str, float]:
    mine, postgres = site.cpu_s()
    began = time.monotonic()
    while await building.step():
        pass
    after = site.cpu_s()
    sizes = {name: await site.owner.fetchval("select pg_relation_size($1::text::regclass)", f"search.{name}")
             for name in ("post_words", "post_words_gin", "vocabulary", "vocabulary_gin")}
    return {"python_us": (after[0] - mine) / posts * 1e6, "postgres_us": (after[1] - postgres) / posts * 1e6,
            "seconds": time.monotonic() - began} | {f"{name}_mb": size / 1e6 for name, size in sizes.items()}


async def follow(site: Site, posts: int) -> dict[str, float]:
    """The newest tenth once more, as the follower gets them: a thousand entries at a time. The cheapest two thousand
    count."""
    ids = [r[0] for r in await site.owner.fetch(
        "delete from search.post_words where post in (select post from search.post_words order by post desc limit $1) "
        "returning post", posts // 10)]
    await site.owner.execute("vacuum search.post_words")
    entries = [Entry(cell=0, id=n, epoch=1, xid=1, at=datetime.now(UTC), kind="posts.post.created", subject=post,
                     actor=1, refs=[]) for n, post in enumerate(sorted(ids))]
    costs = []
    for at in range(0, len(entries), 2000):
        mine, postgres = site.cpu_s()
        for part in (entries[at:at + 1000], entries[at + 1000:at + 2000]):
            async with deriving("search") as w:
                await jobs.index(w, part)
        after = site.cpu_s()
        count = len(entries[at:at + 2000])
        costs.append(((after[0] - mine) / count * 1e6, (after[1] - postgres) / count * 1e6))
    python_us, postgres_us = min(costs, key=sum)
    return {"python_us": python_us, "postgres_us": postgres_us}


def searches(member: Member, corpus: Corpus, rng: random.Random) -> dict[str, Callable[[], Search]]:
    def posts(typed: str) -> Search:
        async def run() -> int:
            async with reading(member) as r:
                ids = await candidates(r, search.understood(typed), Page(20))
                return len(await present.entries(r, Surface.SRCH, ids))
        return run

    def tag(name: str) -> Search:
        async def run() -> int:
            async with reading(member) as r:
                return len(await present.entries(r, Surface.PUB, await search.tagged(r, name, Page(20))))
        return run

    def people(typed: str) -> Search:
        async def run() -> int:
            async with reading(member) as r:
                return len(await present.accounts(r, await search.accounts(r, typed, 20)))
        return run

    used = [n for n in corpus.frequent if n > 20_000]

    def rare() -> str:
        return corpus.frequent[rng.choice(used)]

    def common() -> str:
        return corpus.frequent[rng.randrange(10)]

    def middle() -> str:
        return corpus.frequent[rng.randrange(60, 2_000)]

    def phrase() -> str:
        said = rng.choice(corpus.texts).replace("#", "").split()
        at = rng.randrange(len(said) - 1)
        return f'"{said[at]} {said[at + 1]}"'

    return {
        "common word": lambda: posts(f"{common()} "),
        "word of the middle": lambda: posts(f"{middle()} "),
        "rare word": lambda: posts(f"{rare()} "),
        "word nobody used": lambda: posts("xxqqjjw "),
        "common and rare": lambda: posts(f"{common()} {rare()} "),
        "two common": lambda: posts(f"{common()} {common()} "),
        "two of the middle": lambda: posts(f"{middle()} {middle()} "),
        "common without rare": lambda: posts(f"{common()} -{rare()} "),
        "last word unfinished, 3 letters": lambda: posts(f"{middle()[:3]}"),
        "unfinished, 2 letters": lambda: posts(f"{middle()[:2]}"),
        "unfinished, rare word": lambda: posts(rare()),
        "common and unfinished": lambda: posts(f"{common()} {middle()[:3]}"),
        "phrase": lambda: posts(phrase()),
        "phrase nobody said, of common words": lambda: posts(f'"{common()} {common()} {common()} {common()}"'),
        "from: and a common word": lambda: posts(f"from:me {common()} "),
        "hashtag, frequent": lambda: tag(common()),
        "hashtag, rare": lambda: tag(rare()),
        "account, 2 letters": lambda: people(middle()[:2]),
        "account, handle": lambda: people(f"{word(n := rng.randrange(ACCOUNTS))}{n}"),
    }


async def measure(site: Site, ask: Callable[[], Search], rounds: int) -> dict[str, float]:
    """Every search three times, nothing kept rendered; the cheapest counts, since others can only make it dearer."""
    times, found, before = [], [], 0.0
    for n in range(rounds + 3):
        if n == 3:
            before = sum(site.cpu_s())
        run = ask()
        took = []
        for _ in range(3):
            KEPT.clear()
            began = time.perf_counter()
            count = await run()
            took.append((time.perf_counter() - began) * 1e3)
        if n >= 3:
            times.append(min(took))
            found.append(count)
        await asyncio.sleep(0)
    times.sort()
    return {"cpu_ms": (sum(site.cpu_s()) - before) / rounds / 3 * 1e3, "p50_ms": statistics.median(times),
            "p95_ms": times[int(0.95 * len(times))], "max_ms": times[-1],
            "found": statistics.mean(found)}          # type: ignore[type-var]


async def work(site: Site, asked: argparse.Namespace) -> None:
    corpus = Corpus(asked.posts)
    member = await fill(site, corpus, asked.indexable)
    built = await build(site, asked.posts)
    followed = await follow(site, asked.posts)
    await site.owner.execute("analyze")
    await terms.word_key()
    report = {"posts": asked.posts, "indexable": asked.indexable, "build": built, "follow": followed, "searches": {}}
    if not asked.json:
        for name, cost in (("built anew", built), ("followed", followed)):
            print(f"a post {name}: Python {cost['python_us']:.0f} us, Postgres {cost['postgres_us']:.0f} us")
        print(f"{asked.posts} posts: " + ", ".join(f"{k} {v:.0f}" for k, v in built.items() if "_mb" in k))
        print(f"{'ms':38}{'p50':>8}{'p95':>8}{'max':>8}{'cpu':>8}   found")
    for name, ask in searches(member, corpus, random.Random(3)).items():
        if asked.only and asked.only not in name:
            continue
        figures = report["searches"][name] = await measure(site, ask, asked.rounds)      # type: ignore[index]
        if not asked.json:
            print(f"{name:38}{figures['p50_ms']:8.1f}{figures['p95_ms']:8.1f}{figures['max_ms']:8.1f}"
                  f"{figures['cpu_ms']:8.1f}{figures['found']:8.1f}")
    if asked.json:
        print(json.dumps(report))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=200_000)
    parser.add_argument("--indexable", type=float, default=1.0, help="share of the accounts that agreed to be found")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--only", default="", help="only kinds of search whose name has this")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    run_inside(lambda site: work(site, asked))
