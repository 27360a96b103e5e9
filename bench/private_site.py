"""A site of its own for a benchmark of rooms: both databases in a scratch directory, migrated, the doors open here.

    asyncio.run(inside(work))          # async def work(site: Site) -> T

CPU is user + system of this process and of every process below it, both Postgres clusters included.
"""

import asyncio
import os
import resource
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import procfs

sys.path.insert(0, str(Path(__file__).parent.parent))

import asyncpg

from petrel import app
from petrel.core import doors
from petrel.storage.pools import Addresses
from petrel.storage.postgres import Storage

T = TypeVar("T")


class Site:
    """`owner` may do everything in the main database: for filling tables."""

    def __init__(self, addresses: Addresses, open_now: doors.Doors, owner: asyncpg.Connection) -> None:
        self.addresses = addresses
        self.doors = open_now
        self.owner = owner

    def cpu_s(self) -> tuple[float, float]:
        """(this process, Postgres)."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        mine = used.ru_utime + used.ru_stime
        return mine, procfs.cpu_seconds([os.getpid()]) - mine


def run_inside(work: Callable[[Site], Awaitable[T]], kept: Path | None = None) -> T:
    """Starts the databases, runs `work`, takes everything away again. With `kept` the site lives in that folder and
    stays there."""
    with tempfile.TemporaryDirectory(prefix="petrel-bench-") as folder:
        storage = Storage.open((kept or Path(folder)) / "site", say=lambda _text: None)
        try:
            return asyncio.run(_inside(app.addresses_of(storage), work))
        finally:
            storage.close()


async def _inside(addresses: Addresses, work: Callable[[Site], Awaitable[T]]) -> T:
    app.load_rooms()
    await app.migrate_site(addresses)
    open_now = await doors.open_doors(addresses)
    owner = await asyncpg.connect(**addresses.main["owner"])
    try:
        return await work(Site(addresses, open_now, owner))
    finally:
        await owner.close()
        await doors.close_doors()
