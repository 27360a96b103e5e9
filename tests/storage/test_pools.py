"""How many connections a pool keeps."""

import asyncio

import asyncpg

from petrel.storage.pools import ARRAYS, Addresses, open_pool

OF_SERVER = """
select a.oid, a.typname as array, e.oid as element, e.typname as name, e.typdelim
  from pg_type a join pg_type e on e.oid = a.typelem where a.oid = any($1)
"""
LOOKED_UP = "select count(*) from pg_prepared_statements where statement like '%typeinfo' || '_tree%'"


async def test_what_coincides_shares_a_connection_and_what_takes_long_does_not(addresses: Addresses) -> None:
    pool = await open_pool(addresses.main["reader"], most=4, grow_s=0.2)
    try:
        await asyncio.gather(*(pool.fetchval("select 1") for _ in range(4)))
        assert pool.get_size() == 1
        held = [await pool.acquire(timeout=5) for _ in range(4)]
        assert pool.get_size() == 4
        for one in held:
            await pool.release(one)
    finally:
        pool.terminate()


async def test_whoever_waits_gets_what_becomes_free_and_not_another(addresses: Addresses) -> None:
    pool = await open_pool(addresses.main["reader"], most=4, grow_s=5)
    try:
        held = await pool.acquire()
        waiting = [asyncio.create_task(pool.fetchval("select 1")) for _ in range(3)]
        gives_up = asyncio.create_task(pool.fetchval("select 1"))
        await asyncio.sleep(0)
        gives_up.cancel()
        await pool.release(held)
        assert await asyncio.gather(*waiting) == [1, 1, 1]
        assert pool.get_size() == 1
    finally:
        pool.terminate()


async def test_a_new_session_does_not_look_up_what_never_changes(addresses: Addresses) -> None:
    """The look costs a megabyte of the server's memory in each session, and as much time as ten reads."""
    pool = await open_pool(addresses.main["owner"], most=1)
    try:
        row = await pool.fetchrow("select $1::bigint[] as i, $2::bytea[] as b, $3::float8[] as f, $4::smallint[] as s",
                                  [1, None, -(1 << 62)], [b"", b"\0x"], [0.5], [-3])
        assert tuple(row) == ([1, None, -(1 << 62)], [b"", b"\0x"], [0.5], [-3])
        assert await pool.fetchval("select array[array[1, 2], array[3, 4]]::int[]") == [[1, 2], [3, 4]]
        assert await pool.fetchval(LOOKED_UP) == 0
        # What is not Postgres's own is looked up as ever, also beside what is known.
        assert len(await pool.fetch("select null::accounts.card as card, $1::bigint[] as ids", [1])) == 1
        assert await pool.fetchval(LOOKED_UP) == 1
    finally:
        pool.terminate()


async def test_the_arrays_are_those_of_this_server(addresses: Addresses) -> None:
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        rows = await connection.fetch(OF_SERVER, list(ARRAYS))
    finally:
        await connection.close()
    assert {r["oid"]: (r["element"], r["name"]) for r in rows} == ARRAYS
    assert all(r["array"] == "_" + r["name"] and r["typdelim"] == b"," for r in rows)
