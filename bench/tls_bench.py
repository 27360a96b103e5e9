#!/usr/bin/env python3
"""What TLS costs: reading home in plain, under TLS, and over HTTP/2, on one site with the driver's people and posts.

    bench/tls_bench.py [--seconds 8] [--rounds 3]

CPU is user + system of the whole site, databases included, for each request answered; of each way the cheapest round
is printed, since others on the machine can only make it dearer. `wrk` reads the homes of everybody over 32 kept
connections; `h2load` (Debian package nghttp2-client), where it is installed, reads one home over HTTP/1.1 and HTTP/2,
8 connections, 4 requests at once on each of HTTP/2. `handshakes` are new connections with one small request each.
"""

import argparse
import asyncio
import json
import random
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import driver
import procfs
import run

WAYS = {"plain": {}, "tls": {"PETREL_TLS": "acme", "PETREL_ACME_DIRECTORY": "https://localhost:1/none"}}
NOT_CHECKED = ssl._create_unverified_context()      # noqa: S323 (the temporary certificate of this very site)


class Site(run.Site):
    """`way`: a key of WAYS."""

    def begin(self, way: str) -> str:
        """Returns the address once it answers."""
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        env={**run.ENV, "PETREL_STRANGER": "off", **WAYS[way]})
        for line in self.process.stdout or ():
            if "ready at" in line:
                self.base = line.rsplit(" ", 1)[1].strip().replace("localhost", "127.0.0.1")
                break
        while True:
            try:
                urllib.request.urlopen(f"{self.base}/api/v2/instance", context=NOT_CHECKED, timeout=5).close()   # noqa: S310
                return self.base
            except OSError:
                time.sleep(0.05)


def measured(site: Site, load: Callable[[], float]) -> float:
    """CPU milliseconds of one request."""
    before = procfs.cpu_seconds(site.pids)
    requests = load()
    return round((procfs.cpu_seconds(site.pids) - before) / requests * 1000, 3)


def h2load(base: str, token: str, seconds: int, *more: str) -> float:
    """Requests answered."""
    done = subprocess.run(["h2load", "-D", str(seconds), "-c", "8", "-H", f"authorization: Bearer {token}", *more,
                           f"{base}/api/v1/timelines/home?limit=20"], capture_output=True, text=True)
    return float(re.search(r"(\d+) succeeded", done.stdout).group(1))


def handshakes(base: str, seconds: int) -> float:
    """Requests answered, each on a connection of its own."""
    done = subprocess.run(["wrk", "-t1", "-c8", f"-d{seconds}s", "-H", "Connection: close", f"{base}/api/v2/instance"],
                          capture_output=True, text=True)
    return float(re.search(r"(\d+) requests in", done.stdout).group(1))


def one_round(site: Site, way: str, lists: driver.Lists, token: str, seconds: int) -> dict[str, float]:
    base = site.begin(way)
    try:
        requests = lists.home()
        driver.wrk(base, requests, 3, 32)
        found = {f"home, {way}": measured(site, lambda: driver.wrk(base, requests, seconds, 32)["requests"])}
        found[f"handshakes, {way}"] = measured(site, lambda: handshakes(base, seconds // 2 or 1))
        if shutil.which("h2load"):
            found[f"one home, HTTP/1.1, {way}"] = measured(site, lambda: h2load(base, token, seconds, "--h1"))
            if way == "tls":
                found["one home, HTTP/2, tls"] = measured(site, lambda: h2load(base, token, seconds, "-m", "4"))
        return found
    finally:
        site.stop()


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--seconds", type=int, default=8)
    p.add_argument("--rounds", type=int, default=3)
    args = p.parse_args()
    work = Path(tempfile.mkdtemp(prefix="petrel-bench-"))
    site = Site(work / "site")
    try:
        site.begin("plain")
        asyncio.run(run.make_accounts(site.data, work / "tokens"))
        subprocess.run([sys.executable, str(run.HERE / "driver.py"), "seed", "--base", site.base, "--tokens",
                        str(work / "tokens"), "--state", str(work / "state")], check=True)
        site.stop()
        users = [json.loads(line) for line in (work / "tokens").read_text().splitlines()]
        lists = driver.Lists(users, json.loads((work / "state").read_text()), random.Random(5))
        best: dict[str, float] = {}
        for _ in range(args.rounds):
            for way in WAYS:
                for name, cost in one_round(site, way, lists, users[0]["token"], args.seconds).items():
                    best[name] = min(cost, best.get(name, cost))
        for name, cost in best.items():
            print(f"{name:28} {cost:8.3f} ms CPU")
        print(f"home under TLS costs {best['home, tls'] / best['home, plain'] - 1:+.1%}")
    finally:
        site.stop()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
