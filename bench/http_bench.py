#!/usr/bin/env python3
"""What a request costs in the HTTP layer, without rooms and database: uvicorn against granian.

    bench/http_bench.py [--seconds 10] [--rounds 3] [--workers 1] [--cases uvicorn,granian] [--json]

A home timeline of 20 made-up posts (44 kB of JSON pieces, joined at each request) goes through the whole layer:
route, token, limits, form, `Link`, headers. 32 connections held open by `wrk` (Debian package), after a warm-up.
CPU is user + system of the server's process tree from /proc; memory its proportional set size. uvicorn's workers
are forked after the code is loaded, as `petrel up` does; granian starts its own. "bare" is a ten-line ASGI
application that sends the same bytes: what the server itself costs; "plain" is uvicorn's own connection instead
of ours (`api/http/wire.py`). The servers take turns within a round, and the cheapest round of each is printed:
on a shared machine others can only make it dearer.
"""

import argparse
import gc
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import procfs

sys.path.insert(0, str(Path(__file__).parent.parent))

PIECE = b'{"id":"%d","content":"' + b"x" * 2170 + b'"}'
HEADERS = ("Authorization: Bearer 0123456789abcdef0123456789abcdef0123456789a", "Accept: application/json")
PATH = "/api/v1/timelines/home?limit=20"
CASES = ("uvicorn", "uvicorn plain", "granian", "uvicorn bare", "granian bare")

App = Callable[[Any, Any, Any], Awaitable[None]]


def layered() -> App:
    """The toy site behind the real layer; rate limits on, with room for a benchmark."""
    from petrel.api.http import Call, Gate, HttpSettings, Limits, Paged, Pieces, Reply, limits, listed
    from petrel.api.http.routes import Routes
    from petrel.core.viewer import Member

    ids = list(range(1 << 60, (1 << 60) - 20, -1))
    pieces = Pieces(PIECE % one for one in ids)
    member = Member(account=7 << 22, digest=b"7" * 32, scopes=frozenset(("read", "write")))
    roomy = tuple(limits.Limit(one.name, 10**7, one.period_s, one.per) for one in limits.ALWAYS_MEMBER)
    limits.ALWAYS_MEMBER = roomy
    toys = Routes()

    class HomeForm(Paged, frozen=True, kw_only=True):
        local: bool = False

    @toys.route("GET", "/api/v1/timelines/home", scope="read:statuses", surface="home")
    async def home(call: Call, form: HomeForm) -> Reply:
        form.page(20, 40)
        return listed(call, pieces, ids, is_full=True)

    async def resolve(digest: bytes) -> Member:
        return member

    return Gate(HttpSettings(), resolve, routes=toys.all(), limits=Limits(on=True))


def bare() -> App:
    body = b"[" + b",".join(PIECE % n for n in range(1 << 60, (1 << 60) + 20)) + b"]"
    start = {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))],
    }

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send(start)
            await send({"type": "http.response.body", "body": body})

    return app


def make() -> App:
    return bare() if os.environ["HTTP_BENCH"].endswith("bare") else layered()


def serve(case: str, port: int, workers: int) -> None:
    if case.startswith("uvicorn"):
        import uvicorn

        from petrel.api.http.wire import Connection

        app = make()
        http = "httptools" if case.endswith(("plain", "bare")) else Connection
        config = uvicorn.Config(app, http=http, loop="uvloop", access_log=False, log_level="error",
                                lifespan="off", server_header=False)  # fmt: skip
        config.load()
        listening = socket.create_server(("127.0.0.1", port), backlog=1024)
        gc.collect()
        gc.freeze()
        for _ in range(workers):
            if os.fork() == 0:
                uvicorn.Server(config).run([listening])
                os._exit(0)
        signal.pause()
    else:
        from granian.constants import Interfaces, Loops, RuntimeModes
        from granian.server import Server

        Server("http_bench:make", factory=True, address="127.0.0.1", port=port, interface=Interfaces.ASGINL,
               loop=Loops.uvloop, runtime_mode=RuntimeModes.st, log_enabled=False, websockets=False,
               workers=workers).serve()  # fmt: skip


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def ready(url: str) -> bytes:
    request = urllib.request.Request(url, headers=dict(h.split(": ", 1) for h in HEADERS))  # noqa: S310
    for _ in range(200):
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
                return bytes(answer.read())
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"{url} does not answer")


def load(url: str, seconds: int, connections: int) -> dict[str, float]:
    headers = [part for header in HEADERS for part in ("-H", header)]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *headers, url]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        raise SystemExit(text)
    requests = int(re.search(r"(\d+) requests in", text)[1])  # type: ignore[index]
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    assert p99 is not None
    return {"requests": requests, "p99_ms": float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]]}


def measure(case: str, seconds: int, workers: int) -> dict[str, float]:
    port = free_port()
    url = f"http://127.0.0.1:{port}{PATH}"
    server = subprocess.Popen(
        [sys.executable, __file__, "--serve", case, "--port", str(port), "--workers", str(workers)],
        env=os.environ | {"HTTP_BENCH": case, "PYTHONPATH": str(Path(__file__).parent)},
        start_new_session=True,
    )
    try:
        size = len(ready(url))
        idle_mb = procfs.pss_mb([server.pid])
        load(url, 2, 32)
        before, began = procfs.cpu_seconds([server.pid]), time.monotonic()
        found = load(url, seconds, 32)
        cpu_s, took_s = procfs.cpu_seconds([server.pid]) - before, time.monotonic() - began
        return {
            "cpu_s_per_1000": cpu_s / found["requests"] * 1000,
            "requests_per_s": found["requests"] / took_s,
            "p99_ms": found["p99_ms"],
            "cores": cpu_s / took_s,
            "idle_mb": idle_mb,
            "loaded_mb": procfs.pss_mb([server.pid]),
            "answer_bytes": size,
        }
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        serve(args.serve, args.port, args.workers)
        return
    cases = args.cases.split(",")
    rounds: dict[str, list[dict[str, float]]] = {case: [] for case in cases}
    for _ in range(args.rounds):
        for case in cases:
            rounds[case].append(measure(case, args.seconds, args.workers))
    cheapest = {case: min(of, key=lambda one: one["cpu_s_per_1000"]) for case, of in rounds.items()}
    figures = {case: {key: round(value, 4) for key, value in of.items()} for case, of in cheapest.items()}
    if args.json:
        print(json.dumps(figures))
        return
    print(f"{'':14}" + "".join(f"{key:>16}" for key in next(iter(figures.values()))))
    for case, of in figures.items():
        print(f"{case:14}" + "".join(f"{value:>16.3f}" for value in of.values()))


if __name__ == "__main__":
    main()
