"""How long answers take, asked in random order over a few kept connections: samples for `apart.compare`."""

import asyncio
import random
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from petrel.ops.drills.shapes import Broken


async def sample(address: str, kinds: Sequence[Sequence[str]], count: int, *, token: str = "",
                 status: int = 404, connections: int = 12, seed: int = 1) -> list[list[float]]:
    """Seconds per answer, for each kind of targets: `count` of each kind, mixed at random.

    Errors: Broken for an answer of another status: what differs in that needs no clock.
    """
    draw = random.Random(seed)      # noqa: S311 (an order, no secret)
    waiting = [(kind, draw.choice(targets)) for kind, targets in enumerate(kinds) for _ in range(count)]
    draw.shuffle(waiting)
    found: list[list[float]] = [[] for _ in kinds]
    where = urlsplit(address)

    async def worker() -> None:
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        try:
            while waiting:
                kind, target = waiting.pop()
                # Not in step with each other, or one connection's work would always fall on another's answer.
                await asyncio.sleep(draw.random() * 0.01)
                took_s, told = await _ask(reader, writer, where.netloc, target, token)
                if told != status:
                    raise Broken(f"{target} answered {told}, not {status}")
                found[kind].append(took_s)
        finally:
            writer.close()

    await asyncio.gather(*(worker() for _ in range(connections)))
    return found


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, target: str,
               token: str) -> tuple[float, int]:
    """(seconds until the head was there, status)."""
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    began = time.perf_counter()
    writer.write(f"GET {target} HTTP/1.1\r\nHost: {host}\r\n{bearer}\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    took_s = time.perf_counter() - began
    lines = head.decode("latin-1").lower().splitlines()
    length = next(int(line.partition(":")[2]) for line in lines if line.startswith("content-length:"))
    await reader.readexactly(length)
    return took_s, int(lines[0].split()[1])
