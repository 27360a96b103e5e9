#!/usr/bin/env python3
"""What the law costs: milliseconds of database time to judge a page, with 300,000 posts and 500,000 follows.

    bench/law_bench.py [--posts 300000] [--follows 500000] [--pages 400] [--against OTHER.sql] [--json]

A page is 25 candidates of a home timeline: posts of whom a member follows, of all audiences, some of protected
accounts, some boosts, some replies. Measured inside Postgres (explain analyze), as the web's role plans it. With
--against an older visibility.sql is installed beside ours under other names and asked for the same pages in turn,
so that a busy machine troubles both alike.
"""

import argparse
import json
import random
import re
import statistics
import time
from pathlib import Path

import numpy as np
from private_site import Site, run_inside

ACCOUNTS, PAGE, VIEWERS = 20_000, 25, 200
LIMIT_MS = 0.25
FUNCTION = re.compile(r"create or replace function law\.(\w+)\(")
PLANS = ("plan_cache_mode = force_generic_plan", "enable_hashjoin = off", "enable_mergejoin = off",
         "enable_seqscan = off", "jit = off")
DECIDE = "select * from law.decide{}($1::bigint[], $2::boolean[], $3::bigint[], 5::smallint)"
PAGES = ("select * from law.pages{}($1::bytea[], $2::integer[], array_fill(5::smallint, array[cardinality($1)]),"
         " $3::bigint[], $4::bigint[], $4::bigint[], $4::bigint[])")


def cell(number: int) -> int:
    return number >> 6 & 1023


def made(count: int, start_s: int) -> list[int]:
    return [((start_s * 1000 + 40 * n) << 16) | (n % 16) << 6 | 63 for n in range(count)]


async def fill(site: Site, posts: int, follows: int) -> list[tuple[bytes, int, list[int]]]:
    """(digest, account, candidates) of some members who follow many."""
    rng, draw = np.random.default_rng(1), random.Random(2)
    people, ids = made(ACCOUNTS, int(time.time()) - 10**8), made(posts, int(time.time()) - 10**7)
    await site.owner.copy_records_to_table(
        "account", schema_name="accounts", columns=["cell", "id", "handle", "is_protected", "is_indexable"],
        records=[(cell(i), i, f"p{n}", n % 10 == 0, True) for n, i in enumerate(people)])
    popular = rng.zipf(1.3, follows * 3) % ACCOUNTS
    pairs = list({(int(a), int(b)) for a, b in zip(rng.integers(0, ACCOUNTS, follows * 3), popular, strict=True)
                  if a != b})[:follows]
    pairs += [(n, int(b)) for n in range(VIEWERS) for b in rng.integers(0, ACCOUNTS, 150) if n != b]
    sides: dict[tuple[int, int], int] = {}
    for a, b in set(pairs):
        sides[people[a], people[b]] = sides.get((people[a], people[b]), 0) | 1
        sides[people[b], people[a]] = sides.get((people[b], people[a]), 0) | 2
    await site.owner.copy_records_to_table(
        "relation", schema_name="relationships",
        columns=["cell", "owner", "other", "bits", "following_id", "followed_id"],
        records=[(cell(a), a, b, bits, n + 1 if bits & 1 else None, n + 1 if bits & 2 else None)
                 for n, ((a, b), bits) in enumerate(sides.items())])
    authors = [people[n] for n in rng.integers(0, ACCOUNTS, posts).tolist()]
    audience = [draw.choice((0, 0, 0, 0, 1, 2)) for _ in ids]
    rows = []
    for n, (i, author) in enumerate(zip(ids, authors, strict=True)):
        earlier = draw.randrange(n) if n else None
        boosts = earlier is not None and n % 6 == 0
        replies = earlier is not None and n % 4 == 1
        rows.append((cell(i), i, author, audience[n], ids[earlier] if boosts else None,
                     ids[earlier] if replies else None, authors[earlier] if replies else None, i))
    await site.owner.copy_records_to_table(
        "post", schema_name="posts", records=rows,
        columns=["cell", "id", "author", "audience", "boost_of", "reply_to", "reply_to_account", "thread"])
    await site.owner.copy_records_to_table("content", schema_name="posts", columns=["cell", "id", "sealed"],
                                           records=[(cell(i), i, b"x" * 120) for i in ids])
    of: dict[int, list[int]] = {}
    for i, author in zip(ids, authors, strict=True):
        of.setdefault(author, []).append(i)
    found = []
    for n in range(VIEWERS):
        digest = n.to_bytes(32, "big")
        await site.owner.execute("insert into accounts.token (digest, kind, id, account, scopes) "
                                 "values ($1, 'session', $2, $2, '{}')", digest, people[n])
        followed = [b for (a, b), bits in sides.items() if a == people[n] and bits & 1]
        near = [i for author in followed for i in of.get(author, ())]
        found.append((digest, people[n], sorted(near, reverse=True)[:400]))
    await site.owner.execute("vacuum analyze")
    return found


async def beside(site: Site, path: Path) -> str:
    """Installs another visibility.sql under names of its own; returns what those end with."""
    text = path.read_text()
    names = "|".join(sorted(set(FUNCTION.findall(text)), key=len, reverse=True))
    await site.owner.execute(re.sub(rf"\blaw\.({names})\(", r"law.\1_other(", text))
    return "_other"


async def measure(site: Site, viewers: list[tuple[bytes, int, list[int]]], pages: int,
                  kinds: list[str]) -> dict[str, dict[str, float]]:
    for plan in PLANS:
        await site.owner.execute(f"set {plan}")
    draw = random.Random(3)
    took: dict[str, list[float]] = {f"{name}{kind}": [] for name in ("decide", "pages") for kind in kinds}
    for n in range(pages + 50):
        digest, account, near = draw.choice(viewers)
        ids = sorted(draw.sample(near, PAGE), reverse=True)
        for kind in draw.sample(kinds, len(kinds)):
            for name, sql, args in (
                    ("decide", DECIDE, ([account] * PAGE, [True] * PAGE, ids)),
                    ("pages", PAGES, ([digest], [1] * PAGE, ids, [0] * PAGE))):
                best = min([await once(site, sql.format(kind), args) for _ in range(3)])
                if n >= 50:
                    took[f"{name}{kind}"].append(best)
    return {name: {"median_ms": round(statistics.median(times), 4),
                   "p90_ms": round(sorted(times)[len(times) * 9 // 10], 4)} for name, times in took.items()}


async def once(site: Site, sql: str, args: tuple[object, ...]) -> float:
    said = await site.owner.fetchval(f"explain (analyze, timing off, format json) {sql}", *args)
    return float(json.loads(said)[0]["Execution Time"])


async def work(site: Site, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    viewers = await fill(site, options.posts, options.follows)
    kinds = [""]
    if options.against:
        kinds.append(await beside(site, options.against))
    return await measure(site, viewers, options.pages, kinds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=300_000)
    parser.add_argument("--follows", type=int, default=500_000)
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = run_inside(lambda site: work(site, options))
    if options.json:
        print(json.dumps(found))
        return
    for name, figures in found.items():
        print(f"{name:<14} {figures['median_ms']:.3f} ms, p90 {figures['p90_ms']:.3f} ms")
    print(f"A page of {PAGE} is judged in {found['decide']['median_ms']:.3f} ms; the limit is {LIMIT_MS} ms")


if __name__ == "__main__":
    main()
