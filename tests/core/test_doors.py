"""Nothing is read except as somebody; nothing changes except with its journal entry and its work, all or nothing."""

import asyncio
import socket
from pathlib import Path

import asyncpg
import pytest

from petrel.core import ids
from petrel.core.doors import Doors, UnjournaledWrite, deriving, reading, writing
from petrel.core.errors import PetrelError, Unavailable
from petrel.core.viewer import Anonymous, Member, Staff, System, account_of

TESTER = System("test")
CHANGE = "insert into ops.setting (name, value) values ($1, '1') on conflict (name) do update set value = '2'"


async def setting(name: str) -> bool:
    async with reading(TESTER) as r:
        return await r.value("select 1 from ops.setting where name = $1", name) is not None


async def entries(cause: str) -> list:
    async with reading(TESTER) as r:
        return await r.fetch("select * from journal.entry where cause = $1 order by id", cause)


async def test_rows_entry_and_job_come_together(site: Doors) -> None:
    subject = ids.new_id(4)
    async with writing(Member(77, bytes(32)), cause="together") as w:
        assert await w.execute(CHANGE, "together") == 1
        w.record("tests.thing.done", subject, refs=[1, 2], body=b"what was said")
        w.later("tests.job", {"thing": subject}, once="together")
        w.later("tests.job", {"thing": subject}, once="together")
    entry, = await entries("together")
    assert (entry["cell"], entry["kind"], entry["subject"], entry["actor"], entry["refs"]) == (
        4, "tests.thing.done", subject, 77, [1, 2])
    async with reading(TESTER) as r:
        jobs = await r.fetch("select * from ops.job where once = 'together'")
    assert len(jobs) == 1 and await setting("together")


async def test_when_the_block_fails_nothing_remains(site: Doors) -> None:
    with pytest.raises(ZeroDivisionError):
        async with writing(TESTER, cause="fails") as w:
            await w.execute(CHANGE, "fails")
            w.record("tests.thing.done", 1)
            w.later("tests.job", {}, once="fails")
            1 / 0  # noqa: B018
    assert not await setting("fails") and await entries("fails") == []
    async with reading(TESTER) as r:
        assert await r.value("select 1 from ops.job where once = 'fails'") is None


async def test_a_change_that_is_not_recorded_is_rolled_back(site: Doors) -> None:
    for change in ("execute", "change"):
        with pytest.raises(UnjournaledWrite):
            async with writing(TESTER, cause="silent") as w:
                await getattr(w, change)(CHANGE + (" returning 1" if change == "change" else ""), "silent")
        assert not await setting("silent")
    async with writing(TESTER, cause="looked only") as w:
        await w.fetch("select 1")


async def test_deriving_needs_no_entry(site: Doors) -> None:
    async with deriving("tests") as w:
        await w.execute(CHANGE, "derived")
    assert await setting("derived")


async def test_the_reader_cannot_write_nor_see_tables(site: Doors) -> None:
    async with reading(Anonymous()) as r:
        for sql in ("create temporary table t (a int)", "insert into ops.setting (name, value) values ('x', '1')",
                    "select * from accounts.account", "select * from posts.post", "select * from journal.entry",
                    "select * from accounts.token"):
            with pytest.raises(PetrelError):
                await r.fetch(sql)


async def test_nobody_rewrites_the_journal(site: Doors) -> None:
    async with writing(TESTER, cause="history") as w:
        w.record("tests.thing.done", 1)
    for role in ("reader", "writer", "system"):
        for sql in ("update journal.entry set kind = 'x'", "delete from journal.entry", "truncate journal.entry",
                    "update journal.seal set seq = 9", "delete from journal.root"):
            with pytest.raises(asyncpg.PostgresError):
                await site.pools[role].execute(sql)


async def test_a_bare_digest_of_a_text_does_not_confirm_it(site: Doors) -> None:
    async with writing(TESTER, cause="guess") as w:
        for _ in range(2):
            w.record("tests.thing.done", 1, body=b"guess me")
    one, two = await entries("guess")
    assert one["digest"] != two["digest"] and b"guess me" not in one["digest"] + one["salt"]


async def test_a_commit_sends_hints(site: Doors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "run_directory", tmp_path)
    monkeypatch.setattr(site, "_hint_folder", str(tmp_path))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "followers.hint"))
        ear.settimeout(2)
        async with writing(TESTER, cause="hint") as w:
            w.record("tests.thing.done", 1)
        assert ear.recv(10)


async def test_a_page_is_held_to_its_queries(site: Doors) -> None:
    before = site.queries
    async with reading(TESTER) as r:
        await r.fetch("select 1")
        await r.value("select 1")
    assert site.queries - before == 2


async def test_a_connection_is_taken_only_when_something_is_asked(site: Doors) -> None:
    holders = [reading(TESTER) for _ in range(20)]
    for holder in holders:
        await holder.__aenter__()
    async with reading(TESTER) as r:
        assert await r.value("select 1") == 1
    for holder in holders:
        await holder.__aexit__(None, None, None)


async def test_errors_of_the_database_become_ours_without_details(site: Doors) -> None:
    async with reading(TESTER) as r:
        with pytest.raises(PetrelError) as wrong:
            await r.fetch("select * from nowhere.table")
        assert "nowhere" not in wrong.value.message and "nowhere" in str(wrong.value.detail)
    with pytest.raises(Unavailable):
        async with deriving("tests") as w:
            await w.execute("set local statement_timeout = '10ms'")
            await w.fetch("select pg_sleep(1)")


async def test_sessions_that_the_server_ended_are_replaced(site: Doors) -> None:
    async def one() -> None:
        async with writing(TESTER, cause="again") as w:
            w.record("tests.thing.done", 1)

    await one()
    with pytest.raises(Unavailable):
        async with deriving("tests") as w:
            pid = await w.value("select pg_backend_pid()")
            with pytest.raises(Unavailable):
                await w.fetch("select pg_terminate_backend($1)", pid)
            await w.fetch("select 1")
    await asyncio.gather(*(one() for _ in range(3)))


def test_who_acts() -> None:
    assert account_of(Member(5, b"")) == account_of(Staff(5, b"", "case")) == 5
    assert account_of(Anonymous()) is account_of(TESTER) is None
