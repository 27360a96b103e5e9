"""What the programs at the other end of the line have in common: told in one line, ended by another."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

Work = Callable[[Any, asyncio.Event], Awaitable[Any]]


def main(work: Work) -> None:
    """`work` gets what it was told, and an event that is set when it has to end; what it returns is said."""
    told = json.loads(sys.stdin.readline())

    async def act() -> Any:
        end = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(sys.stdin, lambda: (loop.remove_reader(sys.stdin), end.set()))
        return await work(told, end)

    print(json.dumps(asyncio.run(act())), flush=True)
