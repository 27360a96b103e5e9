"""Readers of streams in a process of their own, told what to do by lines on its standard input; and a cable to pull.

    python bench/stream_readers.py HOST:PORT        # started by streams_bench.py
"""

import asyncio
import json
import re
import subprocess
import sys
import time
from collections import Counter
from typing import Any

SPACE, HERE, THERE = "petrel-streams", "10.213.77.1", "10.213.77.2"
SENT = re.compile(rb"sent=(\d+)")
OPEN_AT_ONCE = 100


class Reader(asyncio.Protocol):
    """One open stream. `heard`: milliseconds from sending to arrival, of all readers."""

    def __init__(self, driver: "Driver", head: bytes) -> None:
        self._driver, self._head = driver, head
        self._tail = b""
        self._is_open = False
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self._head)

    def data_received(self, data: bytes) -> None:
        driver = self._driver
        if not self._is_open:
            self._is_open = True
            driver.status[data[9:12].decode()] += 1
            driver.opened(self)
        now_ms = time.time() * 1000
        whole = self._tail + data if self._tail else data
        for found in SENT.finditer(whole):
            driver.heard.append(now_ms - int(found[1]))
        self._tail = whole[-24:] if whole[-24:].find(b"sent=") >= 0 and not SENT.search(whole[-24:] + b" ") else b""
        driver.beats += data.count(b":thump") + data.count(b"\x89\x00")

    def connection_lost(self, exc: Exception | None) -> None:
        self._driver.lost += 1
        self._driver.here.discard(self)


class Driver:
    """The readers of one process, told what to do by lines on standard input."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self.here: set[Reader] = set()
        self.status: Counter[str] = Counter()
        self.heard: list[float] = []
        self.beats = self.lost = 0
        self._waiting: dict[Reader, asyncio.Future[None]] = {}

    def opened(self, reader: Reader) -> None:
        future = self._waiting.pop(reader, None)
        if future is not None and not future.done():
            future.set_result(None)

    async def open(self, token: str, is_socket: bool) -> None:
        head = f"GET /api/v1/streaming{'?stream=user' if is_socket else '/user'} HTTP/1.1\r\nhost: bench\r\n"
        head += f"authorization: Bearer {token}\r\n"
        if is_socket:
            head += ("connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n"
                     "sec-websocket-key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n")
        loop = asyncio.get_running_loop()
        reader = Reader(self, f"{head}\r\n".encode())
        self._waiting[reader] = loop.create_future()
        future = self._waiting[reader]
        self.here.add(reader)
        await loop.create_connection(lambda: reader, self._host, self._port)
        await asyncio.wait_for(future, 60)

    async def open_all(self, wanted: list[list[Any]]) -> None:
        gate = asyncio.Semaphore(OPEN_AT_ONCE)

        async def one(token: str, is_socket: bool) -> None:
            async with gate:
                try:
                    await self.open(token, is_socket)
                except (OSError, TimeoutError) as e:
                    self.status[type(e).__name__] += 1
        await asyncio.gather(*(one(*each) for each in wanted))

    def drop(self, some: int) -> None:
        for reader in list(self.here)[:some]:
            reader.transport.abort()

    def told(self) -> dict[str, Any]:
        heard, self.heard = sorted(self.heard), []
        found = {"open": len(self.here), "lost": self.lost, "heard": len(heard), "beats": self.beats,
                 "status": dict(self.status)}
        if heard:
            found |= {"p50": heard[len(heard) // 2], "p99": heard[int(len(heard) * 0.99)], "worst": heard[-1]}
        return found


async def drive(host: str, port: int) -> None:
    driver = Driver(host, port)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        asked = json.loads(line)
        if "open" in asked:
            await driver.open_all(asked["open"])
        elif "drop" in asked:
            driver.drop(asked["drop"])
        print(json.dumps(driver.told()), flush=True)


class Readers:
    """A driver in a process of its own, perhaps in a network namespace."""

    def __init__(self, host: str, port: int, space: str = "") -> None:
        before = ["ip", "netns", "exec", space] if space else []
        self._process = subprocess.Popen(
            [*before, sys.executable, __file__, f"{host}:{port}"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        self.pid = self._process.pid

    def send(self, **asked: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()

    async def answer(self) -> dict[str, Any]:
        assert self._process.stdout
        return json.loads(await asyncio.to_thread(self._process.stdout.readline))

    async def ask(self, **asked: Any) -> dict[str, Any]:
        self.send(**asked)
        return await self.answer()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


class Cable:
    """A namespace with one link to this machine. Pulled, what is sent there arrives nowhere, and nothing comes back."""

    def __enter__(self) -> "Cable":
        self._run("netns", "delete", SPACE, fails=False)
        self._run("netns", "add", SPACE)
        self._run("link", "add", "petrelst0", "type", "veth", "peer", "name", "eth0", "netns", SPACE)
        self._run("address", "add", f"{HERE}/30", "dev", "petrelst0")
        self._run("link", "set", "petrelst0", "up")
        self._run("-n", SPACE, "address", "add", f"{THERE}/30", "dev", "eth0")
        self.plug()
        return self

    def plug(self) -> None:
        self._run("-n", SPACE, "link", "set", "eth0", "up")

    def pull(self) -> None:
        self._run("-n", SPACE, "link", "set", "eth0", "down")

    def __exit__(self, *_: object) -> None:
        self._run("netns", "delete", SPACE)

    @staticmethod
    def _run(*words: str, fails: bool = True) -> None:
        subprocess.run(["ip", *words], check=fails, stderr=None if fails else subprocess.DEVNULL)


if __name__ == "__main__":
    where, _, number = sys.argv[1].rpartition(":")
    asyncio.run(drive(where, int(number)))
