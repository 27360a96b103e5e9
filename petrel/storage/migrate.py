"""Migrations: plain SQL files, run in order, each once, each in one transaction with a lock timeout.

`NNNN_expand_name.sql` adds and may run while the older release still serves; `NNNN_index_name.sql` builds indexes
beside the traffic, outside a transaction; `NNNN_contract_name.sql` removes and runs only when asked for (`petrel
migrate --contract`), after the older release is gone. Then the *functions* (`replacing.py`). Last the data inventory, a
comment on every column, when its text has changed or a migration ran. All of it under one advisory lock, so that
processes that start together migrate once.

While parts of Petrel are signed in nothing of this stands in their way for a second: a lock is asked for during 200 ms
at a time, and what holds one for longer is ended and undone (`storage/locks.py`). See decision 0024.
"""

import asyncio
import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import asyncpg

from petrel.storage import rights
from petrel.storage.applying import (
    LOCK_AGAIN_S,
    LOCK_TIMEOUT_MS,
    NOTE,
    SchemaMismatch,
    digest_of,
    patiently,
    said,
    statements,
)
from petrel.storage.locks import MOST_S, gauged, is_served
from petrel.storage.policy import POLICY
from petrel.storage.postgres.errors import StorageError
from petrel.storage.replacing import THERE, replace_changed

LOCK = 0x7065747265_6C   # "petrel"
BOOK = """
create schema if not exists petrel_migrations;
create table if not exists petrel_migrations.done (
  name text primary key, digest text not null, at timestamptz not null default now());
grant usage on schema petrel_migrations to petrel_owner;
grant select on petrel_migrations.done to petrel_owner;
do $$ begin                -- or nobody is told of a superuser's transaction that holds all others up
  grant pg_read_all_stats to petrel_owner;
exception when insufficient_privilege then null; end $$;
create table if not exists petrel_migrations.kept (oid oid primary key);
create table if not exists petrel_migrations.made (signature text primary key);
create table if not exists petrel_migrations.left_over (signature text primary key);
""" + rights.BOOK
# An older program that migrates all the same, because it is too old to ask first: its first step fails whole.
GUARD = """
do $$ begin
  if to_regprocedure('law.refuse_older()') is not null and not exists (
      select from pg_trigger t where t.tgrelid = 'petrel_migrations.done'::regclass and t.tgname = 'refuse_older') then
    create trigger refuse_older before insert or update or delete or truncate on petrel_migrations.done
      for each statement execute function law.refuse_older();
  end if;
end $$;
"""
# What numbered migrations made stays when the function files are replaced. It is known by name: functions have other
# numbers after a dump is loaded. Release 0.1.0 knows it by number, and has to, when it is put back.
MADE = f"insert into petrel_migrations.made select signature from ({THERE}) t where signature <> all ($1::text[])"
KNOWN_BY_NUMBER = f"""
insert into petrel_migrations.made select signature from ({THERE}) t
 where not exists (select from petrel_migrations.made) and oid in (select oid from petrel_migrations.kept)
"""
NUMBERS_ANEW = f"""
with now as (select oid from ({THERE}) t where signature in (select signature from petrel_migrations.made)),
     gone as (delete from petrel_migrations.kept where oid not in (select oid from now))
insert into petrel_migrations.kept select oid from now on conflict do nothing
"""
INDEX = re.compile(r"create (?:unique )?index concurrently if not exists (\w+) on (?:only )?(\w+)\.(\w+)\b", re.I)
INVALID = """
select exists (select from pg_index i join pg_class c on c.oid = i.indexrelid
                 join pg_namespace n on n.oid = c.relnamespace
                where n.nspname = $1 and c.relname = $2 and not i.indisvalid)
"""
COLUMNS = """
select format('%s.%s.%s', n.nspname, c.relname, a.attname) from pg_attribute a
  join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace where a.attnum > 0
"""
COMMENT = re.compile(r"^comment on column (\S+) is '.*';$", re.M)
STORAGE = Path(str(files("petrel.storage")))


class StandsInTheWay(SchemaMismatch):
    """A migration would keep people waiting"""

    def __init__(self, name: str, relation: str) -> None:
        super().__init__(f"{name} would keep everybody from {relation} for more than {MOST_S:g} s. It was ended, and "
                         "what it had done is undone.",
                         "Try again when there is less traffic; or stop the site, and run `petrel migrate`.")


class OlderProgram(StorageError):
    """The site's privacy policy is newer than what this program knows"""

    def __init__(self, in_force: int) -> None:
        super().__init__(f"The privacy policy in force on this site is number {in_force}; this program knows {POLICY}. "
                         "It changes nothing in the database and serves what is public.",
                         "Start a release that knows the policy, or a newer one. The number is never lowered.")
        self.in_force = in_force


async def policy_in_force(connection: Any) -> int:
    """The number of the privacy policy; 0 for a database that has none yet."""
    if await connection.fetchval("select to_regclass('law.policy')") is None:
        return 0
    return int(await connection.fetchval("select coalesce(max(version), 0) from law.policy"))


async def migrate_main(connection: Any, functions: Sequence[Path], *, contract: bool = False,
                       watcher: Any | None = None) -> list[str]:
    """Brings the main cluster up to date; `connection` is the administrator's, `watcher` another of the same login,
    without which nothing limits how long a migration holds a lock. Returns what was run."""
    return await _migrate(connection, watcher, STORAGE / "migrations", functions, contract)


async def migrate_keyring(connection: Any, *, contract: bool = False, watcher: Any | None = None) -> list[str]:
    return await _migrate(connection, watcher, STORAGE / "keyring", (), contract)


async def pending(connection: Any, folder: Path) -> list[Path]:
    """The migrations of `folder` that this database has not seen, contract steps too. Errors: SchemaMismatch."""
    is_new = await connection.fetchval("select to_regclass('petrel_migrations.done')") is None
    done = {} if is_new else await _done(connection)
    return _pending(folder, done)


async def _migrate(connection: Any, watcher: Any | None, folder: Path, functions: Sequence[Path],
                   contract: bool) -> list[str]:
    # Asked for again and again: a statement that waits would be waited for by whoever builds an index meanwhile.
    while not await connection.fetchval("select pg_try_advisory_lock($1::bigint)", LOCK):   # noqa: ASYNC110
        await asyncio.sleep(LOCK_AGAIN_S)
    try:
        await connection.execute((STORAGE / "roles.sql").read_text())
        await connection.execute(BOOK)
        await connection.execute(KNOWN_BY_NUMBER)
        served = await is_served(connection)
        done = await _done(connection)
        ran = await _run_new(connection, watcher if served else None, folder, done, contract)
        await connection.execute(GUARD)
        if functions:
            ran += await replace_changed(connection, [*functions, STORAGE / "grants.sql"], done, bool(ran), served)
        return ran + await _describe(connection, folder, done, bool(ran))
    finally:
        await connection.fetch("select pg_advisory_unlock($1::bigint)", LOCK)


async def _done(connection: Any) -> dict[str, str]:
    return {r["name"]: r["digest"] for r in await connection.fetch("select name, digest from petrel_migrations.done")}


def _pending(folder: Path, done: dict[str, str]) -> list[Path]:
    found = []
    for path in sorted(folder.glob("[0-9]*.sql")):
        if path.name not in done:
            found.append(path)
        elif done[path.name] != digest_of(path.read_text()):
            raise SchemaMismatch(f"{path.name} has changed since it was run on this database. "
                                 "Never edit a migration that has landed; add a new one.")
    return found


async def _run_new(connection: Any, watcher: Any | None, folder: Path, done: dict[str, str],
                   contract: bool) -> list[str]:
    ran = []
    for path in _pending(folder, done):
        if "_contract_" in path.name and not contract:
            continue
        text = path.read_text()
        if "_index_" in path.name:
            await _build_indexes(connection, text, path.name)
        else:
            await _run(connection, text, path.name, watcher)
        ran.append(path.name)
    await connection.execute(NUMBERS_ANEW)
    return ran


async def _build_indexes(connection: Any, text: str, name: str) -> None:
    """One after the other, beside reading and writing. What an interrupted build left is built anew."""
    statements = [s.strip() for s in re.sub(r"--[^\n]*", "", text).split(";") if s.strip()]
    if not all(INDEX.match(" ".join(s.split())) for s in statements):
        raise SchemaMismatch(f"{name}: only `create index concurrently if not exists NAME on SCHEMA.TABLE`, one after "
                             "the other, may stand in a migration named index")
    await connection.execute("set lock_timeout = 0; set role petrel_owner")
    try:
        for statement in statements:
            index, schema, _table = INDEX.match(" ".join(statement.split())).groups()   # type: ignore[union-attr]
            if await connection.fetchval(INVALID, schema, index):
                await connection.execute(f"drop index concurrently {schema}.{index}")
            try:
                await connection.execute(statement)
            except asyncpg.DiskFullError:       # what is half built holds the room that is missing
                await connection.execute(f"drop index concurrently if exists {schema}.{index}")
                raise
    except asyncpg.PostgresError as e:
        raise said(name, e) from e
    finally:
        await connection.execute("reset role; reset lock_timeout")
    await connection.execute(NOTE, name, digest_of(text))


async def _describe(connection: Any, folder: Path, done: dict[str, str], force: bool) -> list[str]:
    """The comments on columns, as the administrator, who owns the book of migrations too.

    Columns that are not there are passed over: two releases may run at once, and one has them. Tests find the rest.
    """
    path = (STORAGE if folder.name == "migrations" else folder) / "inventory.sql"
    text, name = path.read_text(), f"inventory:{path.parent.name}/{path.name}"
    digest = digest_of(text)
    if not force and done.get(name) == digest:
        return []
    there = {row[0] for row in await connection.fetch(COLUMNS)}
    lines = [m[0] for m in COMMENT.finditer(text) if m[1] in there]

    async def describe() -> None:
        async with connection.transaction():
            # Nobody who reads or writes waits for this lock; a vacuum may hold it for long.
            await connection.execute("set local lock_timeout = '10s'")
            await statements(connection, "\n".join(lines), name, digest, role="none")

    await patiently(describe, name)
    return [name] if done.get(name) != digest else []


async def _run(connection: Any, text: str, name: str, watcher: Any | None) -> None:
    async def run() -> None:
        async with connection.transaction():
            await connection.execute(f"set local lock_timeout = '{LOCK_TIMEOUT_MS}ms'")
            async with gauged(connection, watcher, end_it=True) as gauge:
                before = [row["signature"] for row in await connection.fetch(THERE)]
                try:
                    await statements(connection, text, name, digest_of(text))
                    await connection.execute(MADE, before)
                except (SchemaMismatch, asyncpg.QueryCanceledError) as e:
                    if gauge.cut:
                        raise StandsInTheWay(name, gauge.relation) from e
                    raise

    await patiently(run, name)
