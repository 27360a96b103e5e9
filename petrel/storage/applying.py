"""How a piece of SQL is run on a database that may be in use: as its owner, noted down, and without anybody having to
queue behind it for long."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from petrel.storage.postgres.errors import StorageError

LOCK_TIMEOUT_MS = 200
"""How long a lock is waited for at a time: everybody who comes meanwhile waits behind us."""
LOCK_PATIENCE_S = 60.0
LOCK_AGAIN_S = 0.1
NOTE = """
insert into petrel_migrations.done (name, digest) values ($1, $2)
on conflict (name) do update set digest = excluded.digest, at = now()
"""


class SchemaMismatch(StorageError):
    """The database was made by other migrations than this release has"""


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def patiently(run: Callable[[], Awaitable[None]], name: str) -> None:
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


def said(name: str, e: asyncpg.PostgresError) -> SchemaMismatch:
    if isinstance(e, asyncpg.DiskFullError):
        return SchemaMismatch(f"{name}: {e}", "Make room and run the same again; what was begun is undone.")
    return SchemaMismatch(f"{name}: {e}")


async def statements(connection: Any, text: str, name: str, digest: str, *, role: str = "petrel_owner") -> None:
    """Inside a transaction. Errors: SchemaMismatch, naming the file."""
    await connection.execute(f"set local role {role}; set local check_function_bodies = off")
    try:
        await connection.execute(text)
    except asyncpg.PostgresError as e:
        raise said(name, e) from e
    await connection.execute("reset role")
    await connection.execute(NOTE, name, digest)
