"""The feed, in a web process: a connection to the relay as long as somebody has a stream open here."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from pathlib import Path

import msgspec
import structlog

from petrel.core.tail import Position
from petrel.features.streams.shapes import (
    HEAD_BYTES,
    Begin,
    News,
    Told,
    Watch,
    Watched,
    decode_answer,
    framed,
)

log = structlog.get_logger("petrel.streams")

SOCKET = "streams.sock"
AGAIN_S = (0.05, 0.1, 0.2, 0.5, 1.0)


class Feed:
    """`take` and `hear` are called with what comes, in the order of the journal, and must not wait."""

    def __init__(self, run_directory: Path | None, take: Callable[[News], None], hear: Callable[[Told], None]) -> None:
        self._path = None if run_directory is None else run_directory / SOCKET
        self._take, self._hear = take, hear
        self._writer: asyncio.StreamWriter | None = None
        self._at: Position | None = None
        self._watched: set[int] = set()
        self._waiting: dict[int, list[asyncio.Future[None]]] = {}
        self._wanted: set[int] = set()
        self._new: list[int] = []
        self._ended: set[int] = set()
        self._is_due = False
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        if self._task is None and self._path is not None:
            self._task = asyncio.create_task(self._run(self._path))

    async def end(self) -> None:
        """Nobody has a stream open any more."""
        task, self._task = self._task, None
        self._at = None
        self._watched.clear()
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def add(self, account: int) -> None:
        """Watches this account; twice is as once."""
        if account not in self._wanted and self._task is not None:
            self._wanted.add(account)
            self._new.append(account)
            self._ended.discard(account)
            self._ask_soon()

    async def watch(self, account: int, most_s: float) -> None:
        """Returns once nothing that concerns this account is missed, or after `most_s`."""
        if self._task is None or account in self._watched:
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(account, []).append(future)
        self.add(account)
        try:
            async with asyncio.timeout(most_s):
                await future
        except TimeoutError:
            pass
        finally:
            if future in (waiting := self._waiting.get(account, [])):
                waiting.remove(future)
                if not waiting:
                    del self._waiting[account]

    @property
    def is_waited_for(self) -> bool:
        return bool(self._waiting)

    def keep(self, accounts: Collection[int]) -> None:
        """All others are watched no more, but for those that somebody waits for."""
        ended = {account for account in self._wanted if account not in accounts and account not in self._waiting}
        if ended:
            self._wanted -= ended
            self._watched -= ended
            self._ended |= ended
            self._ask_soon()

    def _ask_soon(self) -> None:
        """Those of a moment are asked for together."""
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._ask)

    def _ask(self) -> None:
        self._is_due = False
        if self._writer is not None:
            self._writer.write(framed(Watch(self._new, list(self._ended))))
            self._new = []
            self._ended.clear()

    async def _run(self, path: Path) -> None:
        failures = 0
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(str(path))
                failures = 0
                try:
                    await self._listen(reader, writer)
                finally:
                    self._writer = None
                    writer.close()
            except (OSError, asyncio.IncompleteReadError, msgspec.MsgspecError):
                pass        # gone, or of another release: asked anew
            self._watched.clear()
            await asyncio.sleep(AGAIN_S[min(failures, len(AGAIN_S) - 1)])
            failures += 1

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(framed(Begin(self._at)))
        writer.write(framed(Watch(list(self._wanted))))
        self._new = []
        self._ended.clear()
        self._writer = writer
        while True:
            size = int.from_bytes(await reader.readexactly(HEAD_BYTES), "big")
            answer = decode_answer(await reader.readexactly(size))
            if isinstance(answer, News):
                self._at = answer.at
                self._take(answer)
            elif isinstance(answer, Told):
                self._hear(answer)
            elif isinstance(answer, Watched):
                self._note(answer.accounts)

    def _note(self, accounts: Iterable[int]) -> None:
        for account in accounts:
            if account in self._wanted:
                self._watched.add(account)
            for future in self._waiting.pop(account, ()):
                if not future.done():
                    future.set_result(None)
