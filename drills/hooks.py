"""Addresses that take a POST of JSON, served by a drill."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

Hear = Callable[[dict[str, Any]], None]


async def hook(hear: Hear, *, hangs: bool = False) -> tuple[asyncio.Server, int]:
    """The server, and its port. `hear` is given what each POST says. `hangs`: nothing is ever answered."""
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        size = int(head.partition("content-length:")[2].split("\r\n")[0])
        hear(json.loads(await reader.readexactly(size)))
        if hangs:
            await reader.read()             # until whoever calls has given up
        else:
            writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]
