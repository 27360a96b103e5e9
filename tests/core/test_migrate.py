"""Migrations run once each, in order, together with the functions; what has landed is never edited."""

import asyncio
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from petrel import app
from petrel.core import journal
from petrel.storage import applying, migrate, replacing, rights
from petrel.storage.pools import Addresses
from tests.conftest import Server, loop


@pytest.fixture
def empty(server: Server) -> Iterator[Addresses]:
    """Two databases with nothing in them."""
    name = f"{server.prefix}_empty"
    yield loop().run_until_complete(server.copy(name, None))
    loop().run_until_complete(server.drop(name))


@pytest.fixture
def ready(server: Server) -> Iterator[Addresses]:
    """Two databases as this release makes them."""
    name = f"{server.prefix}_ready"
    yield loop().run_until_complete(server.copy(name, f"{server.prefix}_template"))
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


async def test_a_migration_that_landed_is_never_edited(ready: Addresses, storage: Path) -> None:
    await app.migrate_site(ready)
    path = storage / "migrations" / "0001_expand_foundation.sql"
    path.write_text(path.read_text() + "\n-- a thought\n")
    with pytest.raises(migrate.SchemaMismatch, match=r"0001_expand_foundation\.sql has changed"):
        await app.migrate_site(ready)


async def test_one_that_fails_leaves_nothing_behind_and_says_which(empty: Addresses, storage: Path) -> None:
    (storage / "migrations" / "9001_expand_broken.sql").write_text(
        "create table ops.half (a int); select * from nowhere;")
    with pytest.raises(migrate.SchemaMismatch, match="9001_expand_broken"):
        await app.migrate_site(empty)
    assert await run(empty, "select to_regclass('ops.half')") is None
    (storage / "migrations" / "9001_expand_broken.sql").unlink()
    await app.migrate_site(empty)
    assert await run(empty, "select to_regclass('ops.follower')") is not None


async def test_a_disk_that_fills_undoes_what_was_begun_and_says_what_to_do(ready: Addresses, storage: Path) -> None:
    await app.migrate_site(ready)
    full = "begin raise exception 'No space left on device' using errcode = 'disk_full'; end"
    expand, index = (storage / "migrations" / name for name in ("9001_expand_much.sql", "9002_index_much.sql"))
    expand.write_text(f"create table ops.much as select 1 a; do $$ {full} $$;")
    with pytest.raises(migrate.SchemaMismatch, match=r"(?s)9001_expand_much.*No space.*Make room and run the same"):
        await app.migrate_site(ready)
    assert await run(ready, "select to_regclass('ops.much')") is None

    await run(ready, f"create function public.full(a int) returns int immutable language plpgsql as $$ {full} $$")
    expand.write_text("create table ops.much as select 1 a;")
    index.write_text("create index concurrently if not exists much_a on ops.much (public.full(a));")
    with pytest.raises(migrate.SchemaMismatch, match=r"(?s)9002_index_much.*No space.*Make room and run the same"):
        await app.migrate_site(ready)
    assert await run(ready, "select to_regclass('ops.much_a')") is None, "half an index keeps the room it took"
    await run(ready, "create or replace function public.full(a int) returns int immutable language sql as 'select a'")
    assert await app.migrate_site(ready) == ["9002_index_much.sql"]


async def test_what_removes_waits_until_it_is_asked_for(ready: Addresses, storage: Path) -> None:
    (storage / "migrations" / "9001_expand_more.sql").write_text("create table ops.more (a int);")
    (storage / "migrations" / "9002_contract_more.sql").write_text("drop table ops.more;")
    assert "9002_contract_more.sql" not in await app.migrate_site(ready)
    assert await run(ready, "select to_regclass('ops.more')") is not None
    ran = await app.migrate_site(ready, contract=True)
    assert ran[-1] == "9002_contract_more.sql" and all("_contract_" in name for name in ran)
    assert await run(ready, "select to_regclass('ops.more')") is None


async def test_a_lock_that_is_not_to_be_had_is_asked_for_again_and_nobody_queues_behind_us(
        ready: Addresses, storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await app.migrate_site(ready)
    (storage / "migrations" / "9001_expand_busy.sql").write_text("alter table ops.setting add column note text;")
    holder = await asyncpg.connect(**ready.main["owner"])
    reader = await asyncpg.connect(**ready.main["reader"])
    longest_s = 0.0
    try:
        await holder.execute("begin; select * from ops.setting")
        migrating = asyncio.create_task(app.migrate_site(ready))
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
        monkeypatch.setattr(applying, "LOCK_PATIENCE_S", 0.3)
        with pytest.raises(migrate.SchemaMismatch, match="lock timeout"):
            await app.migrate_site(ready)
    finally:
        await holder.close()
        await reader.close()


async def test_what_would_keep_people_waiting_is_ended_and_undone(ready: Addresses, storage: Path) -> None:
    await app.migrate_site(ready)
    (storage / "migrations" / "9001_expand_slow.sql").write_text(
        "create table ops.more (a int); select pg_sleep(1.2); alter table ops.setting add column note text;"
        "select pg_sleep(3);")
    member = await asyncpg.connect(**ready.main["writer"])
    longest_s = 0.0
    try:
        migrating = asyncio.create_task(app.migrate_site(ready))
        while not migrating.done():
            began = time.monotonic()
            await member.fetch("select count(*) from ops.setting")
            longest_s = max(longest_s, time.monotonic() - began)
            await asyncio.sleep(0.005)
        with pytest.raises(migrate.StandsInTheWay, match=r"9001_expand_slow.*ops\.setting"):
            await migrating
        assert 0.5 < longest_s < 1.0
        assert await run(ready, "select to_regclass('ops.more')") is None
    finally:
        await member.close()
    # With nobody there it may take its time.
    assert "9001_expand_slow.sql" in await app.migrate_site(ready)


async def test_indexes_are_built_beside_the_traffic_and_again_after_an_interruption(
        ready: Addresses, storage: Path) -> None:
    await app.migrate_site(ready)
    await run(ready, "insert into ops.setting (name, value) values ('a', '1'), ('b', '1')")
    path = storage / "migrations" / "9001_index_settings.sql"
    path.write_text("-- twice the same value: this build breaks off and leaves an invalid index\n"
                    "create unique index concurrently if not exists setting_value on ops.setting (value);")
    with pytest.raises(migrate.SchemaMismatch, match="9001_index_settings"):
        await app.migrate_site(ready)
    await run(ready, "delete from ops.setting where name = 'b'")
    assert "9001_index_settings.sql" in await app.migrate_site(ready)
    assert await run(ready, "select indisvalid from pg_index where indexrelid = 'ops.setting_value'::regclass")

    (storage / "migrations" / "9002_index_wrong.sql").write_text("alter table ops.setting add column more text;")
    with pytest.raises(migrate.SchemaMismatch, match="only `create index concurrently"):
        await app.migrate_site(ready)


async def test_what_an_older_release_calls_stays_until_it_is_gone(
        ready: Addresses, mine: Path) -> None:
    made = "create or replace function ops.{} returns int language plpgsql security definer set search_path = '' as $$ "
    mine.write_text(made.format("answer(p_system text)") + "begin return 1; end $$;")
    await app.migrate_site(ready)
    system = await asyncpg.connect(**ready.main["system"])
    try:
        assert await system.fetchval("select ops.answer('test')") == 1
        mine.write_text(made.format("answer(p_system text, p_more int)") + "begin return 2; end $$;")
        await app.migrate_site(ready)
        assert await system.fetchval("select ops.answer('test')") == 1
        assert await system.fetchval("select ops.answer('test', 1)") == 2
        owner = await asyncpg.connect(**ready.main["owner"])
        assert await replacing.drop_left_over(owner) == 1
        await owner.close()
        with pytest.raises(asyncpg.UndefinedFunctionError):
            await system.fetchval("select ops.answer('test')")
        assert await system.fetchval("select ops.answer('test', 1)") == 2
    finally:
        await system.close()


async def test_what_an_older_release_calls_stays_with_the_types_it_is_of(ready: Addresses, mine: Path) -> None:
    made = """
do $$ begin create type ops.{0} as (one int, "order" text{1}); exception when duplicate_object then null; end $$;
create or replace function ops.inner(p_system text{2}) returns setof ops.{0} language sql stable
security definer set search_path = '' as $$ select {3} $$;
create or replace function ops.answer(p_system text{2}) returns setof ops.{0} language sql stable
security definer set search_path = '' as $$ select * from ops.inner({4}) $$;
create or replace function ops.same(p_system text) returns {5} language sql stable as $$ select {6} $$;
"""
    mine.write_text(made.format("before", "", "", "1, 'a'", "p_system", "int", "1"))
    await app.migrate_site(ready)
    number = "select 'ops.inner(text)'::regprocedure::oid"
    first = await run(ready, number)
    system = await asyncpg.connect(**ready.main["system"])
    try:
        mine.write_text(made.format("after", ", two int", ", p_more int", "1, 'b', 2", "p_system, p_more", "text",
                                    "'two'"))
        await app.migrate_site(ready)
        assert tuple(await system.fetchrow("select * from ops.answer('test')")) == (1, "a")
        assert tuple(await system.fetchrow("select * from ops.answer('test', 1)")) == (1, "b", 2)
        assert await system.fetchval("select ops.same('test')") == "two"
        assert await run(ready, number) == first        # what did not change was not touched
        owner = await asyncpg.connect(**ready.main["owner"])
        assert await replacing.drop_left_over(owner) == 3
        await owner.close()
        assert await run(ready, "select to_regtype('ops.before')") is None
        assert tuple(await system.fetchrow("select * from ops.answer('test', 1)")) == (1, "b", 2)

        # A type that both know has changed: all is made anew.
        mine.write_text(made.format("after", ", two int, three int", ", p_last bigint", "1, 'c', 2, 3",
                                    "p_system, p_last", "text", "'three'"))
        await app.migrate_site(ready)
        assert (await system.fetchrow("select * from ops.answer('test', 1::bigint)"))["three"] == 3
        assert await system.fetchval("select ops.same('test')") == "three"
    finally:
        await system.close()


async def test_a_function_that_a_release_has_no_longer_goes_whichever_room_it_was_of(
        ready: Addresses, mine: Path) -> None:
    texts = "".join(path.read_text() for path in app.function_files() if path != mine)
    rooms = set(re.findall(r"^create or replace function (\w+)\.", texts, re.M))
    assert {"about", "discovery", "drafts", "media", "posts"} <= rooms
    mine.write_text("".join(f"create or replace function {room}.passing(p_system text) returns text language sql "
                            f"security definer set search_path = '' as $$ select '{room}' $$;" for room in rooms))
    await app.migrate_site(ready)
    system = await asyncpg.connect(**ready.main["system"])
    try:
        for room in rooms:
            assert await system.fetchval(f"select {room}.passing('test')") == room
    finally:
        await system.close()
    mine.write_text("select 1;")
    await app.migrate_site(ready)
    assert await run(ready, "select array_agg(oid::regprocedure::text) from pg_proc where proname = 'passing'") is None


async def test_while_somebody_is_served_functions_keep_their_numbers_and_calls_under_way_find_them(
        ready: Addresses, mine: Path) -> None:
    made = "create or replace function ops.answer(p_digest bytea) returns {} language sql {} as $$ select {} $$;"
    number = "select 'ops.answer(bytea)'::regprocedure::oid"
    mine.write_text(made.format("int", "stable", "1"))
    await app.migrate_site(ready)
    reader = await asyncpg.connect(**ready.main["reader"])
    try:
        first = await run(ready, number)
        assert await reader.fetchval("select ops.answer($1)", b"") == 1
        mine.write_text(made.format("int", "stable", "2"))
        await app.migrate_site(ready)
        assert await run(ready, number) == first and await reader.fetchval("select ops.answer($1)", b"") == 2

        # Written over, it has the rights of what it is now.
        mine.write_text(made.format("int", "volatile", "3"))
        await app.migrate_site(ready)
        assert await run(ready, number) == first
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await reader.fetchval("select ops.answer($1)", b"")

        # What callers see has changed: that cannot be written over.
        mine.write_text(made.format("text", "stable", "'four'"))
        await app.migrate_site(ready)
        assert await run(ready, number) != first and await run(ready, "select ops.answer('')") == "four"
    finally:
        await reader.close()


async def test_functions_are_replaced_when_their_text_changes(
        ready: Addresses, mine: Path) -> None:
    head = "create or replace function ops.answer(p_system text) returns int language plpgsql as $$ begin return "
    for answer in (1, 2):
        mine.write_text(f"{head} {answer}; end $$;")
        assert "functions:tests/functions.sql" in await app.migrate_site(ready)
        assert await run(ready, "select ops.answer('test')") == answer
    assert await app.migrate_site(ready) == []
    system = await asyncpg.connect(**ready.main["system"])
    reader = await asyncpg.connect(**ready.main["reader"])
    try:
        assert await system.fetchval("select ops.answer('test')") == 2
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await reader.fetchval("select ops.answer('test')")
    finally:
        await system.close()
        await reader.close()


async def test_what_a_migration_made_stays_also_where_the_numbers_of_functions_are_others(
        ready: Addresses, storage: Path) -> None:
    await app.migrate_site(ready)
    triggers = await run(ready, "select count(*) from pg_trigger where not tgisinternal")
    # As release 0.1.0 left it, which knows them by number; and after a dump of it was loaded.
    await run(ready, "drop table petrel_migrations.made")
    path = storage / "grants.sql"
    path.write_text(path.read_text() + "\n-- once more\n")
    await app.migrate_site(ready)
    assert await run(ready, "select count(*) from petrel_migrations.made") > 5
    await run(ready, "update petrel_migrations.kept set oid = oid::bigint + 1000000")
    path.write_text(path.read_text() + "\n-- twice\n")
    await app.migrate_site(ready)
    assert await run(ready, "select count(*) from pg_trigger where not tgisinternal") == triggers
    assert await run(ready, "select count(*) from petrel_migrations.kept k join pg_proc p on p.oid = k.oid") > 5


async def strange(addresses: Addresses) -> list[str]:
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        return [f"{'-' if one.is_missing else '+'} {one.who} {one.may} {one.what}"
                for one in await rights.changed(connection)]
    finally:
        await connection.close()


async def test_what_somebody_gave_or_took_at_the_database_is_told_and_made_what_it_was(
        ready: Addresses, mine: Path) -> None:
    mine.write_text("select 1;")
    await app.migrate_site(ready)
    assert await strange(ready) == []
    for words in ("revoke update on ops.follower from petrel_system",
                  "grant select on messages.message to petrel_writer",
                  "grant select (secret_hash) on accounts.credential to public",
                  "grant usage on schema journal to petrel_reader",
                  "grant execute on function ops.health(bytea) to public"):
        await run(ready, words)
    assert await strange(ready) == ["- petrel_system update table ops.follower",
                                    "+ public select column accounts.credential.secret_hash",
                                    "+ public execute function ops.health(bytea)",
                                    "+ petrel_reader usage schema journal",
                                    "+ petrel_writer select table messages.message"]
    assert await app.migrate_site(ready) == ["functions:storage/grants.sql"]
    assert await strange(ready) == [] and await app.migrate_site(ready) == []
    assert await run(ready, "select has_table_privilege('petrel_system', 'ops.follower', 'update')")
    assert not await run(ready, "select has_schema_privilege('petrel_reader', 'journal', 'usage')")

    # A release that comes in the meantime takes it for nothing that it gave.
    await run(ready, "grant usage on schema journal to petrel_reader")
    mine.write_text("select 2;")
    await app.migrate_site(ready)
    assert not await run(ready, "select has_schema_privilege('petrel_reader', 'journal', 'usage')")


async def test_followers_get_their_places(empty: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "FOLLOWERS", {"one": None, "two": None})
    await app.migrate_site(empty)
    await app.register_followers(empty)
    assert await run(empty, "select count(*) from ops.follower where epoch = 1 and xid > 0") == 2
    before = await run(empty, "select sum(xid) from ops.follower")
    await run(empty, "insert into ops.setting (name, value) values ('a', '1')")
    await app.register_followers(empty)
    assert await run(empty, "select sum(xid) from ops.follower") == before
