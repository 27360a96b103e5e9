"""The socket at which web processes ask the fan-out to keep an account's ring."""

import asyncio
from collections.abc import Awaitable, Callable


async def serve(
    activate: Callable[[int], Awaitable[int]], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Lines of account numbers, answered by lines of `account slot` (-1 when it could not be built)."""
    tasks: set[asyncio.Task[None]] = set()

    async def answer(account: int) -> None:
        try:
            slot = await activate(account)
        except Exception:  # logged where it was built
            slot = -1
        writer.write(b"%d %d\n" % (account, slot))

    try:
        while line := await reader.readline():
            task = asyncio.create_task(answer(int(line)))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
    except (OSError, ValueError, asyncio.CancelledError):
        pass        # cancelled when the process ends: streams would log that as an error
    finally:
        writer.close()
