"""Makes destroyed keys leave the files of the keyring: table, index, write-ahead log.

A deleted row stays in its page, and its key in the log, until something is written over them. So the parts in which
keys were destroyed are rewritten, which copies what lives to a new file; then the log is switched and checkpointed, and
what is older is removed (`wal_recycle = off`: removed, not kept for writing over later). source: decision 0020.
"""

import asyncio
import time
from typing import Any

import asyncpg
from msgspec import Struct

LOCK_MS = 300               # whoever asks for a key meanwhile waits for us to get the lock, and then for the rewrite
TRIES = 20
HORIZON_S = 20.0

PARTS = "select part, at from keyring.unshredded order by part"
DONE = "delete from keyring.unshredded where part = $1 and at = $2"
MAY_RENEW = """
select pg_has_role('pg_checkpoint', 'usage') and has_function_privilege('pg_catalog.pg_switch_wal()', 'execute')
"""
# Rows that somebody's snapshot may still see would be copied too.
SEEN = """
select count(*)
  from (select backend_xmin as x from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()
        union all select xmin from pg_replication_slots) h
 where h.x is not null and age(h.x) > age($1::text::xid)
"""


class Shredded(Struct, frozen=True):
    """What one run did. `longest_ms`: how long the slowest part was locked. `log_is_clean`: whether the write-ahead log
    was ours to renew; the server of somebody else has to be asked."""

    parts: int
    longest_ms: float
    took_ms: float
    log_is_clean: bool


async def shred(connect_args: dict[str, Any]) -> Shredded:
    """Rewrites what holds destroyed keys; `connect_args` are the administrator's. Errors: asyncpg's; TimeoutError when
    somebody's open transaction, or a lock, stands in the way: then what was not reached is for the next run."""
    began = time.monotonic()
    connection = await asyncpg.connect(**connect_args)
    try:
        await connection.execute(f"set lock_timeout = {LOCK_MS}; set statement_timeout = '60s'")
        parts = await connection.fetch(PARTS)
        may_renew = await connection.fetchval(MAY_RENEW)
        longest_ms = 0.0
        if parts:
            await _until_unseen(connection)
            longest_ms = max([await _rewrite(connection, part) for part, _ in parts])
            if may_renew:
                await renew_log(connection)
            await connection.executemany(DONE, parts)
    finally:
        await connection.close()
    return Shredded(len(parts), longest_ms, (time.monotonic() - began) * 1000, may_renew)


async def _until_unseen(connection: asyncpg.Connection) -> None:
    now = await connection.fetchval("select pg_current_xact_id()::text")
    async with asyncio.timeout(HORIZON_S):
        while True:
            if not await connection.fetchval(SEEN, str(int(now) % (1 << 32))):
                return
            await asyncio.sleep(0.05)


async def _rewrite(connection: asyncpg.Connection, part: str) -> float:
    """Returns for how many milliseconds it stood in anybody's way, at most."""
    for left in reversed(range(TRIES)):
        began = time.monotonic()
        try:
            await connection.execute(f"vacuum full {part}")
            break
        except asyncpg.LockNotAvailableError as e:
            if not left:
                raise TimeoutError(f"{part} is in use") from e
            await asyncio.sleep(0.1)
    return (time.monotonic() - began) * 1000


async def renew_log(connection: asyncpg.Connection) -> None:
    """Leaves no write-ahead log from before this moment: a checkpoint removes the files before the one it begins in."""
    await connection.execute("checkpoint")
    await connection.fetch("select pg_switch_wal()")
    await connection.execute("checkpoint")


async def empty(connection: asyncpg.Connection) -> None:
    """All keys of a keyring that nobody uses any more leave its files; a database without any is left as it is."""
    if await connection.fetchval("select to_regclass('keyring.key') is not null"):
        await connection.execute("truncate keyring.key, keyring.secret")
        await renew_log(connection)
