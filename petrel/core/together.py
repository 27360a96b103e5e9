"""Group commit: what a few milliseconds bring shares a transaction.

While one transaction is under way, what arrives waits and forms the next; nothing waits for a timer. Each item is
decided on its own and gets its own answer, and no answer is sent before the commit. source: DESIGN section 3.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from petrel.core.errors import PetrelError, Unavailable

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")

RunMany = Callable[[list[Ask]], Awaitable[list[Answer | PetrelError]]]


class Together(Generic[Ask, Answer]):
    """Collects calls of one command in this process and runs them in batches.

    `run_many` opens the door, does the work for all and returns one answer or error per item, in order, after the
    commit. `lanes` transactions may be under way at once: one waits for the disk while the next is prepared.
    """

    def __init__(self, run_many: RunMany[Ask, Answer], *, most: int = 128, lanes: int = 2) -> None:
        self._run_many = run_many
        self._most = most
        self._free = lanes
        self._waiting: list[tuple[Ask, asyncio.Future[Answer]]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, ask: Ask) -> Answer:
        """Errors: those of the command for this item; Unavailable when the whole batch could not commit."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((ask, future))
        self._start()
        return await future

    def _start(self) -> None:
        if self._free and self._waiting:
            self._free -= 1
            # One turn of the loop first: what is already in the sockets joins this batch.
            task = asyncio.get_running_loop().create_task(self._lane())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _lane(self) -> None:
        try:
            await asyncio.sleep(0)
            while self._waiting:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._run(batch)
        finally:
            self._free += 1

    async def _run(self, batch: list[tuple[Ask, "asyncio.Future[Answer]"]]) -> None:
        try:
            answers = await self._run_many([ask for ask, _ in batch])
        except Exception as error:
            if len(batch) > 1 and not isinstance(error, Unavailable):
                for one in batch:  # one bad item must not take the others down: try each alone
                    await self._run([one])
                return
            answers = [error if isinstance(error, PetrelError) else PetrelError(detail=repr(error))] * len(batch)
        for (_, future), answer in zip(batch, answers, strict=True):
            if future.done():
                continue  # the client has hung up
            if isinstance(answer, PetrelError):
                future.set_exception(answer)
            else:
                future.set_result(answer)
