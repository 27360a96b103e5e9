"""The end of a move: the old databases go, by hand or when a copy of keys may no longer live."""

import shutil
from pathlib import Path

import asyncpg

from petrel.core import clock
from petrel.ops.databases import state
from petrel.ops.databases.shapes import CLUSTERS, Unfit, Urls
from petrel.storage.postgres import DATABASES, ClusterName
from petrel.storage.shredding import empty


async def confirm(data: Path, current: Urls) -> str:
    """Removes what the site moved away from; says what. Errors: Unfit."""
    kept = state.kept(data, current)
    if kept is None:
        raise Unfit("No old databases are kept.", "Nothing has to be done.")
    # The keys first: without them the rest is of no use to anybody.
    for cluster in reversed(CLUSTERS):
        if kept.urls.where == "embedded":
            _remove_files(data, cluster)
        else:
            await _drop(cluster, kept.urls.of(cluster))
    state.forget(data)
    return f"The old {kept.urls.where} databases are gone."


async def expire(data: Path, current: Urls) -> str | None:
    """As `confirm`, when their days are over."""
    state.note_left(data, current)
    kept = state.kept(data, current)
    if kept is None or clock.now_ms() < kept.until_ms:
        return None
    return await confirm(data, current)


def _remove_files(data: Path, cluster: ClusterName) -> None:
    """Under a name of which no start makes anything, so that half of it is never taken for a database."""
    going, folder = data / f"{cluster}.going", data / cluster
    if folder.exists():
        shutil.rmtree(going, ignore_errors=True)
        folder.rename(going)
    if going.exists():
        shutil.rmtree(going)


async def _drop(cluster: ClusterName, url: str) -> None:
    database = DATABASES[cluster]
    if cluster == "keyring":
        await _empty(url)
    connection = await _connected(cluster, url, "postgres")
    try:
        await connection.execute(f"drop database if exists {database} with (force)")
    finally:
        await connection.close()


async def _empty(url: str) -> None:
    """So that no key stays in the log of that server. The database may be gone already: then there is none."""
    try:
        connection = await _connected("keyring", url, DATABASES["keyring"])
    except asyncpg.InvalidCatalogNameError:
        return
    try:
        await empty(connection)
    except asyncpg.InsufficientPrivilegeError as problem:
        raise Unfit(f"The keys in the log of the old server cannot be removed: {problem}",
                    "As a superuser there: grant pg_checkpoint to NAME; grant execute on function pg_switch_wal() to "
                    "NAME; then run this again.") from problem
    finally:
        await connection.close()


async def _connected(cluster: ClusterName, url: str, database: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(url, database=database, timeout=10)
    except asyncpg.InvalidCatalogNameError:
        raise
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as problem:
        raise Unfit(f"The old server for {cluster} cannot be reached: {problem or type(problem).__name__}",
                    "Start it, and run this again. If it is gone for good, with its disk: petrel database confirm "
                    "--forget") from problem
