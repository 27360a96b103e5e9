"""A server that restarts, or has no room for one more connection, is waited for; one that stays away not for long."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from petrel.core import doors, seal
from petrel.core.errors import Unavailable
from petrel.core.viewer import Anonymous, System
from petrel.storage import holding, pools
from petrel.storage.pools import Addresses
from tests.conftest import loop

SYSTEM = System("tests")


@pytest.fixture
def folder(addresses: Addresses, tmp_path: Path):
    """The doors of a process, with a directory in which it is told things."""
    loop().run_until_complete(doors.open_doors(addresses, run_directory=tmp_path))
    yield tmp_path
    loop().run_until_complete(doors.close_doors())


@asynccontextmanager
async def no_room(addresses: Addresses, role: str = "petrel_reader", *, for_s: float = 1e9) -> AsyncIterator[None]:
    """The keyring takes no connection of a role, as when all are in use by others."""
    owner = await asyncpg.connect(**addresses.keyring["owner"])
    await owner.execute(f"alter role {role} connection limit 0")
    while await owner.fetch("select pg_terminate_backend(pid) from pg_stat_activity where usename = $1", role):
        pass
    lift = asyncio.create_task(later(owner, role, for_s))
    try:
        yield
    finally:
        lift.cancel()
        await asyncio.gather(lift, return_exceptions=True)
        await owner.execute(f"alter role {role} connection limit -1")
        await owner.close()


async def later(owner: asyncpg.Connection, role: str, seconds: float) -> None:
    await asyncio.sleep(seconds)
    await owner.execute(f"alter role {role} connection limit -1")


async def test_whoever_finds_the_keyring_full_waits(addresses: Addresses, folder: Path) -> None:
    async with no_room(addresses, for_s=0.3):
        began = time.monotonic()
        assert await seal.keys([1, 2]) == {}
        assert 0.2 < time.monotonic() - began < 2


async def test_nobody_waits_for_long_and_then_nobody_waits(addresses: Addresses, folder: Path,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "PATIENCE_S", 0.3)
    async with no_room(addresses):
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await seal.keys([1])
        assert time.monotonic() - began > 0.25
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await seal.keys([1])
        assert time.monotonic() - began < 0.2
    assert await seal.keys([1]) == {}, "and when it is back it is asked as before"


async def test_doors_that_did_not_open_hold_no_connections(addresses: Addresses, tmp_path: Path,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "PATIENCE_S", 0.0)
    async with no_room(addresses):
        owner = await asyncpg.connect(**addresses.keyring["owner"])
        with pytest.raises(Unavailable):
            await doors.open_doors(addresses, run_directory=tmp_path)
        left = await owner.fetchval("select count(*) from pg_stat_activity where datname = current_database() "
                                    "and usename <> 'petrel_admin' and pid <> pg_backend_pid()")
        await owner.close()
    assert left == 0


async def test_while_servers_are_restarted_nothing_begins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask() -> tuple[int, float]:
        began = time.monotonic()
        async with doors.reading(Anonymous()) as r:
            return await r.value("select 1"), time.monotonic() - began
    async with doors.writing(SYSTEM, cause="tests") as w:
        assert await w.value("select 1") == 1
        with holding.held(folder):
            waiting = asyncio.create_task(ask())
            await asyncio.sleep(0.3)
            assert await w.value("select 2") == 2, "what has begun goes on"
            assert not waiting.done()
    assert (await waiting)[1] > 0.25
    monkeypatch.setattr(holding, "MOST_S", 0.2)
    (folder / holding.NAME).touch()
    assert (await ask())[1] < 2, "one that a power cut left behind holds nobody for long"


async def test_what_only_reads_is_read_again_and_what_writes_is_told(addresses: Addresses, folder: Path) -> None:
    async def end_all(role: str) -> None:
        owner = await asyncpg.connect(**addresses.main["owner"])
        await owner.execute("select pg_terminate_backend(pid) from pg_stat_activity "
                            f"where usename = '{role}' and datname = current_database()")
        await owner.close()
    async with doors.reading(Anonymous()) as r:
        assert await r.value("select 1") == 1
        await end_all("petrel_reader")
        assert await r.value("select 2") == 2
    with pytest.raises(Unavailable):
        async with doors.writing(SYSTEM, cause="tests") as w:
            await w.value("select 1")
            await end_all("petrel_writer")
            await w.value("select 2")
    async with doors.writing(SYSTEM, cause="tests") as w:
        assert await w.value("select 3") == 3
