"""Migrations run once each, in order, together with the functions; what has landed is never edited."""

import asyncio
import shutil
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


async def test_what_removes_waits_until_it_is_asked_for(empty: Addresses, storage: Path) -> None:
    (storage / "migrations" / "9001_expand_more.sql").write_text("create table ops.more (a int);")
    (storage / "migrations" / "9002_contract_more.sql").write_text("drop table ops.more;")
    assert "9002_contract_more.sql" not in await app.migrate_site(empty)
    assert await run(empty, "select to_regclass('ops.more')") is not None
    assert await app.migrate_site(empty, contract=True) == ["9002_contract_more.sql"]
    assert await run(empty, "select to_regclass('ops.more')") is None


async def test_a_lock_that_is_not_to_be_had_is_not_waited_for_long(
        empty: Addresses, storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await app.migrate_site(empty)
    (storage / "migrations" / "9001_expand_busy.sql").write_text(
        "set local lock_timeout = '50ms'; alter table ops.setting add column note text;")
    holder = await asyncpg.connect(**empty.main["owner"])
    try:
        await holder.execute("begin; select * from ops.setting")
        with pytest.raises(migrate.SchemaMismatch, match="lock timeout"):
            await app.migrate_site(empty)
    finally:
        await holder.close()


async def test_functions_are_replaced_when_their_text_changes(
        empty: Addresses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tests").mkdir()
    mine = tmp_path / "tests" / "functions.sql"
    files = app.function_files()
    monkeypatch.setattr(app, "function_files", lambda: [*files, mine])
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


async def test_followers_get_their_places(empty: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "FOLLOWERS", {"one": None, "two": None})
    await app.migrate_site(empty)
    await app.register_followers(empty)
    assert await run(empty, "select count(*) from ops.follower where epoch = 1 and xid > 0") == 2
    before = await run(empty, "select sum(xid) from ops.follower")
    await run(empty, "insert into ops.setting (name, value) values ('a', '1')")
    await app.register_followers(empty)
    assert await run(empty, "select sum(xid) from ops.follower") == before
