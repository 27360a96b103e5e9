"""Migrations run once each, in order, together with the functions; what has landed is never edited."""

import asyncio
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from petrel import app
from petrel.core import journal
from petrel.storage import migrate
from petrel.storage.pools import Addresses
from tests.conftest import Server, loop


@pytest.fixture
def empty(server: Server) -> Iterator[Addresses]:
    """Two databases with nothing in them."""
    name = f"{server.prefix}_empty"
    yield loop().run_until_complete(server.copy(name, None))
    loop().run_until_complete(server.drop(name))


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the migrations, to add to and to spoil."""
    shutil.copytree(migrate.STORAGE, tmp_path / "storage")
    monkeypatch.setattr(migrate, "STORAGE", tmp_path / "storage")
    return tmp_path / "storage"


async def run(addresses: Addresses, sql: str) -> object:
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One file of functions more, still to be written."""
    (tmp_path / "tests").mkdir()
    path = tmp_path / "tests" / "functions.sql"
    files = app.function_files()
    monkeypatch.setattr(app, "function_files", lambda: [*files, path])
    return path


async def test_the_first_run_makes_all_and_the_second_nothing(empty: Addresses) -> None:
    ran = await app.migrate_site(empty)
    assert ran[0] == "0001_expand_keyring.sql" and "0001_expand_foundation.sql" in ran
    assert await app.migrate_site(empty) == []


async def test_processes_that_start_together_migrate_once(empty: Addresses) -> None:
    both = await asyncio.gather(app.migrate_site(empty), app.migrate_site(empty))
    names = [name for ran in both for name in ran if name[0] == "0"]
    assert len(names) == len(set(names)) > 5


async def test_a_migration_that_landed_is_never_edited(empty: Addresses, storage: Path) -> None:
    await app.migrate_site(empty)
    path = storage / "migrations" / "0001_expand_foundation.sql"
    path.write_text(path.read_text() + "\n-- a thought\n")
    with pytest.raises(migrate.SchemaMismatch, match=r"0001_expand_foundation\.sql has changed"):
        await app.migrate_site(empty)


async def test_one_that_fails_leaves_nothing_behind_and_says_which(empty: Addresses, storage: Path) -> None:
    (storage / "migrations" / "9001_expand_broken.sql").write_text(
        "create table ops.half (a int); select * from nowhere;")
    with pytest.raises(migrate.SchemaMismatch, match="9001_expand_broken"):
        await app.migrate_site(empty)
    assert await run(empty, "select to_regclass('ops.half')") is None
    (storage / "migrations" / "9001_expand_broken.sql").unlink()
    await app.migrate_site(empty)
    assert await run(empty, "select to_regclass('ops.follower')") is not None


async def test_a_disk_that_fills_undoes_what_was_begun_and_says_what_to_do(empty: Addresses, storage: Path) -> None:
    await app.migrate_site(empty)
    full = "begin raise exception 'No space left on device' using errcode = 'disk_full'; end"
    expand, index = (storage / "migrations" / name for name in ("9001_expand_much.sql", "9002_index_much.sql"))
    expand.write_text(f"create table ops.much as select 1 a; do $$ {full} $$;")
    with pytest.raises(migrate.SchemaMismatch, match=r"(?s)9001_expand_much.*No space.*Make room and run the same"):
        await app.migrate_site(empty)
    assert await run(empty, "select to_regclass('ops.much')") is None

    await run(empty, f"create function public.full(a int) returns int immutable language plpgsql as $$ {full} $$")
    expand.write_text("create table ops.much as select 1 a;")
    index.write_text("create index concurrently if not exists much_a on ops.much (public.full(a));")
    with pytest.raises(migrate.SchemaMismatch, match=r"(?s)9002_index_much.*No space.*Make room and run the same"):
        await app.migrate_site(empty)
    assert await run(empty, "select to_regclass('ops.much_a')") is None, "half an index keeps the room it took"
    await run(empty, "create or replace function public.full(a int) returns int immutable language sql as 'select a'")
    assert await app.migrate_site(empty) == ["9002_index_much.sql"]


async def test_what_removes_waits_until_it_is_asked_for(empty: Addresses, storage: Path) -> None:
    (storage / "migrations" / "9001_expand_more.sql").write_text("create table ops.more (a int);")
    (storage / "migrations" / "9002_contract_more.sql").write_text("drop table ops.more;")
    assert "9002_contract_more.sql" not in await app.migrate_site(empty)
    assert await run(empty, "select to_regclass('ops.more')") is not None
    assert await app.migrate_site(empty, contract=True) == ["9002_contract_more.sql"]
    assert await run(empty, "select to_regclass('ops.more')") is None


async def test_a_lock_that_is_not_to_be_had_is_asked_for_again_and_nobody_queues_behind_us(
        empty: Addresses, storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await app.migrate_site(empty)
    (storage / "migrations" / "9001_expand_busy.sql").write_text("alter table ops.setting add column note text;")
    holder = await asyncpg.connect(**empty.main["owner"])
    reader = await asyncpg.connect(**empty.main["reader"])
    longest_s = 0.0
    try:
        await holder.execute("begin; select * from ops.setting")
        migrating = asyncio.create_task(app.migrate_site(empty))
        until_s = time.monotonic() + 1.5
        while time.monotonic() < until_s:
            began = time.monotonic()
            await reader.fetch("select count(*) from ops.setting")
            longest_s = max(longest_s, time.monotonic() - began)
        assert not migrating.done()
        await holder.execute("commit")
        assert "9001_expand_busy.sql" in await migrating
        assert longest_s < 0.5

        (storage / "migrations" / "9002_expand_busy.sql").write_text("alter table ops.setting add column more text;")
        await holder.execute("begin; select * from ops.setting")
        monkeypatch.setattr(migrate, "LOCK_PATIENCE_S", 0.3)
        with pytest.raises(migrate.SchemaMismatch, match="lock timeout"):
            await app.migrate_site(empty)
    finally:
        await holder.close()
        await reader.close()


async def test_what_would_keep_people_waiting_is_ended_and_undone(empty: Addresses, storage: Path) -> None:
    await app.migrate_site(empty)
    (storage / "migrations" / "9001_expand_slow.sql").write_text(
        "create table ops.more (a int); select pg_sleep(1.2); alter table ops.setting add column note text;"
        "select pg_sleep(3);")
    member = await asyncpg.connect(**empty.main["writer"])
    longest_s = 0.0
    try:
        migrating = asyncio.create_task(app.migrate_site(empty))
        while not migrating.done():
            began = time.monotonic()
            await member.fetch("select count(*) from ops.setting")
            longest_s = max(longest_s, time.monotonic() - began)
            await asyncio.sleep(0.005)
        with pytest.raises(migrate.StandsInTheWay, match=r"9001_expand_slow.*ops\.setting"):
            await migrating
        assert 0.5 < longest_s < 1.0
        assert await run(empty, "select to_regclass('ops.more')") is None
    finally:
        await member.close()
    # With nobody there it may take its time.
    assert "9001_expand_slow.sql" in await app.migrate_site(empty)


async def test_indexes_are_built_beside_the_traffic_and_again_after_an_interruption(
        empty: Addresses, storage: Path) -> None:
    await app.migrate_site(empty)
    await run(empty, "insert into ops.setting (name, value) values ('a', '1'), ('b', '1')")
    path = storage / "migrations" / "9001_index_settings.sql"
    path.write_text("-- twice the same value: this build breaks off and leaves an invalid index\n"
                    "create unique index concurrently if not exists setting_value on ops.setting (value);")
    with pytest.raises(migrate.SchemaMismatch, match="9001_index_settings"):
        await app.migrate_site(empty)
    await run(empty, "delete from ops.setting where name = 'b'")
    assert "9001_index_settings.sql" in await app.migrate_site(empty)
    assert await run(empty, "select indisvalid from pg_index where indexrelid = 'ops.setting_value'::regclass")

    (storage / "migrations" / "9002_index_wrong.sql").write_text("alter table ops.setting add column more text;")
    with pytest.raises(migrate.SchemaMismatch, match="only `create index concurrently"):
        await app.migrate_site(empty)


async def test_what_an_older_release_calls_stays_until_it_is_gone(
        empty: Addresses, mine: Path) -> None:
    made = "create or replace function ops.{} returns int language plpgsql security definer set search_path = '' as $$ "
    mine.write_text(made.format("answer(p_system text)") + "begin return 1; end $$;")
    await app.migrate_site(empty)
    system = await asyncpg.connect(**empty.main["system"])
    try:
        assert await system.fetchval("select ops.answer('test')") == 1
        mine.write_text(made.format("answer(p_system text, p_more int)") + "begin return 2; end $$;")
        await app.migrate_site(empty)
        assert await system.fetchval("select ops.answer('test')") == 1
        assert await system.fetchval("select ops.answer('test', 1)") == 2
        owner = await asyncpg.connect(**empty.main["owner"])
        assert await migrate.drop_left_over(owner) == 1
        await owner.close()
        with pytest.raises(asyncpg.UndefinedFunctionError):
            await system.fetchval("select ops.answer('test')")
        assert await system.fetchval("select ops.answer('test', 1)") == 2
    finally:
        await system.close()


async def test_while_somebody_is_served_functions_keep_their_numbers_and_calls_under_way_find_them(
        empty: Addresses, mine: Path) -> None:
    made = "create or replace function ops.answer(p_digest bytea) returns {} language sql {} as $$ select {} $$;"
    number = "select 'ops.answer(bytea)'::regprocedure::oid"
    mine.write_text(made.format("int", "stable", "1"))
    await app.migrate_site(empty)
    reader = await asyncpg.connect(**empty.main["reader"])
    try:
        first = await run(empty, number)
        assert await reader.fetchval("select ops.answer($1)", b"") == 1
        mine.write_text(made.format("int", "stable", "2"))
        await app.migrate_site(empty)
        assert await run(empty, number) == first and await reader.fetchval("select ops.answer($1)", b"") == 2

        # Written over, it has the rights of what it is now.
        mine.write_text(made.format("int", "volatile", "3"))
        await app.migrate_site(empty)
        assert await run(empty, number) == first
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await reader.fetchval("select ops.answer($1)", b"")

        # What callers see has changed: that cannot be written over.
        mine.write_text(made.format("text", "stable", "'four'"))
        await app.migrate_site(empty)
        assert await run(empty, number) != first and await run(empty, "select ops.answer('')") == "four"
    finally:
        await reader.close()


async def test_functions_are_replaced_when_their_text_changes(
        empty: Addresses, mine: Path) -> None:
    head = "create or replace function ops.answer(p_system text) returns int language plpgsql as $$ begin return "
    for answer in (1, 2):
        mine.write_text(f"{head} {answer}; end $$;")
        assert "functions:tests/functions.sql" in await app.migrate_site(empty)
        assert await run(empty, "select ops.answer('test')") == answer
    assert await app.migrate_site(empty) == []
    system = await asyncpg.connect(**empty.main["system"])
    reader = await asyncpg.connect(**empty.main["reader"])
    try:
        assert await system.fetchval("select ops.answer('test')") == 2
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await reader.fetchval("select ops.answer('test')")
    finally:
        await system.close()
        await reader.close()


async def test_what_a_migration_made_stays_also_where_the_numbers_of_functions_are_others(
        empty: Addresses, storage: Path) -> None:
    await app.migrate_site(empty)
    triggers = await run(empty, "select count(*) from pg_trigger where not tgisinternal")
    # As release 0.1.0 left it, which knows them by number; and after a dump of it was loaded.
    await run(empty, "drop table petrel_migrations.made")
    path = storage / "grants.sql"
    path.write_text(path.read_text() + "\n-- once more\n")
    await app.migrate_site(empty)
    assert await run(empty, "select count(*) from petrel_migrations.made") > 5
    await run(empty, "update petrel_migrations.kept set oid = oid::bigint + 1000000")
    path.write_text(path.read_text() + "\n-- twice\n")
    await app.migrate_site(empty)
    assert await run(empty, "select count(*) from pg_trigger where not tgisinternal") == triggers
    assert await run(empty, "select count(*) from petrel_migrations.kept k join pg_proc p on p.oid = k.oid") > 5


async def test_followers_get_their_places(empty: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "FOLLOWERS", {"one": None, "two": None})
    await app.migrate_site(empty)
    await app.register_followers(empty)
    assert await run(empty, "select count(*) from ops.follower where epoch = 1 and xid > 0") == 2
    before = await run(empty, "select sum(xid) from ops.follower")
    await run(empty, "insert into ops.setting (name, value) values ('a', '1')")
    await app.register_followers(empty)
    assert await run(empty, "select sum(xid) from ops.follower") == before
