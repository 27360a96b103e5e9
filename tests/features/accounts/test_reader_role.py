"""The role under which the web reads sees no table of any room, and no function that does not ask who looks."""

import asyncpg
import pytest

from petrel.storage.pools import Addresses

ROOMS = ["accounts", "posts", "messages", "relationships", "lists", "notifications", "timelines", "search", "journal"]
TABLES = """
select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname = any ($1::text[]) and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1
"""
COLUMNS = """
select attname from pg_attribute where attrelid = $1::text::regclass and attnum > 0 and not attisdropped
"""
CALLABLE = """
select p.oid::regprocedure::text, p.proargnames[1] from pg_proc p join pg_namespace n on n.oid = p.pronamespace
 where n.nspname = any ($1::text[]) and has_function_privilege('petrel_reader', p.oid, 'execute')
   and p.provolatile <> 'i'
"""
# Says what this connection has told itself, which only functions of the room `messages` do.
HARMLESS = {"messages.me()"}


async def connect(addresses: Addresses, role: str) -> asyncpg.Connection:
    return await asyncpg.connect(**addresses.main[role])


async def test_the_reader_can_select_no_column_of_any_table_of_a_room(addresses: Addresses) -> None:
    owner, reader = await connect(addresses, "owner"), await connect(addresses, "reader")
    try:
        tables = [row[0] for row in await owner.fetch(TABLES, ROOMS)]
        assert {"accounts.account", "accounts.credential", "posts.post", "posts.content", "messages.message",
                "relationships.relation"} <= set(tables)
        for table in tables:
            for column in ["*", *(row[0] for row in await owner.fetch(COLUMNS, table))]:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await reader.execute(f'select {column if column == "*" else chr(34) + column + chr(34)} '
                                         f"from {table}")
    finally:
        await owner.close()
        await reader.close()


async def test_the_reader_can_write_nothing_and_become_nobody_else(addresses: Addresses) -> None:
    owner, reader = await connect(addresses, "owner"), await connect(addresses, "reader")
    try:
        await reader.execute("set default_transaction_read_only = off")
        for table in [row[0] for row in await owner.fetch(TABLES, ROOMS)]:
            for statement in (f"delete from {table}", f"truncate {table}"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await reader.execute(statement)
        if await reader.fetchval("select session_user") != "petrel_reader":
            return          # NOTE: a server of one's own with a single login sets the role, and could set another
        for role in ("petrel_owner", "petrel_writer", "petrel_system", "petrel_messages"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await reader.execute(f"set role {role}")
    finally:
        await owner.close()
        await reader.close()


async def test_every_function_the_reader_may_call_asks_who_looks_first(addresses: Addresses) -> None:
    owner = await connect(addresses, "owner")
    try:
        rows = await owner.fetch(CALLABLE, [*ROOMS, "law", "ops"])
    finally:
        await owner.close()
    assert any(row[0].startswith("accounts.cards(") for row in rows)
    # Immutable ones only compute from what they are given; they read nothing.
    assert {row[0] for row in rows if row[1] not in ("p_digest", "p_digests")} <= HARMLESS


async def test_a_password_hash_is_out_of_reach_of_the_reader(addresses: Addresses) -> None:
    reader = await connect(addresses, "reader")
    try:
        for call in ("accounts.secrets_of('x', 'somebody', null, null)", "accounts.private_key('x', 1)",
                     "accounts.profiles('x', array[1])"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await reader.fetch(f"select {call}")
    finally:
        await reader.close()


async def test_the_reader_may_call_nothing_that_changes_something(addresses: Addresses) -> None:
    """`default_transaction_read_only` is a default: whoever has the connection can turn it off."""
    owner = await connect(addresses, "owner")
    try:
        volatile = CALLABLE.replace("p.provolatile <> 'i'", "p.provolatile = 'v'")
        assert await owner.fetch(volatile, [*ROOMS, "law", "ops"]) == []
    finally:
        await owner.close()
