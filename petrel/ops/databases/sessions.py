"""Who is connected to the databases, who holds whom up, and ending one. Past the pools: they may be what is full."""

from collections.abc import Sequence
from typing import Any

import asyncpg
from msgspec import Struct

from petrel.core.errors import Conflict, NotFound
from petrel.ops.processes import COMPONENTS
from petrel.storage.pools import Addresses
from petrel.storage.postgres import ClusterName

CONNECTS_S = 5.0
WRITES_S, STRANGER_WRITES_S = 60.0, 10.0
"""Longer than anything of ours writes in one go; and how long anybody else may have everybody wait."""
LOOK = """
select a.pid, coalesce(a.usename, '') as login, coalesce(a.application_name, '') as program,
       coalesce(a.state, '') as state,
       coalesce(extract(epoch from now() - a.xact_start), 0)::float8 as open_s, a.backend_xid is not null as writes,
       coalesce(a.application_name, '') like 'petrel %' as ours,
       (select count(*) from pg_catalog.pg_stat_activity b
         where b.wait_event_type = 'Lock' and a.pid = any (pg_catalog.pg_blocking_pids(b.pid)))::integer as holds_up
  from pg_catalog.pg_stat_activity a
 where a.backend_type = 'client backend' and a.pid <> pg_catalog.pg_backend_pid()
"""
# Chosen first: among conditions the planner would end somebody before it has looked at who they are.
END = """
with chosen as materialized (
  select a.pid from pg_catalog.pg_stat_activity a where a.backend_type = 'client backend' and a.pid = any ($1))
select c.pid from chosen c where pg_catalog.pg_terminate_backend(c.pid)
"""


class Session(Struct, frozen=True):
    """`open_s`: how long its transaction has been open, 0 without one; `writes`: that one has written, and whatever
    follows the journal waits for it; `holds_up`: how many others wait for its locks; `ours`: the program's own. What it
    asks is not here: it may be somebody's words."""

    cluster: str
    pid: int
    login: str
    program: str
    state: str
    open_s: float
    writes: bool
    ours: bool
    holds_up: int

    @property
    def is_in_the_way(self) -> bool:
        """Somebody waits for its locks, or it has been writing for too long."""
        return self.holds_up > 0 or (self.writes and self.open_s > (WRITES_S if self.ours else STRANGER_WRITES_S))


async def sessions(addresses: Addresses) -> list[Session]:
    """Who stands in the way first, then the oldest transaction. Errors: Conflict, where a server does not answer."""
    found = []
    for cluster, logins in _clusters(addresses):
        for row in await _ask(cluster, logins["owner"], LOOK):
            found.append(Session(cluster, **row))
    return sorted(found, key=lambda one: (-one.is_in_the_way, -one.holds_up, -one.open_s, one.cluster, one.pid))


async def end(addresses: Addresses, which: Sequence[Session]) -> int:
    """Ends these; what they have not committed is undone. How many there still were. Errors: NotFound, Conflict."""
    ended = 0
    for cluster, logins in _clusters(addresses):
        if pids := [one.pid for one in which if one.cluster == cluster]:
            ended += len(await _ask(cluster, logins["owner"], END, pids))
    if which and not ended:
        raise NotFound("They have gone by themselves: petrel database sessions.")
    return ended


def _clusters(addresses: Addresses) -> tuple[tuple[ClusterName, dict[str, Any]], ...]:
    return ("main", addresses.main), ("keyring", addresses.keyring)


async def _ask(cluster: ClusterName, owner: dict[str, Any], sql: str, *args: object) -> list[dict[str, Any]]:
    try:
        connection = await asyncpg.connect(**{**owner, "timeout": CONNECTS_S})
        try:
            return [dict(row) for row in await connection.fetch(sql, *args)]
        finally:
            await connection.close(timeout=CONNECTS_S)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as e:
        raise Conflict(f"Postgres ({cluster}) does not answer: {e or type(e).__name__}. What was acknowledged is safe: "
                       f"petrel restart {COMPONENTS[cluster]} begins it anew.") from e
