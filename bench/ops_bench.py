"""What do signals, incidents and the controller of changes cost a site that is in use?

    python bench/ops_bench.py [--seconds 30] [--rounds 2] [--per-s 60]

A site of its own in a scratch directory, by turns as it ships and with these three taken out, under the same number of
requests a second. Prints the processor that the whole family took (a share of one), that of the jobs and the brain, and
the memory of both, each round; and how long the console and its JSON take to be made.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import procfs
from petrel.ops.drills.clients import Clients, clients
from petrel.ops.drills.people import make_people
from petrel.ops.drills.site import Site, private_site
from petrel.program import Program

WAYS = {"as it ships": ("petrel",), "without": ("drills.sabotaged", "look-at-nothing")}
SETTLE_S = 10
PEOPLE = 16


async def load(wire: Clients, tokens: list[str], per_s: float, seconds: float) -> int:
    """So many requests a second of members' homes, whatever the answers take."""
    began, sent, under_way = time.monotonic(), 0, set[asyncio.Task[object]]()
    while (passed_s := time.monotonic() - began) < seconds:
        while sent < passed_s * per_s:
            task = asyncio.create_task(wire.ask("GET", "/api/v1/timelines/home", token=tokens[sent % len(tokens)]))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            sent += 1
        await asyncio.sleep(0.01)
    await asyncio.gather(*under_way)
    return sent


async def measure(folder: Path, program: tuple[str, ...], seconds: float, per_s: float) -> dict[str, float]:
    async with private_site(folder, program, settings={"PETREL_CANARY": "on"}) as site:
        async with Program().opened(site.data):
            tokens = [one.token for one in await make_people([f"reader{n}" for n in range(PEOPLE)])]
        async with clients(site.address) as wire:
            await load(wire, tokens, per_s, SETTLE_S)
            root, parts = [site.process.pid], site.running().parts
            jobs = parts["jobs"].pids + parts["brain"].pids
            before = procfs.cpu_seconds(root), procfs.cpu_seconds(jobs)
            began = time.monotonic()
            await load(wire, tokens, per_s, seconds)
            took_s = time.monotonic() - began
            found = {"all, % of a processor": 100 * (procfs.cpu_seconds(root) - before[0]) / took_s,
                     "jobs and brain, % of a processor": 100 * (procfs.cpu_seconds(jobs) - before[1]) / took_s,
                     "all, MB": procfs.pss_mb(root), "jobs and brain, MB": procfs.pss_mb(jobs)}
        return found | (await console(site) if program[0] == "petrel" else {})


async def console(site: Site) -> dict[str, float]:
    began = time.perf_counter()
    await site.petrel("ops", "--json")
    return {"petrel ops, ms": 1000 * (time.perf_counter() - began)}


async def main(seconds: float, rounds: int, per_s: float) -> None:
    found: dict[str, list[dict[str, float]]] = {name: [] for name in WAYS}
    with tempfile.TemporaryDirectory(prefix="petrel-bench-") as folder:
        for number in range(rounds):
            for name, program in WAYS.items():
                found[name].append(await measure(Path(folder) / f"{number}{program[-1]}", program, seconds, per_s))
                print(name, {key: round(value, 2) for key, value in found[name][-1].items()}, flush=True)
    for key in found["without"][0]:
        with_it, without = (statistics.median(one[key] for one in found[name]) for name in WAYS)
        print(f"{key:<24} {with_it:8.2f} - {without:8.2f} = {with_it - without:+.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--per-s", type=float, default=60)
    given = parser.parse_args()
    asyncio.run(main(given.seconds, given.rounds, given.per_s))
