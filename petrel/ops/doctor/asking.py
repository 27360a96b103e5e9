"""How the doctor asks a database: it waits for nobody. Whatever is wrong there may also be in its own way."""

from typing import Any

import asyncpg

from petrel.ops.doctor.shapes import Check, bad
from petrel.storage.postgres import ClusterName, Storage

CONNECTS_S, ANSWERS_S = 5.0, 10.0


async def connected(storage: Storage, cluster: ClusterName) -> Any:
    """To be closed with `leave`. What is asked through it raises TimeoutError after ANSWERS_S. Errors: those of
    asyncpg.connect, OSError, TimeoutError."""
    return await asyncpg.connect(**storage.connect_args(cluster), timeout=CONNECTS_S, command_timeout=ANSWERS_S)


async def leave(connection: Any) -> None:
    await connection.close(timeout=CONNECTS_S)


def held(name: str) -> Check:
    """Of a question that was not answered, by a server that lets people in."""
    return bad(name, f"no answer within {ANSWERS_S:.0f} s: somebody holds what it asks for",
               "`petrel database sessions` shows whose it is; `petrel database sessions --end-blocking` ends it.")
