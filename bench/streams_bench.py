#!/usr/bin/env python3
"""Open streams: what each costs, how fast events reach them, and what is left when half of their readers vanish.

    bench/streams_bench.py [--open 5000] [--rates 15,60] [--seconds 15] [--sockets 0.5]
    bench/streams_bench.py --soak 30          # minutes; half vanish again and again

A whole site (`petrel up`, two web processes) with as many members as streams, each of whom follows one of `open / 100`
authors, so that a post goes to a hundred. Half of the streams are WebSockets. The readers sit in two processes, half of
them (as root) in a network namespace whose cable is pulled: no goodbye, no reset, nothing. Memory is the growth of the
proportional set size of the web processes, kernel's buffers not in it; a delivery is timed from before the author's
request to its arrival. --write puts the figures into bench/RESULTS.md.
"""

import argparse
import asyncio
import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import procfs
from stream_readers import HERE, SPACE, Cable, Readers

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

FOLLOWERS = 100
RESULTS = Path(__file__).resolve().parent / "RESULTS.md"
HEADING = "## Streams"


# -- The site -------------------------------------------------------------------------------------------------------


async def people(data: Path, count: int) -> tuple[list[str], list[str]]:
    """(tokens of readers, tokens of authors); each reader follows one author."""
    from petrel import app, settings
    from petrel.core.doors import writing
    from petrel.core.viewer import System
    from petrel.features import accounts, relationships

    chosen = settings.load(str(data))
    authors = max(1, count // FOLLOWERS)
    made: list[int] = []
    tokens: list[str] = []
    async with app.opened(chosen, app.addresses_of(app.storage_of(chosen))):
        for start in range(0, count + authors, 500):
            names = [f"p{n}" for n in range(start, min(start + 500, count + authors))]
            async with writing(System("bench"), cause="bench") as w:
                some = await accounts.create_many(w, [accounts.NewAccount(handle=name) for name in names])
            async with writing(System("bench"), cause="bench") as w:
                tokens += await accounts.issue_tokens_many(w, some, ["read", "write"])
            made += some
        pairs = [(made[authors + n], made[n % authors]) for n in range(count)]
        for start in range(0, count, 500):
            async with writing(System("bench"), cause="bench") as w:
                await relationships.follow_many(w, pairs[start:start + 500])
    return tokens[authors:], tokens[:authors]


class Author:
    """One connection by which posts are sent."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def post(self, token: str) -> None:
        if not hasattr(self, "_writer"):
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        body = json.dumps({"status": f"a post of the ordinary length that people write, {'x ' * 40} "
                                     f"sent={int(time.time() * 1000)}"}).encode()
        self._writer.write(f"POST /api/v1/statuses HTTP/1.1\r\nhost: b\r\nauthorization: Bearer {token}\r\n"
                           f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(re.search(rb"content-length: (\d+)", head)[1])  # type: ignore[index]
        answer = await self._reader.readexactly(length)
        assert head.startswith(b"HTTP/1.1 200"), (head, answer)


async def write_at(port: int, tokens: list[str], rate: float, seconds: float) -> int:
    """Posts at this rate; returns how many."""
    lines = [Author(port) for _ in range(16)]
    began, sent = time.monotonic(), 0
    running: set[asyncio.Task[None]] = set()
    free: asyncio.Queue[Author] = asyncio.Queue()
    for line in lines:
        free.put_nowait(line)

    async def one(token: str) -> None:
        line = await free.get()
        try:
            await line.post(token)
        finally:
            free.put_nowait(line)

    while time.monotonic() - began < seconds:
        await asyncio.sleep(max(0, began + sent / rate - time.monotonic()))
        task = asyncio.create_task(one(tokens[sent % len(tokens)]))
        running.add(task)
        task.add_done_callback(running.discard)
        sent += 1
    await asyncio.gather(*running)
    return sent


class Watched:
    """The processes of the site: CPU and memory."""

    def __init__(self, site: Any) -> None:
        status = json.loads((site.data / "run" / "status.json").read_text())
        self.web, self.followers = status["parts"]["web"]["pids"], status["parts"]["followers"]["pids"]
        self.root = site.process.pid

    def web_kb(self) -> float:
        return procfs.pss_mb(self.web) * 1e6 / 1024

    def cpu_s(self) -> dict[str, float]:
        return {"web": procfs.cpu_seconds(self.web), "followers": procfs.cpu_seconds(self.followers),
                "all": procfs.cpu_seconds([self.root])}

    def descriptors(self) -> int:
        return sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in self.web)


def line_of(rate: float, found: list[dict[str, Any]], sent: int, seconds: float, cpu: dict[str, float]) -> str:
    heard = sum(one["heard"] for one in found)

    def worst(key: str) -> float:
        return max(one.get(key, 0) for one in found)

    times = " | ".join(f"{worst(key):.0f}" for key in ("p50", "p99", "worst"))
    cores = " / ".join(f"{cpu[name]:.2f}" for name in ("web", "followers", "all"))
    return f"| {rate:g} posts/s | {heard / seconds:,.0f} | {heard} of {sent * FOLLOWERS} | {times} | {cores} |"


def wanted(args: argparse.Namespace, tokens: list[str]) -> list[list[Any]]:
    """(token, whether a WebSocket), of every stream."""
    return [[token, n % 100 < args.sockets * 100] for n, token in enumerate(tokens)]


async def opened(args: argparse.Namespace, say: Any, watched: "Watched", readers: list[Readers],
                 site: tuple[int, list[str], list[str]]) -> tuple[float, int]:
    """Opens all of them; returns kB and descriptors of before."""
    port, tokens, authors = site
    readers += [Readers("127.0.0.1", port), Readers(HERE, port, SPACE)]
    await readers[0].ask(open=[[token, n % 2 == 0] for n, token in enumerate(tokens[:100])])
    await write_at(port, authors, 10, 3)            # what the first of everything costs belongs to nobody
    await readers[0].ask(drop=1 << 30)
    await asyncio.sleep(3)
    before_kb, before_fds = watched.web_kb(), watched.descriptors()
    all_of_them = wanted(args, tokens)
    half = len(all_of_them) // 2
    began = time.monotonic()
    for one, some in zip(readers, (all_of_them[:half], all_of_them[half:]), strict=True):
        one.send(open=some)
    found = [await one.answer() for one in readers]
    opened_s = time.monotonic() - began
    count = sum(one["open"] for one in found)
    await asyncio.sleep(2)
    each_kb = (watched.web_kb() - before_kb) / count
    say(f"{count} streams open ({', '.join(str(one['status']) for one in found)}), in {opened_s:.1f} s; "
        f"**{each_kb:.1f} kB each** in the web processes; before that idle, {before_kb / 1024:.0f} MB")
    quiet = watched.cpu_s()
    await asyncio.sleep(args.quiet)
    now = watched.cpu_s()
    beats = sum([(await one.ask())["beats"] for one in readers])
    say(f"Nothing said for {args.quiet:g} s: {(now['web'] - quiet['web']) / args.quiet:.3f} cores of web "
        f"processes, {beats} heartbeats so far")
    return before_kb, before_fds


async def measured(args: argparse.Namespace, say: Any, watched: "Watched", readers: list[Readers],
                   site: tuple[int, list[str]]) -> None:
    """Writes at each rate, and says how what was written arrived."""
    port, authors = site
    say("")
    say("| rate | deliveries/s | arrived | p50 ms | p99 ms | worst ms | cores web / followers / all |")
    say("|---|--:|--:|--:|--:|--:|--:|")
    for rate in map(float, args.rates.split(",")):
        for one in readers:
            await one.ask()
        cpu, began = watched.cpu_s(), time.monotonic()
        sent = await write_at(port, authors, rate, args.seconds)
        passed_s = time.monotonic() - began
        used = {name: (after - cpu[name]) / passed_s for name, after in watched.cpu_s().items()}
        await asyncio.sleep(2)
        say(line_of(rate, [await one.ask() for one in readers], sent, passed_s, used))
    say("")


async def main(args: argparse.Namespace) -> int:
    from tests.stories.running import RunningSite

    said: list[str] = []

    def say(text: str) -> None:
        print(text, flush=True)
        said.append(text)

    with tempfile.TemporaryDirectory(prefix="petrel-bench-") as folder, Cable() as cable:
        site = RunningSite(Path(folder), watched=False, rate_limits="off", newcomer_hours="0", signups_an_hour="0",
                           registrations="open", web_workers="2", host="0.0.0.0")  # noqa: S104
        readers: list[Readers] = []
        try:
            port = int(site.address.rsplit(":", 1)[1])
            tokens, authors = await people(site.data, args.open)
            watched = Watched(site)
            before = await opened(args, say, watched, readers, (port, tokens, authors))
            await measured(args, say, watched, readers, (port, authors))
            each_kb = (watched.web_kb() - before[0]) / args.open
            say(f"After that {each_kb:.1f} kB each.")
            if args.soak:
                coming_back = wanted(args, tokens)[args.open // 2:]
                await soak(args, say, watched, cable, readers, (port, authors, coming_back, before[0]))
            else:
                await vanish(say, watched, cable, readers, before)
        finally:
            for one in readers:
                one.end()
            site.end()
    if args.write:
        write(said)
    return 0


async def vanish(say: Any, watched: Watched, cable: Cable, readers: list[Readers], before: tuple[float, int]) -> None:
    """Half are gone without a word; then the others leave in the ordinary way."""
    cable.pull()
    began = time.monotonic()
    left = watched.descriptors()
    gone = (await readers[0].ask())["open"]
    while watched.descriptors() > left - gone + 50 and time.monotonic() - began < 120:  # noqa: ASYNC110
        await asyncio.sleep(1)
    noticed_s = time.monotonic() - began
    cpu = watched.cpu_s()
    await asyncio.sleep(10)
    used = (watched.cpu_s()["web"] - cpu["web"]) / 10
    await readers[0].ask(drop=1 << 30)
    await asyncio.sleep(35)
    more_mb, more_fds = (watched.web_kb() - before[0]) / 1024, watched.descriptors() - before[1]
    say(f"Half vanished without a word: noticed after {noticed_s:.0f} s, {used:.3f} cores of web processes then. All "
        f"gone: {more_fds} descriptors and {more_mb:.1f} MB more than before the first.")


async def soak(args: argparse.Namespace, say: Any, watched: Watched, cable: Cable, readers: list[Readers],
               more: tuple[int, list[str], list[Any], float]) -> None:
    """Half vanish every two minutes and come back, while posts are written. What memory grows by is what a web process
    keeps of posts (20,000 of them at most): about 3 kB each in every process."""
    port, authors, wanted, before_kb = more
    until = time.monotonic() + args.soak * 60
    rounds = 0
    say("| minutes | kB each, web | descriptors | cores web | arrived of the second that stayed |")
    say("|--:|--:|--:|--:|--:|")
    began = time.monotonic()
    while time.monotonic() < until:
        rounds += 1
        cable.pull()
        await write_at(port, authors, 5, 60)
        readers[1].end()
        cable.plug()
        await readers[0].ask()
        cpu, at = watched.cpu_s(), time.monotonic()
        sent = await write_at(port, authors, 5, 30)
        await asyncio.sleep(2)
        heard = (await readers[0].ask())["heard"]
        used = (watched.cpu_s()["web"] - cpu["web"]) / (time.monotonic() - at)
        readers[1] = Readers(HERE, port, SPACE)
        back = (await readers[1].ask(open=wanted))["open"]
        here = (await readers[0].ask())["open"]
        say(f"| {(time.monotonic() - began) / 60:.0f} | {(watched.web_kb() - before_kb) / max(1, back + here):.1f} | "
            f"{watched.descriptors()} | {used:.3f} | {heard} of {sent * FOLLOWERS // 2} |")
    say(f"{rounds} times half of them vanished and came back.")


def write(said: list[str]) -> None:
    """Puts the figures into RESULTS.md, in the place of older ones."""
    text = RESULTS.read_text()
    before, _, rest = text.partition(HEADING)
    after = rest[rest.index("\n## "):] if "\n## " in rest else ""
    when = time.strftime("%Y-%m-%d %H:%M", time.gmtime())
    body = (f"{HEADING}\n\nMeasured {when} with `bench/streams_bench.py` on {os.cpu_count()} cores, readers and "
            "authors on them too.\n\n")
    RESULTS.write_text((before if rest else text.rstrip() + "\n\n") + body + "\n".join(said) + "\n" + after)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--open", type=int, default=5000)
    parser.add_argument("--rates", default="15,60")
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--sockets", type=float, default=0.5)
    parser.add_argument("--quiet", type=float, default=16)
    parser.add_argument("--soak", type=float, default=0)
    parser.add_argument("--write", action="store_true")
    sys.exit(asyncio.run(main(parser.parse_args())))
