"""The functions of the database: files that are replaced whole, and the grants with them, whenever the text of one has
changed, in one transaction. The grants are given anew also where somebody has changed them (`rights.py`).

While an older release is served they are written over in place, since a call that is under way finds its function by
number; and what only the older release has, functions and the types they are of, stays beside the new until
`drop_left_over`. See decisions 0008 and 0024.
"""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import asyncpg

from petrel.storage import rights
from petrel.storage.applying import LOCK_TIMEOUT_MS, SchemaMismatch, digest_of, patiently, statements

# In the schemas that migrations made: they belong to petrel_owner, and nothing else does.
THERE = """
select p.oid, 'function ' || p.oid::regprocedure as signature
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
 where n.nspowner = to_regrole('petrel_owner') union all
select t.oid, 'type ' || t.oid::regtype from pg_type t join pg_namespace n on n.oid = t.typnamespace
  join pg_class c on c.oid = t.typrelid where n.nspowner = to_regrole('petrel_owner') and c.relkind = 'c'
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
select t.oid, t.signature, pg_get_function_arguments(p.oid) || ' returns ' || pg_get_function_result(p.oid) as shape,
       p.oid::regprocedure::text as name, pg_get_functiondef(p.oid) as text
  from ({THERE}) t join pg_proc p on p.oid = t.oid and t.signature like 'function %' and p.prokind in ('f', 'p')
 where t.signature not in (select signature from petrel_migrations.made)
union all
select t.oid, t.signature, c.columns, t.oid::regtype::text, format('create type %s as (%s)', t.oid::regtype, c.columns)
  from ({THERE}) t join pg_type y on y.oid = t.oid and t.signature like 'type %'
 cross join lateral (
   select string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod), ', ' order by a.attnum)
     from pg_attribute a where a.attrelid = y.typrelid and not a.attisdropped) c(columns)
 where t.signature not in (select signature from petrel_migrations.made)
 order by oid
"""
LEFT_OVER = """
select format('drop function if exists %s', p.oid::regprocedure) as drop, 1 as step, p.oid
  from pg_proc p join petrel_migrations.left_over l on l.signature = p.oid::regprocedure::text
union all
select format('drop type if exists %s', t.oid::regtype), 2, t.oid
  from pg_type t join petrel_migrations.left_over l on l.signature = 'type ' || t.oid::regtype::text
 order by step, oid desc
"""


async def drop_left_over(connection: Any) -> int:
    """Removes what only an older release calls, when none runs any more; returns how much there was."""
    async with connection.transaction():
        found = [row["drop"] for row in await connection.fetch(LEFT_OVER)]
        for statement in found:
            await connection.execute(statement)
        await connection.execute("delete from petrel_migrations.left_over")
        await rights.forget(connection)
    return len(found)


async def replace_changed(connection: Any, paths: Sequence[Path], done: dict[str, str], force: bool,
                          served: bool) -> list[str]:
    """Makes what the function files say anew, the last of which are the grants, and nothing else, when the text of one
    has changed; the grants alone, when these are not what was given. `served`: processes of an older release may call
    what is there. Returns which have changed."""
    texts = {f"functions:{path.parent.name}/{path.name}": path.read_text() for path in paths}
    digests = {name: digest_of(text) for name, text in texts.items()}
    *files, grants = texts

    async def give() -> None:
        await statements(connection, texts[grants], grants, digests[grants])
        await rights.note(connection)

    async def give_back() -> None:
        async with connection.transaction():
            await connection.execute(f"set local lock_timeout = '{LOCK_TIMEOUT_MS}ms'")
            await rights.take(connection)
            await give()

    if not force and all(done.get(name) == digest for name, digest in digests.items()):
        if await rights.is_noted(connection) and not await rights.changed(connection):
            return []
        await patiently(give_back, grants)
        return [grants]

    async def make() -> None:
        for name in files:
            await statements(connection, texts[name], name, digests[name])

    async def make_anew() -> None:
        for row in await connection.fetch(REPLACED):
            await connection.execute(row["drop"])
        await make()

    async def replace() -> None:
        async with connection.transaction():
            await connection.execute(f"set local lock_timeout = '{LOCK_TIMEOUT_MS}ms'")
            await rights.take(connection)
            if served:
                await _beside(connection, make, make_anew)
            else:
                await make_anew()
                await connection.execute("delete from petrel_migrations.left_over")
            await give()

    await patiently(replace, grants)
    return [name for name, digest in digests.items() if done.get(name) != digest]


Make = Callable[[], Awaitable[None]]


async def _beside(connection: Any, make: Make, make_anew: Make) -> None:
    """Anew only what callers see otherwise than before; all of it, when types are among that."""
    standing, coming = await _standing(connection), await _tried(connection, make_anew)
    other = [one for signature, one in standing.items()
             if signature in coming and coming[signature]["shape"] != one["shape"]]
    if any(map(_is_type, other)):
        await make_anew()
    else:
        for one in other:
            await connection.execute(f"drop function {one['name']} cascade")
        await make()
    await _leave(connection, [one for signature, one in standing.items() if signature not in coming])


async def _standing(connection: Any) -> dict[str, Any]:
    """What function files made, by signature: its shape (a caller's view of it), and the text that makes it again."""
    return {row["signature"]: row for row in await connection.fetch(STANDING)}


async def _tried(connection: Any, make_anew: Make) -> dict[str, Any]:
    """What stands once that has been run; it is undone again."""
    trial = connection.transaction()
    await trial.start()
    try:
        await make_anew()
        return await _standing(connection)
    finally:
        await trial.rollback()


async def _leave(connection: Any, only_old: Sequence[Any]) -> None:
    """Notes, and where they went makes again, what the new files no longer have: other names, other arguments, and the
    types of these. Errors: SchemaMismatch."""
    await connection.execute("delete from petrel_migrations.left_over")
    await connection.execute("set local role petrel_owner; set local check_function_bodies = off")
    for one in sorted(only_old, key=_is_type, reverse=True):        # functions are of types
        try:
            if not _is_type(one) or await connection.fetchval("select to_regtype($1)", one["name"]) is None:
                await connection.execute(one["text"])
        except asyncpg.PostgresError as e:
            raise SchemaMismatch(f"The release that serves calls {one['name']}, which cannot stay beside this one: {e}",
                                 "Stop the site, and run `petrel migrate`.") from e
    await connection.execute("reset role")
    await connection.executemany("insert into petrel_migrations.left_over values ($1) on conflict do nothing",
                                 [(one["signature"] if _is_type(one) else one["name"],) for one in only_old])


def _is_type(one: Any) -> bool:
    return bool(one["signature"].startswith("type "))
