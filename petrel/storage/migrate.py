"""Migrations: plain SQL files, run in order, each once, each in one transaction with a lock timeout.

`NNNN_expand_name.sql` adds and may run while the older release still serves; `NNNN_contract_name.sql` removes and
runs only when asked for (`petrel migrate --contract`), after the older release is gone. Then the *functions*: files
that are replaced whole, and the grants with them, in one transaction, whenever the text of one has changed; running
processes see the old ones until it commits. Last the data inventory, a comment on every column, when its text has
changed or a migration ran. All of it under one advisory lock, so that processes that start together migrate once.
"""

import hashlib
import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import asyncpg

from petrel.storage.policy import POLICY
from petrel.storage.postgres.errors import StorageError

LOCK = 0x7065747265_6C   # "petrel"
BOOK = """
create schema if not exists petrel_migrations;
create table if not exists petrel_migrations.done (
  name text primary key, digest text not null, at timestamptz not null default now());
create table if not exists petrel_migrations.kept (oid oid primary key);
"""
THERE = """
select p.oid from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = any ($1) union all
select t.oid from pg_type t join pg_namespace n on n.oid = t.typnamespace where n.nspname = any ($1)
"""
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
# What numbered migrations made stays when the function files are replaced.
KEEP = f"insert into petrel_migrations.kept (oid) select oid from ({THERE}) t where oid <> all ($2::oid[])"
REPLACED = """
select format('drop function %s cascade', p.oid::regprocedure) as drop, 1 as step
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
 where n.nspname = any ($1) and p.oid not in (select oid from petrel_migrations.kept)
union all
select format('drop type %s', t.oid::regtype), 2
  from pg_type t join pg_namespace n on n.oid = t.typnamespace join pg_class c on c.oid = t.typrelid
 where n.nspname = any ($1) and c.relkind = 'c' and t.oid not in (select oid from petrel_migrations.kept)
order by step
"""
COLUMNS = """
select format('%s.%s.%s', n.nspname, c.relname, a.attname) from pg_attribute a
  join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace where a.attnum > 0
"""
COMMENT = re.compile(r"^comment on column (\S+) is '.*';$", re.M)
SCHEMAS = ["law", "journal", "ops", "accounts", "relationships", "posts", "messages", "timelines", "lists",
           "notifications", "search", "deletions", "privacy", "archives", "access"]
STORAGE = Path(str(files("petrel.storage")))


class SchemaMismatch(StorageError):
    """The database was made by other migrations than this release has"""


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


async def migrate_main(connection: Any, functions: Sequence[Path], *, contract: bool = False) -> list[str]:
    """Brings the main cluster up to date; `connection` is the administrator's. Returns what was run."""
    return await _migrate(connection, STORAGE / "migrations", functions, STORAGE / "grants.sql",
                          STORAGE / "inventory.sql", contract)


async def migrate_keyring(connection: Any, *, contract: bool = False) -> list[str]:
    return await _migrate(connection, STORAGE / "keyring", (), None, STORAGE / "keyring" / "inventory.sql", contract)


async def _migrate(connection: Any, folder: Path, functions: Sequence[Path], grants: Path | None, inventory: Path,
                   contract: bool) -> list[str]:
    await connection.fetch("select pg_advisory_lock($1::bigint)", LOCK)
    try:
        await connection.execute((STORAGE / "roles.sql").read_text())
        await connection.execute(BOOK)
        done = {r["name"]: r["digest"] for r in await connection.fetch("select * from petrel_migrations.done")}
        ran = await _run_new(connection, folder, done, contract)
        await connection.execute(GUARD)
        if grants is not None:
            ran += await _replace_changed(connection, [*functions, grants], done, bool(ran))
        return ran + await _describe(connection, inventory, done, bool(ran))
    finally:
        await connection.fetch("select pg_advisory_unlock($1::bigint)", LOCK)


async def _run_new(connection: Any, folder: Path, done: dict[str, str], contract: bool) -> list[str]:
    ran = []
    for path in sorted(folder.glob("[0-9]*.sql")):
        text = path.read_text()
        digest = hashlib.sha256(text.encode()).hexdigest()
        if path.name in done:
            if done[path.name] != digest:
                raise SchemaMismatch(f"{path.name} has changed since it was run on this database. "
                                     "Never edit a migration that has landed; add a new one.")
            continue
        if "_contract_" in path.name and not contract:
            continue
        before = [row[0] for row in await connection.fetch(THERE, SCHEMAS)]
        await _run(connection, text, path.name, digest)
        await connection.execute(KEEP, SCHEMAS, before)
        ran.append(path.name)
    return ran


async def _replace_changed(connection: Any, paths: Sequence[Path], done: dict[str, str], force: bool) -> list[str]:
    """Drops what the function files made before and runs them all anew, when the text of one has changed."""
    texts = {f"functions:{path.parent.name}/{path.name}": path.read_text() for path in paths}
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    if not force and all(done.get(name) == digest for name, digest in digests.items()):
        return []
    async with connection.transaction():
        for row in await connection.fetch(REPLACED, SCHEMAS):
            await connection.execute(row["drop"])
        for name, text in texts.items():
            await _run(connection, text, name, digests[name])
    return [name for name, digest in digests.items() if done.get(name) != digest]


async def _describe(connection: Any, path: Path, done: dict[str, str], force: bool) -> list[str]:
    """The comments on columns, as the administrator, who owns the book of migrations too.

    Columns that are not there are passed over: two releases may run at once, and one has them. Tests find the rest.
    """
    text, name = path.read_text(), f"inventory:{path.parent.name}/{path.name}"
    digest = hashlib.sha256(text.encode()).hexdigest()
    if not force and done.get(name) == digest:
        return []
    there = {row[0] for row in await connection.fetch(COLUMNS)}
    lines = [m[0] for m in COMMENT.finditer(text) if m[1] in there]
    await _run(connection, "\n".join(lines), name, digest, role="none")
    return [name] if done.get(name) != digest else []


async def _run(connection: Any, text: str, name: str, digest: str, *, role: str = "petrel_owner") -> None:
    async with connection.transaction():
        await connection.execute(f"set local lock_timeout = '5s'; set local role {role}; "
                                 "set local check_function_bodies = off")
        try:
            await connection.execute(text)
        except asyncpg.PostgresError as e:
            raise SchemaMismatch(f"{name}: {e}") from e
        await connection.execute("reset role")
        await connection.execute(
            "insert into petrel_migrations.done (name, digest) values ($1, $2) "
            "on conflict (name) do update set digest = excluded.digest, at = now()", name, digest)
