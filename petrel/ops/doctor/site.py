"""Checks of the site: its Postgres servers, its processes, its settings."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import psutil  # type: ignore[import-untyped]

from petrel.ops import databases
from petrel.ops.doctor import asking
from petrel.ops.doctor.machine import CLOCK_STEP_MAX_S, SET_CLOCK
from petrel.ops.doctor.shapes import Check, bad, fine
from petrel.ops.processes import COMPONENTS, PartStatus, ServerStatus, Status
from petrel.storage.postgres import (
    OLDEST,
    VARIABLES,
    ClusterName,
    Storage,
    StorageError,
    check_asks,
    check_link,
    holder_of,
    preview,
    this_machine,
)

CONNECTIONS_FULL = 0.9


def check_settings(load: Callable[[], object]) -> Check:
    """`load` raises what a start would raise."""
    try:
        load()
    except Exception as problem:
        return bad("settings", str(problem), "Correct settings.toml or the environment; see `petrel settings show`.")
    return fine("settings", "valid")


def check_processes(data: Path, status: Status | None) -> Check:
    if holder_of(data) is None:
        return fine("processes", "the site is not running; start it with `petrel up`")
    if status is None:
        return bad("processes", "running, but its status file cannot be read", f"Look at {data / 'run'}.")
    watched: dict[str, PartStatus | ServerStatus] = {**status.parts, **status.postgres}
    failing = [f"{name} ({one.last_exit})" for name, one in watched.items() if one.state == "failing"]
    if failing:
        cure = f"Read the console of `petrel up` and the logs in {data / 'log'}; the supervisor keeps trying."
        return bad("processes", f"keeps crashing: {', '.join(failing)}", cure)
    if stopped := sorted({name for name, part in status.parts.items() if any(map(_is_stopped, part.pids))}):
        return bad("processes", f"stopped by somebody: {', '.join(stopped)}",
                   "; ".join(f"`petrel restart {name}`" for name in stopped))
    count = sum(len(part.pids) for part in status.parts.values())
    return fine("processes", f"{status.state}, {count} processes since {status.started_at}")


def _is_stopped(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    except psutil.Error:
        return False


async def check_postgres(storage: Storage, cluster: ClusterName) -> list[Check]:
    """Reachable, new enough, with connections to spare and the same idea of time."""
    name = f"postgres {cluster}"
    url = storage.urls[cluster]
    if not url and holder_of(storage.data) is None:
        return [_check_startable(name, storage, cluster)]
    began = time.monotonic()
    try:
        if url:
            await check_asks(VARIABLES[cluster], url)
        connection = await asking.connected(storage, cluster)
    except StorageError as problem:
        return [bad(name, problem.message, problem.cure)]
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError, TimeoutError) as problem:
        cure = f"Check {VARIABLES[cluster]} and that server."
        if not url:
            cure = ("One that has died is started again by itself; one that hangs by "
                    f"`petrel restart {COMPONENTS[cluster]}`. "
                    f"{storage.data / 'log' / f'postgres-{cluster}.log'} says why.")
        return [bad(name, f"cannot connect: {problem or type(problem).__name__}", cure)]
    took_ms = (time.monotonic() - began) * 1000
    try:
        checks = [await _check_server(name, connection, took_ms), await _check_time(name, connection)]
        return checks + ([await _check_tuning(name, connection, cluster, url)] if url else [])
    except TimeoutError:
        return [asking.held(name)]
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
        return [bad(name, f"does not answer: {problem}", "Examine again in a moment.")]
    finally:
        await asking.leave(connection)


def _check_startable(name: str, storage: Storage, cluster: ClusterName) -> Check:
    try:
        return fine(name, f"not running; {preview(storage.data, cluster)}")
    except StorageError as problem:
        return bad(name, problem.message, problem.cure)


async def _check_server(name: str, connection: asyncpg.Connection, took_ms: float) -> Check:
    row = await connection.fetchrow(
        "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version,"
        " current_setting('max_connections')::int AS most, pg_is_in_recovery() AS standby,"
        " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS used"
    )
    found = f"Postgres {row['version']}, answers in {took_ms:.0f} ms, {row['used']} of {row['most']} connections"
    if row["number"] < OLDEST * 10000:
        return bad(name, found, f"Petrel needs Postgres {OLDEST} or newer.")
    if row["standby"]:
        return bad(name, f"{found}; a read-only standby", "Point the URL at the primary server.")
    if row["used"] > row["most"] * CONNECTIONS_FULL:
        return bad(name, found, "Whose are they: `petrel database sessions`; `petrel database sessions "
                   "--end-foreign` ends those of others. All ours: raise max_connections (embedded: in local.conf of "
                   "the cluster), or run fewer workers.")
    return fine(name, found)


async def _check_tuning(name: str, connection: asyncpg.Connection, cluster: ClusterName, url: str) -> Check:
    """Settings of a server that is not ours to start; of another machine the size is not known."""
    machine = this_machine() if check_link(url).is_local else None
    label, found = f"{name} settings", await databases.judge(connection, cluster, machine)
    if must := [one.text for one in found if one.must]:
        return bad(label, "; ".join(must), "`petrel database prepare` sets them right; `petrel database check` "
                                           "names every one.")
    advice = f"; advice: {', '.join(one.name for one in found)} (`petrel database check`)" if found else ""
    return fine(label, f"as they should be{advice}")


async def _check_time(name: str, connection: asyncpg.Connection) -> Check:
    before = datetime.now(UTC)
    theirs = await connection.fetchval("SELECT clock_timestamp()")
    after = datetime.now(UTC)
    off_s = (theirs - before - (after - before) / 2).total_seconds()
    label = f"{name} clock"
    if abs(off_s) > CLOCK_STEP_MAX_S:
        return bad(label, f"{off_s:+.1f} s away from this machine's", SET_CLOCK)
    return fine(label, f"{off_s * 1000:+.0f} ms from this machine's")
