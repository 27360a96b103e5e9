"""Migrations: plain SQL files, run in order, each once, each in one transaction with a lock timeout.

`NNNN_expand_name.sql` adds and may run while the older release still serves; `NNNN_index_name.sql` builds indexes
beside the traffic, outside a transaction; `NNNN_contract_name.sql` removes and runs only when asked for (`petrel
migrate --contract`), after the older release is gone. Then the *functions*: files that are replaced whole, and the
grants with them, in one transaction, whenever the text of one has changed; running processes see the old ones until it
commits, and those of them that the new files do not have stay while an older release may still call them
(`left_over`). Last the data inventory, a comment on every column, when its text has changed or a migration ran. All of
it under one advisory lock, so that processes that start together migrate once.

While parts of Petrel are signed in nothing of this stands in their way for a second: a lock is asked for during 200 ms
at a time, and what holds one for longer is ended and undone (`storage/locks.py`). See decision 0024.
"""

import asyncio
import hashlib
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import asyncpg

from petrel.storage.locks import MOST_S, gauged, is_served
from petrel.storage.policy import POLICY
from petrel.storage.postgres.errors import StorageError

LOCK = 0x7065747265_6C   # "petrel"
BOOK = """
create schema if not exists petrel_migrations;
create table if not exists petrel_migrations.done (
  name text primary key, digest text not null, at timestamptz not null default now());
create table if not exists petrel_migrations.kept (oid oid primary key);
create table if not exists petrel_migrations.made (signature text primary key);
create table if not exists petrel_migrations.left_over (signature text primary key);
"""
THERE = """
select p.oid, 'function ' || p.oid::regprocedure as signature
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = any ($1) union all
select t.oid, 'type ' || t.oid::regtype from pg_type t join pg_namespace n on n.oid = t.typnamespace
  join pg_class c on c.oid = t.typrelid where n.nspname = any ($1) and c.relkind = 'c'
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
# What numbered migrations made stays when the function files are replaced. It is known by name: functions have other
# numbers after a dump is loaded. Release 0.1.0 knows it by number, and has to, when it is put back.
MADE = f"insert into petrel_migrations.made select signature from ({THERE}) t where signature <> all ($2::text[])"
KNOWN_BY_NUMBER = f"""
insert into petrel_migrations.made select signature from ({THERE}) t
 where not exists (select from petrel_migrations.made) and oid in (select oid from petrel_migrations.kept)
"""
NUMBERS_ANEW = f"""
with now as (select oid from ({THERE}) t where signature in (select signature from petrel_migrations.made)),
     gone as (delete from petrel_migrations.kept where oid not in (select oid from now))
insert into petrel_migrations.kept select oid from now on conflict do nothing
"""
REPLACED = f"""
with other as (select * from ({THERE}) t where signature not in (select signature from petrel_migrations.made))
select format('drop function if exists %s cascade', oid::regprocedure) as drop, 1 as step
  from other where signature like 'function %'
union all
select format('drop type if exists %s', oid::regtype), 2 from other where signature like 'type %'
order by step
"""
STANDING = f"""
select t.signature, pg_get_function_arguments(p.oid) || ' returns ' || pg_get_function_result(p.oid) as shape,
       p.oid::regprocedure::text as name, pg_get_functiondef(p.oid) as text
  from ({THERE}) t join pg_proc p on p.oid = t.oid and t.signature like 'function %' and p.prokind in ('f', 'p')
 where t.signature not in (select signature from petrel_migrations.made)
union all
select t.signature, string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' order by a.attnum), '', ''
  from ({THERE}) t join pg_type y on y.oid = t.oid and t.signature like 'type %'
  join pg_attribute a on a.attrelid = y.typrelid
 where t.signature not in (select signature from petrel_migrations.made) group by t.signature
"""
LEFT_OVER = """
select format('drop function if exists %s', p.oid::regprocedure)
  from pg_proc p join petrel_migrations.left_over l on l.signature = p.oid::regprocedure::text
"""
INDEX = re.compile(r"create (?:unique )?index concurrently if not exists (\w+) on (?:only )?(\w+)\.(\w+)\b", re.I)
INVALID = """
select exists (select from pg_index i join pg_class c on c.oid = i.indexrelid
                 join pg_namespace n on n.oid = c.relnamespace
                where n.nspname = $1 and c.relname = $2 and not i.indisvalid)
"""
LOCK_TIMEOUT_MS = 200
"""How long a lock is waited for at a time: everybody who comes meanwhile waits behind us."""
LOCK_PATIENCE_S = 60.0
LOCK_AGAIN_S = 0.1
COLUMNS = """
select format('%s.%s.%s', n.nspname, c.relname, a.attname) from pg_attribute a
  join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace where a.attnum > 0
"""
COMMENT = re.compile(r"^comment on column (\S+) is '.*';$", re.M)
SCHEMAS = ["law", "journal", "ops", "accounts", "relationships", "posts", "messages", "timelines", "lists",
           "notifications", "search", "deletions", "privacy", "archives", "access", "mail", "moderation",
           "signup", "push", "cards", "collections"]
NOTE = """
insert into petrel_migrations.done (name, digest) values ($1, $2)
on conflict (name) do update set digest = excluded.digest, at = now()
"""
STORAGE = Path(str(files("petrel.storage")))


class SchemaMismatch(StorageError):
    """The database was made by other migrations than this release has"""


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


async def drop_left_over(connection: Any) -> int:
    """Removes the functions that only an older release calls, when none runs any more; returns how many."""
    async with connection.transaction():
        found = [row[0] for row in await connection.fetch(LEFT_OVER)]
        for statement in found:
            await connection.execute(statement)
        await connection.execute("delete from petrel_migrations.left_over")
    return len(found)


async def _migrate(connection: Any, watcher: Any | None, folder: Path, functions: Sequence[Path],
                   contract: bool) -> list[str]:
    # Asked for again and again: a statement that waits would be waited for by whoever builds an index meanwhile.
    while not await connection.fetchval("select pg_try_advisory_lock($1::bigint)", LOCK):   # noqa: ASYNC110
        await asyncio.sleep(LOCK_AGAIN_S)
    try:
        await connection.execute((STORAGE / "roles.sql").read_text())
        await connection.execute(BOOK)
        await connection.execute(KNOWN_BY_NUMBER, SCHEMAS)
        served = await is_served(connection)
        done = await _done(connection)
        ran = await _run_new(connection, watcher if served else None, folder, done, contract)
        await connection.execute(GUARD)
        if functions:
            ran += await _replace_changed(connection, [*functions, STORAGE / "grants.sql"], done, bool(ran), served)
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
        elif done[path.name] != _digest(path.read_text()):
            raise SchemaMismatch(f"{path.name} has changed since it was run on this database. "
                                 "Never edit a migration that has landed; add a new one.")
    return found


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


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
    await connection.execute(NUMBERS_ANEW, SCHEMAS)
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
        raise _said(name, e) from e
    finally:
        await connection.execute("reset role; reset lock_timeout")
    await connection.execute(NOTE, name, _digest(text))


async def _replace_changed(connection: Any, paths: Sequence[Path], done: dict[str, str], force: bool,
                           served: bool) -> list[str]:
    """Makes what the function files say anew, and nothing else, when the text of one has changed.

    `served`: processes of an older release may call what is there. It is written over in place, since a call that is
    under way finds its function by number; and what only the old files have stays beside the new.
    """
    texts = {f"functions:{path.parent.name}/{path.name}": path.read_text() for path in paths}
    digests = {name: _digest(text) for name, text in texts.items()}
    if not force and all(done.get(name) == digest for name, digest in digests.items()):
        return []
    *files, grants = texts

    async def make() -> None:
        for name in files:
            await _statements(connection, texts[name], name, digests[name])

    async def make_anew() -> None:
        for row in await connection.fetch(REPLACED, SCHEMAS):
            await connection.execute(row["drop"])
        await make()

    async def replace() -> None:
        async with connection.transaction():
            await connection.execute(f"set local lock_timeout = '{LOCK_TIMEOUT_MS}ms'")
            if served:
                standing, coming = await _standing(connection), await _tried(connection, make_anew)
                in_place = all(coming[s]["shape"] == old["shape"] for s, old in standing.items() if s in coming)
                await (make if in_place else make_anew)()
                await _leave(connection, [old for signature, old in standing.items() if signature not in coming])
            else:
                await make_anew()
                await _leave(connection, [])
            await _statements(connection, texts[grants], grants, digests[grants])

    await _patiently(replace, grants)
    return [name for name, digest in digests.items() if done.get(name) != digest]


async def _standing(connection: Any) -> dict[str, Any]:
    """What function files made, by signature: its shape (a caller's view of it), and the text that makes it again."""
    return {row["signature"]: row for row in await connection.fetch(STANDING, SCHEMAS)}


async def _tried(connection: Any, make_anew: Callable[[], Awaitable[None]]) -> dict[str, Any]:
    """What stands once that has been run; it is undone again."""
    trial = connection.transaction()
    await trial.start()
    try:
        await make_anew()
        return await _standing(connection)
    finally:
        await trial.rollback()


async def _leave(connection: Any, only_old: Sequence[Any]) -> None:
    """Notes, and where they went makes again, the functions that the new files no longer have: other names, other
    arguments."""
    await connection.execute("delete from petrel_migrations.left_over")
    for row in only_old:
        if not row["text"]:
            continue
        try:
            async with connection.transaction():
                await connection.execute("set local role petrel_owner")
                await connection.execute(row["text"])
                await connection.execute("reset role")
        except asyncpg.PostgresError:
            continue        # of a type that is no more: the older release meets an error, as it would without us
        await connection.execute("insert into petrel_migrations.left_over values ($1) on conflict do nothing",
                                 row["name"])


async def _describe(connection: Any, folder: Path, done: dict[str, str], force: bool) -> list[str]:
    """The comments on columns, as the administrator, who owns the book of migrations too.

    Columns that are not there are passed over: two releases may run at once, and one has them. Tests find the rest.
    """
    path = (STORAGE if folder.name == "migrations" else folder) / "inventory.sql"
    text, name = path.read_text(), f"inventory:{path.parent.name}/{path.name}"
    digest = _digest(text)
    if not force and done.get(name) == digest:
        return []
    there = {row[0] for row in await connection.fetch(COLUMNS)}
    lines = [m[0] for m in COMMENT.finditer(text) if m[1] in there]

    async def describe() -> None:
        async with connection.transaction():
            # Nobody who reads or writes waits for this lock; a vacuum may hold it for long.
            await connection.execute("set local lock_timeout = '10s'")
            await _statements(connection, "\n".join(lines), name, digest, role="none")

    await _patiently(describe, name)
    return [name] if done.get(name) != digest else []


async def _run(connection: Any, text: str, name: str, watcher: Any | None) -> None:
    async def run() -> None:
        async with connection.transaction():
            await connection.execute(f"set local lock_timeout = '{LOCK_TIMEOUT_MS}ms'")
            async with gauged(connection, watcher, end_it=True) as gauge:
                before = [row["signature"] for row in await connection.fetch(THERE, SCHEMAS)]
                try:
                    await _statements(connection, text, name, _digest(text))
                    await connection.execute(MADE, SCHEMAS, before)
                except (SchemaMismatch, asyncpg.QueryCanceledError) as e:
                    if gauge.cut:
                        raise StandsInTheWay(name, gauge.relation) from e
                    raise

    await _patiently(run, name)


async def _patiently(run: Callable[[], Awaitable[None]], name: str) -> None:
    """Runs a transaction again while somebody else holds what it needs, for LOCK_PATIENCE_S."""
    until_s, pause_s = time.monotonic() + LOCK_PATIENCE_S, 0.05
    while True:
        try:
            return await run()
        except SchemaMismatch as e:
            is_busy = isinstance(e.__cause__, (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)) or (
                "tuple concurrently updated" in str(e))
            if not is_busy or time.monotonic() > until_s:
                raise
        except asyncpg.LockNotAvailableError as e:
            if time.monotonic() > until_s:
                raise SchemaMismatch(f"{name}: {e}") from e
        await asyncio.sleep(pause_s)
        pause_s = min(1.0, 2 * pause_s)


def _said(name: str, e: asyncpg.PostgresError) -> SchemaMismatch:
    if isinstance(e, asyncpg.DiskFullError):
        return SchemaMismatch(f"{name}: {e}", "Make room and run the same again; what was begun is undone.")
    return SchemaMismatch(f"{name}: {e}")


async def _statements(connection: Any, text: str, name: str, digest: str, *, role: str = "petrel_owner") -> None:
    """Inside a transaction. Errors: SchemaMismatch, naming the file."""
    await connection.execute(f"set local role {role}; set local check_function_bodies = off")
    try:
        await connection.execute(text)
    except asyncpg.PostgresError as e:
        raise _said(name, e) from e
    await connection.execute("reset role")
    await connection.execute(NOTE, name, digest)
