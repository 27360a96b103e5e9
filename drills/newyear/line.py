"""A line to the site that carries so much and no more: a pair of network devices, each end shaped (tc, tbf), with the
crowd's end in a network namespace of its own."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from petrel.ops.drills import Broken, Impossible
from petrel.storage.build import ROOT

QUEUE_MS = 200


class Line(Struct, frozen=True):
    """`address`: the site's end, on this machine; programs of the other end run in the namespace `space`."""

    address: str
    space: str


@contextmanager
def line(mbit: int) -> Iterator[Line]:
    """Errors: Impossible."""
    for program in ("ip", "tc"):
        if shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") is None:
            raise Impossible(f"{program} is not installed (Debian package iproute2)")
    number = os.getpid()
    space, here, there = f"pny{number}", f"pny{number % 100_000}a", f"pny{number % 100_000}b"
    net = f"10.{150 + number % 50}.{number // 50 % 250}"
    shaped = ("root", "tbf", "rate", f"{mbit}mbit", "burst", "32kb", "latency", f"{QUEUE_MS}ms")
    try:
        _do("ip", "netns", "add", space)
        _do("ip", "link", "add", here, "type", "veth", "peer", "name", there, "netns", space)
        _do("ip", "addr", "add", f"{net}.1/24", "dev", here)
        _do("ip", "link", "set", here, "up")
        _do("ip", "-n", space, "addr", "add", f"{net}.2/24", "dev", there)
        _do("ip", "-n", space, "link", "set", there, "up")
        _do("ip", "-n", space, "link", "set", "lo", "up")
        _do("tc", "qdisc", "add", "dev", here, *shaped)
        _do("tc", "-n", space, "qdisc", "add", "dev", there, *shaped)
        yield Line(f"{net}.1", space)
    finally:
        for words in (("ip", "link", "del", here), ("ip", "netns", "del", space)):
            subprocess.run(words, capture_output=True, check=False)


def _do(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise Impossible(f"{' '.join(words)}: {done.stderr.strip()}; it has to run as root, with network namespaces "
                         "and the shaper tbf")


class Far:
    """A program at the other end: told what to do at its start, and to end by `end`, when it says what it saw."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def begin(cls, line: Line, module: str, told: dict[str, Any], *, nice: int = 0) -> "Far":
        """`nice`: more for what is not of this machine and takes much of it."""
        process = await asyncio.create_subprocess_exec(
            "ip", "netns", "exec", line.space, "nice", "-n", str(nice), sys.executable, "-m", module, cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, start_new_session=True, limit=64 << 20)
        assert process.stdin is not None
        with suppress(OSError):     # Linux weighs sessions before processes, where it does
            Path(f"/proc/{process.pid}/autogroup").write_text(str(nice))
        process.stdin.write(json.dumps(told).encode() + b"\n")
        await process.stdin.drain()
        return cls(process)

    async def end(self, within_s: float) -> Any:
        """What it saw. Errors: Broken."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(b"end\n")
        try:
            async with asyncio.timeout(within_s):
                said = await self._process.stdout.readline()
                await self._process.wait()
        except TimeoutError:
            raise Broken("a program at the other end of the line did not end") from None
        if not said:
            raise Broken("a program at the other end of the line ended with nothing to say")
        return json.loads(said)

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
