"""Who holds others up at the databases, and ending it: in Postgres itself."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
from msgspec.structs import replace

from petrel.core.errors import Conflict, NotFound
from petrel.ops import watching
from petrel.ops.databases import sessions
from petrel.ops.doctor import asking, work
from petrel.ops.processes import PartStatus, Status
from petrel.storage.pools import Addresses

HOLDS = "lock table accounts.account in access exclusive mode"


async def connect(addresses: Addresses, program: str) -> Any:
    return await asyncpg.connect(**{**addresses.main["owner"], "server_settings": {"application_name": program}})


async def test_who_holds_others_up_stands_first_and_is_ended(addresses: Addresses) -> None:
    holder, waiter = await connect(addresses, "psql"), await connect(addresses, "petrel waiting")
    try:
        await holder.execute("begin")
        await holder.execute(HOLDS)
        waiting = asyncio.ensure_future(waiter.fetchval("select count(*) from accounts.account"))
        async with asyncio.timeout(30):
            while not (found := await sessions.sessions(addresses))[0].holds_up:      # noqa: ASYNC110 (nothing tells)
                await asyncio.sleep(0.01)
        first = found[0]
        assert (first.program, first.ours, first.holds_up, first.is_in_the_way) == ("psql", False, 1, True)
        assert not any(one.is_in_the_way for one in found[1:])
        assert {one.program for one in found if one.ours} >= {"petrel waiting"}

        others = {one.pid for one in found[1:]}
        gone = [replace(first, pid=2_000_000_000 + n) for n in range(200)]
        assert await sessions.end(addresses, [first, *gone]) == 1
        assert others <= {one.pid for one in await sessions.sessions(addresses)}, "somebody else was ended as well"
        assert await waiting >= 0
        with pytest.raises(NotFound, match="petrel database sessions"):
            await sessions.end(addresses, [first])
    finally:
        holder.terminate()
        waiter.terminate()


@pytest.mark.parametrize(("program", "writes", "open_s", "is_in_the_way"), [
    ("psql", True, 11, True), ("psql", True, 5, False), ("psql", False, 3600, False),
    ("petrel jobs", True, 30, False), ("petrel jobs", True, 70, True)])
def test_a_stranger_may_not_write_for_as_long_as_we_may(
        program: str, writes: bool, open_s: float, is_in_the_way: bool) -> None:
    one = sessions.Session("main", 1, "login", program, "idle in transaction", open_s, writes, "petrel" in program, 0)
    assert one.is_in_the_way is is_in_the_way


async def test_a_server_that_does_not_answer_is_said_with_its_cure(addresses: Addresses) -> None:
    dead = Addresses(addresses.main, {**addresses.keyring, "owner": {**addresses.keyring["owner"], "port": 9}})
    with pytest.raises(Conflict, match="petrel restart keyring"):
        await sessions.sessions(dead)


@pytest.mark.usefixtures("site")
async def test_what_a_superuser_holds_is_measured_too(addresses: Addresses) -> None:
    async def measured(name: str) -> float:
        return next(one.value for one in await watching.measuring.of_databases() if one.name == name)

    holder = await connect(addresses, "psql")
    try:
        most = int(await holder.fetchval("show max_connections"))
        before = await measured("connections_used_ratio")
        others = [await connect(addresses, "psql") for _ in range(12)]
        try:
            assert round((await measured("connections_used_ratio") - before) * most) >= 12
        finally:
            for one in others:
                one.terminate()
        await holder.execute("begin")
        assert await holder.fetchval("select pg_current_xact_id() is not null")
        assert await measured("transaction_oldest_seconds") > 0
    finally:
        holder.terminate()


async def test_the_doctor_waits_for_nobody_who_holds_a_table(addresses: Addresses, tmp_path: Path,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ANSWERS_S", 0.5)
    storage: Any = SimpleNamespace(data=tmp_path, connect_args=lambda cluster: getattr(addresses, cluster)["owner"])
    status = Status(1, "ready", "http://localhost", "2026-01-01T00:00:00+00:00", 0.0,
                    {"jobs": PartStatus(1, [1], "running", 0)}, {})
    holder = await connect(addresses, "psql")
    try:
        await holder.execute("begin")
        await holder.execute("lock table ops.job in access exclusive mode")
        async with asyncio.timeout(30):
            [said] = await work.check_work(storage, status)
        assert not said.ok and "--end-blocking" in said.cure
    finally:
        holder.terminate()
    async with asyncio.timeout(30):
        assert "jobs" in {one.name for one in await work.check_work(storage, status)}
