"""Faults that do not mend themselves, each broken in for real. Which of them a run meets, its seed says."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import asyncpg
from msgspec import Struct

from petrel.ops.drills import Site
from petrel.storage.postgres import Storage

MEANWHILE = "psql of somebody who went to lunch"


class Fault(Struct, frozen=True):
    """`row`: of SCENARIOS.md. `inject`: broken as long as the block lasts, unless somebody mends it."""

    name: str
    row: int
    inject: Callable[[Site], AbstractAsyncContextManager[None]]


def _hangs(name: str, row: int) -> Fault:
    """It stands still and does not say so."""
    return Fault(f"{name}-hang{'s' if name[-1] != 's' else ''}", row, lambda site: site.standing(name))


def _connect_args(site: Site, login: str = "petrel_admin") -> dict[str, Any]:
    args = Storage(site.data).connect_args("main", login)
    return {**args, "server_settings": {"application_name": MEANWHILE}}


@asynccontextmanager
async def _held_lock(site: Site) -> AsyncIterator[None]:
    """A table that nobody else can touch, in a transaction that was left open."""
    connection = await asyncpg.connect(**_connect_args(site))
    try:
        await connection.execute("begin")
        await connection.execute("lock table posts.post in access exclusive mode")
        await connection.execute("select pg_current_xact_id()")
        yield
    finally:
        with suppress(Exception):
            await connection.close(timeout=2)


@asynccontextmanager
async def _full_pool(site: Site) -> AsyncIterator[None]:
    """Somebody else's program takes every connection that it can get, and keeps them."""
    held: list[Any] = []
    try:
        with suppress(OSError, asyncpg.PostgresError, TimeoutError):
            while True:
                held.append(await asyncpg.connect(**_connect_args(site, "petrel_reader"), timeout=2))
        yield
    finally:
        for one in held:
            one.terminate()


@asynccontextmanager
async def _dead_letters(site: Site) -> AsyncIterator[None]:
    """Work that was given up while what it needs was away. It is there again."""
    async with site.database() as connection:
        await connection.execute(
            "insert into ops.job (lane, name, args, attempts, dead_at, last_error) "
            "select 'default', 'watching.examine', '{}', 12, now(), 'it was away' from generate_series(1, 5)")
        yield
        await connection.execute("delete from ops.job where dead_at is not null")


FAULTS = (
    _hangs("followers", 9), _hangs("jobs", 9), _hangs("web", 9), _hangs("main-database", 6), _hangs("keyring", 6),
    Fault("held-lock", 5, _held_lock),
    Fault("full-pool", 5, _full_pool),
    Fault("dead-letters", 5, _dead_letters),
)
