"""How many connections a pool keeps."""

import asyncio

from petrel.storage.pools import Addresses, open_pool


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
