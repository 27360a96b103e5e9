#!/usr/bin/env python3
"""What searching costs: milliseconds of a search on 1,000,000 posts, and CPU microseconds of indexing one.

    bench/search_bench.py [--posts 1000000] [--indexable 1.0] [--rounds 60] [--keep FOLDER] [--json]

Made-up posts of 5 to 25 words, drawn from 300,000 words as languages use them (the n-th is used 1/n as often), one in
33 in Japanese writing, with pictures, polls, answers and languages; one word was in 30 of 100 posts of a tenth of the
time, long ago, and is used no more. With real sealed texts under real keys. They are written to the tables directly and
indexed as after a crash; with --keep they stay, and the next run measures only. The member who searches wrote 5,000
posts and liked, bookmarked or boosted 5,000. A search is timed whole, as a member's: words to hashes, candidates, the
law, texts opened and rendered; every round of a kind asks for other words. Alone on the machine; two cores shared with
others make the tail, not the median.
"""

import argparse
import asyncio
import hashlib
import json
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
from petrel.features.posts import Carries, Content, Surface
from petrel.features.search import building, jobs, terms
from petrel.features.search.reads import posts as candidates

WORDS, ACCOUNTS, VIEWER_POSTS, VIEWER_MARKS = 300_000, 5_000, 5_000, 5_000
FOLLOWED = 20_000
OUT_OF_FASHION = "zumbalicious"
DIGEST = hashlib.sha256(b"viewer").digest()
SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
Search = Callable[[], Awaitable[object]]


def word(rank: int) -> str:
    """Common words are short, as everywhere."""
    rng = random.Random(rank)
    return "".join(rng.choice(SYLLABLES) for _ in range(2 + (rank > 200) + (rank > 20_000) + rng.randrange(2)))


def in_signs(rank: int) -> str:
    """A word of two signs, as Japanese has them."""
    rng = random.Random(rank)
    return chr(0x4E00 + rng.randrange(1500)) + chr(0x4E00 + rng.randrange(1500))


def made(count: int, start_s: int, span_s: int) -> list[int]:
    return [((start_s * 1000 + span_s * 1000 * n // count) << 16) | (n % 16) << 6 | 63 for n in range(count)]


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
        signs: dict[int, str] = {}
        self.in_signs: list[str] = []
        chance = rng.random((posts, 2))
        for place, ranks in enumerate(np.split(drawn, np.cumsum(lengths)[:-1])):
            if chance[place, 0] < 0.03:
                text = "".join(signs.get(n) or signs.setdefault(n, in_signs(n)) for n in (ranks % 20_000).tolist())
                self.in_signs.append(text)
            else:
                said = [names.get(n) or names.setdefault(n, word(n)) for n in ranks.tolist()]
                if chance[place, 0] > 0.9:
                    said[-1] = "#" + said[-1]
                if posts // 10 < place < posts // 5 and chance[place, 1] < 0.3:
                    said[0] = OUT_OF_FASHION
                text = " ".join(said)
            self.texts.append(text)


def carried(rng: random.Random, text: str) -> tuple[int, str, bool]:
    """(flags, language, whether it answers something) of a post."""
    chance = rng.random()
    flags = (Carries.PICTURE if chance < 0.15 else Carries.VIDEO if chance < 0.17 else Carries.POLL if chance < 0.175
             else Carries.AUDIO if chance < 0.1755 else 0)
    language = "ja" if ord(text[0]) > 0x3000 else rng.choice(("en", "en", "en", "de", "fr"))
    return int(flags), language, rng.random() < 0.3


async def fill(site: Site, corpus: Corpus, indexable: float) -> None:
    rng = random.Random(2)
    count = len(corpus.texts)
    people = made(ACCOUNTS, int(time.time()) - 5 * 10**7, 10**7)
    ids = made(count, int(time.time()) - 4 * 10**7, 4 * 10**7 - 1000)
    authors = [people[0] if n % (count // VIEWER_POSTS) == 0 else rng.choice(people) for n in range(count)]
    await site.owner.copy_records_to_table(
        "account", schema_name="accounts", columns=["cell", "id", "handle", "is_indexable"],
        records=[(i >> 6 & 1023, i, f"{word(n)}{n}", rng.random() < indexable) for n, i in enumerate(people)])
    await site.owner.copy_records_to_table(
        "handle", schema_name="accounts", columns=["handle", "domain", "account"],
        records=[(f"{word(n)}{n}", "", i) for n, i in enumerate(people)])
    await site.owner.execute("insert into accounts.token (digest, kind, id, account, scopes) "
                             "values ($1, 'access', $2, $2, '{read,write}')", DIGEST, people[0])
    keyring = await asyncpg.connect(**site.addresses.keyring["owner"])
    for at in range(0, count, 50_000):
        part = list(zip(ids[at:at + 50_000], authors[at:at + 50_000], corpus.texts[at:at + 50_000], strict=True))
        keys = [seal.new_key() for _ in part]
        await keyring.copy_records_to_table("key", schema_name="keyring", records=[
            (i, k) for (i, _, _), k in zip(part, keys, strict=True)])
        await site.owner.copy_records_to_table(
            "post", schema_name="posts",
            columns=["cell", "id", "author", "audience", "thread", "mentions", "flags", "language", "reply_to"],
            records=[(i >> 6 & 1023, i, a, 0, i, [people[0]] if rng.random() < 0.01 else [], flags, language,
                      ids[0] if is_reply else None)
                     for i, a, t in part for flags, language, is_reply in [carried(rng, t)]])
        await site.owner.copy_records_to_table(
            "content", schema_name="posts", columns=["cell", "id", "sealed"],
            records=[(i >> 6 & 1023, i, seal.seal(k, i, Content(t).encode()))
                     for (i, _, t), k in zip(part, keys, strict=True)])
    await keyring.close()
    await site.owner.copy_records_to_table(
        "mark", schema_name="posts", columns=["cell", "account", "post", "bits"],
        records=[(people[0] >> 6 & 1023, people[0], i, rng.choice((1, 1, 2, 4)))
                 for i in rng.sample(ids, VIEWER_MARKS)])
    await site.owner.execute("analyze")


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


async def follow(site: Site) -> dict[str, float]:
    """The newest once more, as the follower gets them: a thousand entries at a time. The cheapest two thousand
    count."""
    ids = [r[0] for r in await site.owner.fetch(
        "delete from search.post_words where post in (select post from search.post_words order by post desc limit $1) "
        "returning post", FOLLOWED)]
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
        said = next(said for text in iter(lambda: rng.choice(corpus.texts), "")
                    if len(said := text.replace("#", "").split()) > 1)
        at = rng.randrange(len(said) - 1)
        return f'"{said[at]} {said[at + 1]}"'

    def author() -> str:
        return f"{word(n := rng.randrange(ACCOUNTS))}{n}"

    def run(most: int) -> str:
        text = rng.choice(corpus.in_signs)
        at = 2 * rng.randrange(len(text) // 2 - 1)
        return text[at:at + most]

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
        "phrase that must not be there": lambda: posts(f'{common()} -"{common()} {common()}"'),
        "word of last year": lambda: posts(f"{OUT_OF_FASHION} "),
        "word of last year, and common": lambda: posts(f"{OUT_OF_FASHION} {common()} "),
        "word of last year, after:": lambda: posts(f"{OUT_OF_FASHION} after:{_day(60)}"),
        "common, before:": lambda: posts(f"{common()} before:{_day(rng.randrange(1, 400))}"),
        "rare, during:": lambda: posts(f"{rare()} during:{_day(rng.randrange(1, 400))}"),
        "during: alone": lambda: posts(f"during:{_day(rng.randrange(1, 400))}"),
        "from: has:media": lambda: posts(f"from:{author()} has:media"),
        "from: has:audio": lambda: posts(f"from:{author()} has:audio"),
        "has:video": lambda: posts("has:video"),
        "has:audio lang:fr is:reply": lambda: posts("has:audio lang:fr is:reply"),
        "has:poll lang:ja": lambda: posts("has:poll lang:ja"),
        "lang:de common -has:media": lambda: posts(f"lang:de {common()} -has:media"),
        "to: is:reply": lambda: posts("to:me is:reply"),
        "in:library common": lambda: posts(f"in:library {common()} "),
        "in:library middle": lambda: posts(f"in:library {middle()} "),
        "in:library rare": lambda: posts(f"in:library {rare()} "),
        "is:liked": lambda: posts("is:liked"),
        "is:liked middle": lambda: posts(f"is:liked {middle()} "),
        "in:public middle": lambda: posts(f"in:public {middle()} "),
        "two signs (CJK)": lambda: posts(run(2)),
        "four signs (CJK)": lambda: posts(run(4)),
        "eight signs (CJK)": lambda: posts(run(8)),
        "hashtag, frequent": lambda: tag(common()),
        "hashtag, rare": lambda: tag(rare()),
        "account, 2 letters": lambda: people(middle()[:2]),
        "account, handle": lambda: people(author()),
    }


def _day(ago: int) -> str:
    return (datetime.now(UTC) - timedelta(days=ago)).strftime("%Y-%m-%d")


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
    report: dict[str, object] = {"posts": asked.posts, "indexable": asked.indexable}
    if not await site.owner.fetchval("select exists (select from posts.post)"):
        await fill(site, corpus, asked.indexable)
    if not await site.owner.fetchval("select count(done_at) = 2 from search.build"):
        await site.doors.renew_lease()          # filling took longer than it lasts
        report |= {"build": await build(site, asked.posts), "follow": await follow(site)}
        await site.owner.execute("vacuum analyze")
    viewer = await site.owner.fetchval("select account from accounts.token where digest = $1", DIGEST)
    member = Member(viewer, DIGEST, frozenset(("read", "write")))
    await terms.word_key()
    report["searches"] = figures = {}
    if not asked.json:
        for name in ("build", "follow"):
            print(name, ", ".join(f"{k} {v:.0f}" for k, v in report.get(name, {}).items()))     # type: ignore[attr-defined]
        print(f"{'ms':38}{'p50':>8}{'p95':>8}{'max':>8}{'cpu':>8}   found")
    for name, ask in searches(member, corpus, random.Random(3)).items():
        if asked.only and asked.only not in name:
            continue
        one = figures[name] = await measure(site, ask, asked.rounds)
        if not asked.json:
            print(f"{name:38}{one['p50_ms']:8.1f}{one['p95_ms']:8.1f}{one['max_ms']:8.1f}"
                  f"{one['cpu_ms']:8.1f}{one['found']:8.1f}", flush=True)
    if asked.json:
        print(json.dumps(report))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--indexable", type=float, default=1.0, help="share of the accounts that agreed to be found")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--only", default="", help="only kinds of search whose name has this")
    parser.add_argument("--keep", type=Path, help="a folder where the site stays, to be measured again")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    run_inside(lambda site: work(site, asked), asked.keep)
