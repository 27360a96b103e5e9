"""Faults that do not mend themselves, each broken in for real. Which of them a run meets, its seed says."""

import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import asyncpg
import psutil  # type: ignore[import-untyped]
from msgspec import Struct

from petrel.ops.drills import Site
from petrel.storage.postgres import ClusterName, Storage

MEANWHILE = "psql of somebody who went to lunch"


class Fault(Struct, frozen=True):
    """`row`: of SCENARIOS.md. `inject`: broken as long as the block lasts, unless somebody mends it."""

    name: str
    row: int
    inject: Callable[[Site], AbstractAsyncContextManager[None]]


def _stopped(pids: Callable[[Site], list[int]]) -> Callable[[Site], AbstractAsyncContextManager[None]]:
    """Processes that stand still and do not say so."""
    @asynccontextmanager
    async def inject(site: Site) -> AsyncIterator[None]:
        found = pids(site)
        for pid in found:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in found:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    return inject


def _part(name: str) -> Callable[[Site], list[int]]:
    return lambda site: list(site.running().parts[name].pids)


def _server(cluster: ClusterName) -> Callable[[Site], list[int]]:
    def pids(site: Site) -> list[int]:
        first = psutil.Process(site.postgres(cluster))
        return [first.pid, *(one.pid for one in first.children(recursive=True))]
    return pids


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


FAULTS = (
    Fault("followers-hang", 9, _stopped(_part("followers"))),
    Fault("jobs-hang", 9, _stopped(_part("jobs"))),
    Fault("web-hangs", 9, _stopped(_part("web"))),
    Fault("main-database-hangs", 6, _stopped(_server("main"))),
    Fault("keyring-hangs", 6, _stopped(_server("keyring"))),
    Fault("held-lock", 5, _held_lock),
    Fault("full-pool", 5, _full_pool),
    Fault("dead-letters", 5, _dead_letters),
)
