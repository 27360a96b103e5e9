"""How a process hears what holds by now: a look every so often. With the database away everything stays as it was."""

import asyncio
from collections.abc import Awaitable, Callable

from petrel.core.errors import PetrelError


async def keep(hear: Callable[[], Awaitable[None]], every_s: float) -> None:
    """Until it is cancelled."""
    while True:
        try:
            await hear()
        except PetrelError:
            pass                        # said by those who wanted something there
        await asyncio.sleep(every_s)
