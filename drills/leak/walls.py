"""The walls themselves, in the scratch database: taken down one by one, and tried from behind."""

from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg

from petrel.ops.drills import Broken, Site

ROOMS = ("accounts", "relationships", "posts", "messages", "lists", "notifications", "timelines", "search", "deletions",
         "privacy", "archives", "access", "collections")
COUNTED = {"posts_count", "followers_count", "following_count", "last_post_on", "likes", "boosts", "replies"}
# Written by the site itself meanwhile: what is derived, and what its own sweeps note.
NOT_THEIRS = ("timelines", "search", "deletions")
LEAST_ID = 1 << 40          # below are bits, counters and places in an order

ALL_IS_SEEN = """
create or replace function law.verdict(codes bytea, audience integer, states integer, who integer) returns integer
language sql immutable parallel safe return 6
"""

COLUMNS = """
select n.nspname as room, c.relname as name, array_agg(a.attname order by a.attnum) as columns,
       array_agg(a.attname order by a.attnum) filter (where t.typname = 'int8') as ids,
       array_agg(a.attname order by a.attnum) filter (where t.typname = '_int8') as lists
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_type t on t.oid = a.atttypid
 where c.relkind in ('r', 'p') and n.nspname = any ($1::text[]) group by 1, 2 order by 1, 2
"""


async def remove_first_wall(connection: Any) -> str:
    """The verdict answers "full" for everybody; returns what puts it back. Errors: Broken."""
    before = await connection.fetchval(
        "select pg_get_functiondef('law.verdict(bytea, integer, integer, integer)'::regprocedure)")
    await connection.execute(ALL_IS_SEEN)
    if await connection.fetchval("select law.verdict(s.codes, 3, 0, 1) from law.surface s limit 1") != 6:
        raise Broken("the first wall still stands: law.verdict has another name now")
    return str(before)


async def remove_second_wall(connection: Any) -> None:
    """Row-level security of the messages is switched off."""
    for table in ("message", "inbox"):
        await connection.execute(f"alter table messages.{table} disable row level security")
        await connection.execute(f"alter table messages.{table} no force row level security")


async def tables(connection: Any, rooms: Sequence[str] = ROOMS) -> list[Any]:
    return list(await connection.fetch(COLUMNS, list(rooms)))


async def all_ids(connection: Any) -> list[int]:
    """Every id that stands anywhere in the rooms, whatever it is the id of."""
    found: set[int] = set()
    for table in await tables(connection):
        name = f"{table['room']}.{table['name']}"
        for column in table["ids"] or ():
            found |= {r[0] for r in await connection.fetch(f"select distinct {column} from {name}") if r[0]}
        for column in table["lists"] or ():
            found |= {r[0] for r in await connection.fetch(f"select distinct unnest({column}) from {name}") if r[0]}
    return sorted(number for number in found if number > LEAST_ID)


async def rows_without(connection: Any, people: Iterable[int]) -> dict[str, set[str]]:
    """By table: every row that names none of `people`, as text, without what is counted from other rows."""
    strangers = list(people)
    found = {}
    for table in await tables(connection, [r for r in ROOMS if r not in NOT_THEIRS]):
        kept = ", ".join(c for c in table["columns"] if c not in COUNTED)
        not_theirs = [f"coalesce({c}, 0) <> all ($1::bigint[])" for c in table["ids"] or ()]
        not_theirs += [f"not coalesce({c}, '{{}}') && $1::bigint[]" for c in table["lists"] or ()]
        name = f"{table['room']}.{table['name']}"
        if not_theirs:
            rows = await connection.fetch(f"select row({kept})::text from {name} where {' and '.join(not_theirs)}",
                                          strangers)
            found[name] = {r[0] for r in rows}
    return found


async def ties(connection: Any, people: Iterable[int], hidden: Iterable[int]) -> list[str]:
    """Rows that tie one of `people` to a hidden thing."""
    found = []
    for table in await tables(connection, [r for r in ROOMS if r not in ("timelines", "search", "notifications")]):
        if len(table["ids"] or ()) < 2:
            continue
        theirs = " or ".join(f"{c} = any ($1::bigint[])" for c in table["ids"])
        about = " or ".join(f"{c} = any ($2::bigint[])" for c in table["ids"])
        name = f"{table['room']}.{table['name']}"
        count = await connection.fetchval(f"select count(*) from {name} where ({theirs}) and ({about})",
                                          list(people), list(hidden))
        if count:
            found.append(f"{count} rows of {name}")
    return found


async def readable_by(site: Site, role: str) -> tuple[list[str], int]:
    """(tables of the rooms from which this role of the database can select anything, how many were tried)."""
    async with site.database() as owner:
        found = await tables(owner)
    open_ones = []
    async with site.database(role) as connection:
        for table in found:
            name = f"{table['room']}.{table['name']}"
            for column in (*table["columns"], "count(*)"):
                try:
                    await connection.fetch(f"select {column} from {name} limit 1")
                    open_ones.append(f"{name} ({column})")
                except asyncpg.InsufficientPrivilegeError:
                    continue
    return open_ones, len(found)


async def may_become(site: Site, role: str, others: Sequence[str]) -> list[str]:
    """Roles of the database that `role` can put on."""
    found = []
    async with site.database(role) as connection:
        for other in others:
            try:
                await connection.execute(f"set role {other}")
                found.append(other)
            except asyncpg.PostgresError:
                continue
    return found
