"""What a statement reads, in pages of 8 kB: the same on every machine, unlike its time."""

import json

import asyncpg


async def pages_read(pool: asyncpg.Pool, sql: str, *args: object) -> int:
    """Runs it twice on one connection: the first time also reads the catalogue and makes plans."""
    async with pool.acquire() as connection:
        await connection.fetch(sql, *args)
        found = await connection.fetchval(f"explain (analyze, buffers, format json) {sql}", *args)
    plan = json.loads(found)[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
