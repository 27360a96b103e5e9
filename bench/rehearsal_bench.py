#!/usr/bin/env python3
"""What the nightly rehearsal takes of the processor, and what those notice who read home meanwhile.

    bench/rehearsal_bench.py [--per-s 60] [--rounds 2]

A site with the driver's 200 people and 2,000 posts, and a backup of it. Homes are asked for at fixed times, not as fast
as they come, and their delay counts from when they were due. Three ways by turns: nothing beside it; `petrel backups
nightly`, held back as it is each night; `petrel backups rehearse`, as by hand, at low priority only. `cores`: processor
time of that command and all below it by the clock; `worst`: the same over its worst five seconds;
`restore_s`: how long a restore takes by what it saw, which has to be about the same both ways. Quiet machines only.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import driver
import procfs
import run

from petrel.ops.backups import standing

CALM_S, WINDOW_S = 15.0, 5.0
WAYS = {"nothing beside it": [], "nightly, held back": ["nightly"], "by hand": ["rehearse"]}


class Used:
    """Processor time of a process and all below it, looked at again and again."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.seen: list[tuple[float, float]] = []

    def look(self) -> None:
        self.seen.append((time.monotonic(), procfs.cpu_seconds([self.pid])))

    def worst(self) -> float:
        """Cores over WINDOW_S, or over all of it."""
        found = [(b[1] - a[1]) / (b[0] - a[0]) for a in self.seen for b in self.seen if b[0] - a[0] >= WINDOW_S]
        return max(found, default=0.0)


async def read(base: str, tokens: Sequence[str], per_s: float, over: asyncio.Event) -> list[float]:
    """Milliseconds from when each was due to its answer."""
    took: list[float] = []
    loop, rng, asked = asyncio.get_running_loop(), random.Random(3), set()

    async def one(due: float) -> None:
        headers = {"authorization": f"Bearer {rng.choice(tokens)}"}
        async with web.get(f"{base}/api/v1/timelines/home?limit=20", headers=headers) as answer:
            await answer.read()
        took.append((loop.time() - due) * 1000)

    async with aiohttp.ClientSession() as web:
        due = loop.time()
        while not over.is_set():
            due += 1 / per_s
            await asyncio.sleep(max(0.0, due - loop.time()))
            asked.add(task := asyncio.create_task(one(due)))
            task.add_done_callback(asked.discard)
        await asyncio.gather(*asked)
    return took


def beside(site: run.Site, way: str, kept: Path) -> dict[str, float]:
    """How long the command of `way` took and what it used."""
    if not WAYS[way]:
        time.sleep(CALM_S)
        return {}
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", "petrel", "backups", *WAYS[way], "--data", str(site.data)],
                               env={**run.ENV, "PETREL_BACKUP_TARGET": str(kept)}, stderr=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL)
    used = Used(process.pid)
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        used.look()
        time.sleep(0.1)
    wall_s = time.monotonic() - began
    _, status, total = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{way}: exit code {process.returncode}")
    cpu_s = total.ru_utime + total.ru_stime
    return {"wall_s": wall_s, "cpu_s": cpu_s, "cores": cpu_s / wall_s, "worst": used.worst(),
            "restore_s": json.loads((site.data / standing.FILE).read_bytes())["restore_s"]}


async def measured(site: run.Site, way: str, kept: Path, tokens: Sequence[str], per_s: float) -> dict[str, float]:
    over = asyncio.Event()
    reading = asyncio.create_task(read(site.base, tokens, per_s, over))
    found = await asyncio.to_thread(beside, site, way, kept)
    over.set()
    took = sorted(await reading)
    return {**found, "homes": len(took), "p50_ms": statistics.median(took), "p99_ms": took[int(0.99 * len(took))]}


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--per-s", type=float, default=60)
    p.add_argument("--rounds", type=int, default=2)
    args = p.parse_args()
    work = Path(tempfile.mkdtemp(prefix="petrel-bench-"))
    site, kept = run.Site(work / "site"), work / "kept"
    try:
        site.start()
        asyncio.run(run.make_accounts(site.data, work / "tokens"))
        common = ["--base", site.base, "--tokens", str(work / "tokens"), "--state", str(work / "state")]
        subprocess.run([sys.executable, str(run.HERE / "driver.py"), "seed", *common], check=True)
        subprocess.run([sys.executable, "-m", "petrel", "backups", "create", str(kept), "--data", str(site.data)],
                       check=True, env=run.ENV, stderr=subprocess.DEVNULL)
        tokens = [json.loads(line)["token"] for line in (work / "tokens").read_text().splitlines()]
        driver.settle(site.pids, 60)
        for _ in range(args.rounds):
            for way in WAYS:
                found = asyncio.run(measured(site, way, kept, tokens, args.per_s))
                print(f"{way:20}", *(f"{name} {value:.2f}" for name, value in found.items()), flush=True)
    finally:
        site.stop()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
