#!/usr/bin/env python3
"""What it costs to record who saw what is not public: CPU seconds per 1,000 home pages, Postgres included.

    bench/seen_bench.py [--rounds 10] [--requests 3000]

Pages of 20 posts for followers only, through the whole gate, 16 at once, in one process with its databases. Recording
is switched off and on in turns, so that what else the machine does falls on both; the median of the differences between
neighbouring rounds is printed beside both medians. What a round recorded is then moved into the database, as happens
once a second; that is printed by itself.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from private_site import Site, run_inside

from petrel import app, settings
from petrel.api.http.limits import Limits
from petrel.core import seen
from petrel.core.doors import writing
from petrel.core.viewer import Member, System
from petrel.features import accounts, posts, relationships
from petrel.features.posts import Ask, Audience, Draft
from petrel.features.timelines import reads as timelines
from petrel.ops.access.keeping import Keeper

PAGE = 20
AT_ONCE = 16


async def people(site: Site, readers: int) -> tuple[list[str], list[int]]:
    """Tokens of readers who follow one author, and the author's posts for followers, newest first."""
    new = [accounts.NewAccount(handle=f"person{n}") for n in range(readers + 1)]
    async with writing(System("bench"), cause="bench") as w:
        numbers = await accounts.create_many(w, new)
        tokens = await accounts.issue_tokens_many(w, numbers, ["read", "write"])
    async with writing(System("bench"), cause="bench") as w:
        await relationships.follow_many(w, [(one, numbers[0]) for one in numbers[1:]])
    author = Member(numbers[0], accounts.digest_of(tokens[0]), frozenset(("read", "write")))
    made = [await posts.publish(Ask(author, Draft(f"Number {n} of some posts that only followers read, long enough",
                                                  audience=Audience.FOLLOWERS), "bench", None))
            for n in range(PAGE)]
    return tokens[1:], [one.id for one in reversed(made)]


async def ask(gate: Any, token: str) -> int:
    sent: list[Any] = []
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
             "path": "/api/v1/timelines/home", "raw_path": b"/api/v1/timelines/home", "query_string": b"limit=20",
             "root_path": "", "headers": [(b"host", b"bench"), (b"authorization", b"Bearer " + token.encode())],
             "client": ("192.0.2.1", 5000), "server": ("bench", 80)}

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(event: Any) -> None:
        sent.append(event)

    await gate(scope, receive, send)
    return sum(len(event.get("body", b"")) for event in sent if event["type"] == "http.response.body")


async def round_of(gate: Any, tokens: list[str], requests: int) -> None:
    async def some(first: int) -> None:
        for n in range(first, requests, AT_ONCE):
            assert await ask(gate, tokens[n % len(tokens)]) > 10_000

    await asyncio.gather(*(some(n) for n in range(AT_ONCE)))


async def work(site: Site, rounds: int, requests: int) -> None:
    app.load_api()
    tokens, ids = await people(site, 64)
    gate = await app.web_app(settings.Settings(data="unused", nothing_after_ms=0), Limits(on=False))

    async def home(_r: Any, _account: int) -> timelines.Known:
        return timelines.Known(0, (), np.array(ids, np.int64), np.array(ids, np.int64))

    timelines._rings.home = home  # type: ignore[method-assign]
    recorder = seen._recorder
    assert recorder is not None
    with tempfile.TemporaryDirectory() as folder:
        recorder._folder = Path(folder)
        keeper = Keeper(Path(folder))
        written = seen.note
        costs: dict[bool, list[float]] = {True: [], False: []}
        own: dict[bool, list[float]] = {True: [], False: []}
        await round_of(gate, tokens, requests)
        moved, turns = 0, list[float]()
        for number in range(2 * rounds):
            is_on = (number // 2 + number) % 2 == 0
            seen.note = written if is_on else lambda *_: None  # type: ignore[assignment]
            mine, all_of_it = site.cpu_s()[0], sum(site.cpu_s())
            await round_of(gate, tokens, requests)
            costs[is_on].append((sum(site.cpu_s()) - all_of_it) / requests * 1000)
            own[is_on].append((site.cpu_s()[0] - mine) / requests * 1000)
            began = sum(site.cpu_s())
            if count := await keeper.turn():
                moved += count
                turns.append(sum(site.cpu_s()) - began)
        seen.note = written
        recorder.turn()
        await keeper.turn()
    off, on = statistics.median(costs[False]), statistics.median(costs[True])
    more = statistics.median(a - b for a, b in zip(own[True], own[False], strict=True))
    print(f"home of {PAGE} for followers, CPU s per 1,000: {off:.3f} not recorded, {on:.3f} recorded (of this process "
          f"{more * 1000:+.1f} us a page, {100 * more / off:+.1f} %); {moved / rounds / requests:.0f} bytes a page")
    print(f"moving what a second brought into the database: {statistics.median(turns) * 1000:.1f} ms for "
          f"{moved / len(turns) / 1000:.0f} kB")
    print(f"the record alone: {alone(recorder, ids):.1f} us of this process")


def alone(recorder: seen.Recorder, ids: list[int]) -> float:
    """Microseconds for writing down one page."""
    member, pages, count = Member(1, b"x" * 32, token=2), [(5, ids, ids, ids)], 20_000
    recorder._folder = None
    best = 1e9
    for _ in range(5):
        began = time.process_time()
        for _ in range(count):
            recorder.add(member, pages)
        best = min(best, (time.process_time() - began) / count * 1e6)
        recorder.turn()
        recorder.finished.clear()
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--requests", type=int, default=3000)
    given = parser.parse_args()
    run_inside(lambda site: work(site, given.rounds, given.requests))


if __name__ == "__main__":
    main()
