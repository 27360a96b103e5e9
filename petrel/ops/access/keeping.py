"""Moves what processes have recorded of reads from their spools into the database, within moments and exactly once.

A spool is a file in DATA/run/seen (`core/spool.py`). How far it is kept the database knows (`access.keep_seen`), so it
does not matter who moves it, how often, or what happened in between. A spool whose writer is gone, killed perhaps, is
kept to its end and removed.
"""

import asyncio
import os
import time
from pathlib import Path

import structlog

from petrel.core import file_lock, seen
from petrel.core.doors import current, deriving
from petrel.core.spool import HEAD, SUFFIX, UNFINISHED, row_of

log = structlog.get_logger("petrel.access")

EVERY_S = 1.0
OVER_S = 10.0
PART_BYTES = 1 << 20
UNFINISHED_S = 60.0


class Keeper:
    """The spools of one machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[Path, int] = {}

    def has_grown(self) -> bool:
        """Whether there is anything to keep, seen without opening a file: asked every second."""
        try:
            with os.scandir(self._folder) as found:
                return any(one.stat().st_size > HEAD.size + self._kept.get(Path(one.path), -1)
                           for one in found if one.name.endswith(SUFFIX))
        except FileNotFoundError:               # one was just taken away, or none was ever made
            return self._folder.exists()

    async def turn(self) -> int:
        """Keeps what there is; returns how many bytes. Errors: Unavailable; nothing is lost then."""
        count = 0
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            count += await self._keep(path)
        for path in self._folder.glob(f"*{UNFINISHED}"):
            if path.stat().st_mtime < time.time() - UNFINISHED_S:
                path.unlink(missing_ok=True)           # its process died before anything was recorded there
        return count

    async def _keep(self, path: Path) -> int:
        try:
            fd = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return 0
        try:
            is_over = file_lock.takes(fd)    # asked before reading: its writer has it as long as it lives
            count = await self._move(fd, path)
            if is_over:
                path.unlink(missing_ok=True)
                self._kept.pop(path, None)
            return count
        finally:
            os.close(fd)

    async def _move(self, fd: int, path: Path) -> int:
        count, spool = 0, _number(path)
        while True:
            at = self._kept.get(path)
            if at is None:
                at = self._kept[path] = await _ask("select access.seen_until('seen', $1)", spool)
            if os.fstat(fd).st_size <= HEAD.size + at:
                return count
            try:
                row = row_of(spool, os.pread(fd, HEAD.size, 0), at, os.pread(fd, PART_BYTES, HEAD.size + at))
            except ValueError as e:
                log.error("a file among the records of reads is none", path=str(path), error=str(e))
                return count
            if not row[-1]:
                return count
            self._kept[path] = await _ask(seen.KEEP, *row)
            count += len(row[-1])


def _number(path: Path) -> int:
    return int.from_bytes(bytes.fromhex(path.stem), "big", signed=True)


async def _ask(sql: str, *args: object) -> int:
    async with deriving("seen") as w:
        return int(await w.value(sql, *args))


async def now() -> None:
    """What this machine has recorded up to now is in the database when this returns. Beside `run` it does no harm."""
    if (directory := current().run_directory) is not None:
        await Keeper(directory / seen.FOLDER).turn()


async def run(stop: asyncio.Event) -> None:
    """Until `stop` is set. What is recorded after that waits for the next start."""
    directory = current().run_directory
    if directory is None:
        await stop.wait()
        return
    keeper = Keeper(directory / seen.FOLDER)
    turned_s = 0.0
    while not stop.is_set():
        # Spools whose writer is gone are found when nothing is added, too; that has time.
        if time.monotonic() - turned_s > OVER_S or keeper.has_grown():
            await keeper.turn()
            turned_s = time.monotonic()
        try:
            await asyncio.wait_for(stop.wait(), EVERY_S)
        except TimeoutError:
            pass
    await keeper.turn()
