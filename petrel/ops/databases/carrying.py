"""Makes one database equal to another, table by table, and proves it: both ends compute a digest over every row.

Run again, it goes on where it was: a table whose digests agree is left alone, any other is emptied and filled in one
transaction. So nothing has to be remembered about how far it came, and a power cut costs one table. Text goes over the
line, not Postgres' binary form, which names types by the numbers of one server. What numbered migrations and function
files make is not carried: the target was migrated by the same release.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from msgspec import Struct

from petrel.ops.databases.shapes import Unfit

# Rows as text are the same on every server that Petrel runs on when these are. Without row_security = off a policy
# would hide rows instead of failing.
SESSION = """
set statement_timeout = 0; set lock_timeout = 0; set idle_in_transaction_session_timeout = 0; set row_security = off;
set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set extra_float_digits = 1;
set bytea_output = 'hex'; set search_path = 'pg_catalog'
"""
OURS = "n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', 'petrel_migrations', 'public')"
TABLES = f"""
select n.nspname as schema, c.relname as name, pg_table_size(c.oid) as bytes,
       array_agg(a.attname::text order by a.attnum) as columns
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
 where c.relkind = 'r' and {OURS} group by 1, 2, 3
"""
SEQUENCES = f"""
select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'S' and {OURS} order by 1, 2
"""
TRIGGERS = """
select tgname, tgenabled from pg_trigger where tgrelid = $1::regclass and not tgisinternal and tgenabled <> 'D'
"""
ENABLE = {b"O": "enable", b"A": "enable always", b"R": "enable replica"}
# Those that hold nothing together are built anew when the rows are there, which is faster than row by row.
INDEXES = """
select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
  from pg_index i where i.indrelid = $1::regclass and not i.indisunique and not i.indisreplident
   and not exists (select from pg_inherits h where h.inhrelid = i.indexrelid)
"""
FOREIGN = f"""
select count(*) from pg_constraint k join pg_namespace n on n.oid = k.connamespace where k.contype = 'f' and {OURS}
"""
FIRST = (("journal", "entry"), ("keyring", "secret"))
"""By these a half-filled target is known to be this site's, so they are filled before the others."""

PIECES = 16


class Table(Struct, frozen=True):
    schema: str
    name: str
    columns: tuple[str, ...]
    bytes: int

    @property
    def sql(self) -> str:
        return f'"{self.schema}"."{self.name}"'


class Digest(Struct, frozen=True):
    """Of all rows of a table in any order: how many, and the sums of both halves of 128 bits of each row's SHA-256."""

    rows: int
    first: int
    second: int


class Carried(Struct, frozen=True):
    """What one run did. `copied`: tables that were not equal already."""

    tables: int
    copied: int
    rows: int
    bytes: int
    took_s: float


Progress = Callable[[str, int, int], None]
"""The table, bytes of the tables before it, bytes of all."""


async def carry(source: dict[str, Any], target: dict[str, Any], progress: Progress) -> Carried:
    """`source`, `target`: connect arguments of owners; the target is migrated and serves nobody. What the source has
    is read in one snapshot, so it may be serving (a rehearsal). Errors: Unfit, asyncpg's."""
    began = time.monotonic()
    async with _session(source) as old, _session(target) as new, \
            old.transaction(isolation="repeatable_read", readonly=True):
        tables = await _tables(old, new)
        total, done, copied, rows = sum(t.bytes for t in tables), 0, 0, 0
        for table in tables:
            progress(table.sql.replace('"', ""), done, total)
            wanted, there = await asyncio.gather(digest(old, table), digest(new, table))
            if wanted != there:
                await _fill(old, new, table, wanted)
                copied += 1
            rows += wanted.rows
            done += table.bytes
        await _sequences(old, new)
        return Carried(len(tables), copied, rows, total, time.monotonic() - began)


async def digest(connection: Any, table: Table) -> Digest:
    """Errors: Unfit when the login may not see every row."""
    columns = ", ".join(f'"{c}"' for c in table.columns)
    try:
        row = await connection.fetchrow(
            "select count(*), coalesce(sum(('x' || substr(h, 1, 16))::bit(64)::bigint::numeric), 0), "
            "coalesce(sum(('x' || substr(h, 17, 16))::bit(64)::bigint::numeric), 0) "
            f"from (select encode(sha256(convert_to(row({columns})::text, 'UTF8')), 'hex') as h from {table.sql}) d")
    except asyncpg.InsufficientPrivilegeError as problem:
        raise Unfit(f"The login of the database may not see every row of {table.schema}.{table.name}: {problem}",
                    "As a superuser of that server: alter role NAME bypassrls; `petrel database prepare` does it."
                    ) from problem
    return Digest(*(int(value) for value in row))


async def tables_of(connection: Any) -> list[Table]:
    """Every table of the site's in this database."""
    rows = await connection.fetch(TABLES)
    return [Table(r["schema"], r["name"], tuple(r["columns"]), r["bytes"]) for r in rows]


async def _tables(old: Any, new: Any) -> list[Table]:
    """The tables of both, which have to be the same. Errors: Unfit."""
    if await new.fetchval(FOREIGN):
        raise Unfit("This release's tables refer to each other, and they are carried one by one.",
                    "Take the release before, or a later one, for the move.")
    sides = [{(t.schema, t.name): t for t in await tables_of(connection)} for connection in (old, new)]
    if different := sorted(".".join(key) for key in sides[0].keys() | sides[1].keys()
                           if key not in sides[0] or key not in sides[1]
                           or set(sides[0][key].columns) != set(sides[1][key].columns)):
        raise Unfit(f"Both databases are not of the same release: {', '.join(different[:5])}.",
                    "Bring the site up to this release first: `petrel migrate`, and `petrel migrate --contract` if "
                    "that was begun.")
    return sorted(sides[0].values(), key=lambda t: ((t.schema, t.name) not in FIRST, t.schema, t.name))


async def _fill(old: Any, new: Any, table: Table, wanted: Digest) -> None:
    """All of it in one transaction. Triggers rest meanwhile: they would do again what was done when the rows came."""
    async with new.transaction():
        triggers = await new.fetch(TRIGGERS, table.sql)
        for trigger in triggers:
            await new.execute(f'alter table {table.sql} disable trigger "{trigger["tgname"]}"')
        await new.execute(f"truncate only {table.sql}")
        indexes = await new.fetch(INDEXES, table.sql)
        for index in indexes:
            await new.execute(f"drop index {index['name']}")
        await _pipe(old, new, table)
        for index in indexes:
            await new.execute(index["definition"])
        for trigger in triggers:
            await new.execute(f'alter table {table.sql} {ENABLE[trigger["tgenabled"]]} trigger "{trigger["tgname"]}"')
        await new.execute(f"analyze {table.sql}")
        if (there := await digest(new, table)) != wanted:
            raise Unfit(f"{table.schema}.{table.name} is not the same after it was copied: {wanted.rows} rows here, "
                        f"{there.rows} there, or other contents.",
                        "Nothing was taken over. Look at the disk and memory of both servers, and run this again.")


async def _pipe(old: Any, new: Any, table: Table) -> None:
    queue: asyncio.Queue[bytes | None] = asyncio.Queue(PIECES)

    async def read() -> None:
        try:
            await old.copy_from_table(table.name, schema_name=table.schema, columns=table.columns, output=queue.put)
        finally:
            await queue.put(None)

    async def pieces() -> AsyncIterator[bytes]:
        while (piece := await queue.get()) is not None:
            yield piece

    reading = asyncio.create_task(read())
    try:
        await new.copy_to_table(table.name, schema_name=table.schema, columns=table.columns, source=pieces(),
                                freeze=True)
        await reading
    finally:
        reading.cancel()


async def _sequences(old: Any, new: Any) -> None:
    for row in await old.fetch(SEQUENCES):
        name = f'"{row["schema"]}"."{row["name"]}"'
        last = await old.fetchrow(f"select last_value, is_called from {name}")
        await new.execute("select setval($1::regclass, $2, $3)", name, last["last_value"], last["is_called"])


@asynccontextmanager
async def _session(args: dict[str, Any]) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(**args, timeout=10)
    try:
        await connection.execute(SESSION)
        yield connection
    finally:
        await connection.close(timeout=5)
