"""Both servers restarted under a running site: for a moment requests wait, and none is refused.

What has begun may end, what would begin waits (`petrel/storage/holding.py`), and a checkpoint beforehand leaves the
servers little to write. source: decision 0023.
"""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg

from petrel.ops.databases.debian import NAMES, OWNER, Homes, port_of
from petrel.ops.databases.shapes import CLUSTERS, Unfit
from petrel.storage import holding
from petrel.storage.pools import GONE
from petrel.storage.postgres import ClusterName, Storage

DRAIN_S = 1.5
BACK_S = 120.0
LOOK_S = 0.02
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
BUSY = """
select count(*) from pg_stat_activity
 where usename in ('petrel_reader', 'petrel_writer', 'petrel_system') and state <> 'idle'
"""
Admins = Mapping[ClusterName, dict[str, Any]]


@contextmanager
def paused(run_directory: Path, admins: Admins) -> Iterator[Callable[[Callable[[], bool]], float]]:
    """Nothing begins on this machine until the block ends; what had begun has ended, or took longer than DRAIN_S.

    The block restarts, and then waits by what it is given until both servers are new ones and answer, as long as its
    argument says so; it gets the seconds since the pause began.
    """
    before = {}
    for cluster in CLUSTERS:
        before[cluster] = asyncio.run(_born(admins[cluster], write_down=True))
    began = time.monotonic()

    def until_back(go_on: Callable[[], bool]) -> float:
        for cluster in CLUSTERS:
            while (born := asyncio.run(_born(admins[cluster]))) is None or born == before[cluster]:
                if not go_on():
                    break
                time.sleep(LOOK_S)
        return time.monotonic() - began

    with holding.held(run_directory):
        with suppress(OSError, asyncpg.PostgresError):          # one that does not run has nothing to be waited for
            asyncio.run(_quiet(admins["main"]))
        yield until_back


def clusters(major: int, homes: Homes, run_directory: Path) -> float:
    """Debian's, ours both at once, then others of that version, whose programs were replaced too. How long requests
    waited, in seconds. As root; whether they run is for the caller to see."""
    admins: dict[ClusterName, dict[str, Any]] = {
        c: {"host": str(homes.sockets), "port": port_of(homes.conf / str(major) / NAMES[c]), "user": OWNER,
            "database": "postgres"} for c in CLUSTERS}
    with paused(run_directory, admins) as until_back:
        going = _restart(major, [NAMES[c] for c in CLUSTERS], homes)
        # They answer a second and a half before Debian's tools are sure of it.
        held_s = until_back(lambda: any(one.poll() is None for one in going))
    for one in [*going, *_restart(major, _others(major, homes), homes)]:
        one.wait()
    return held_s


def are_ours(major: int, homes: Homes) -> bool:
    """Whether the clusters of the site are the ones that `prepare` made."""
    return all((homes.conf / str(major) / NAMES[c] / "postgresql.conf").exists() for c in CLUSTERS)


def embedded(data: Path, running: Callable[[], str], wanted: str) -> float:
    """Ends both; the supervisor of the running site starts them with its own programs. `running`: the version of the
    main one. How long requests waited, in seconds. Errors: Unfit."""
    storage = Storage(data)
    pids = [int((data / c / "postmaster.pid").read_text().split()[0]) for c in CLUSTERS]
    with paused(data / "run", {c: storage.connect_args(c) for c in CLUSTERS}) as until_back:
        for pid in pids:
            os.kill(pid, signal.SIGINT)         # source: Postgres manual, "fast" shutdown
        until = time.monotonic() + BACK_S
        held_s = until_back(lambda: time.monotonic() < until)
    if (now := running()) != wanted:
        raise Unfit(f"The servers still run {now}.", "Restart the site: systemctl restart petrel")
    return held_s


async def _born(args: dict[str, Any], *, write_down: bool = False) -> datetime | None:
    """When the server started; None for one that does not answer. `write_down`: a checkpoint first."""
    try:
        connection = await asyncpg.connect(**args, timeout=5)
    except (*GONE, asyncpg.PostgresError):
        return None
    try:
        if write_down:
            await connection.execute("checkpoint")
        born: datetime = await connection.fetchval("select pg_postmaster_start_time()")
        return born
    except (*GONE, asyncpg.PostgresError):
        return None
    finally:
        connection.terminate()          # a server that goes away takes no leave


async def _quiet(args: dict[str, Any]) -> None:
    """When nobody is in a transaction any more, or some have been for too long."""
    connection = await asyncpg.connect(**args, timeout=10)
    try:
        until = time.monotonic() + DRAIN_S
        while await connection.fetchval(BUSY) and time.monotonic() < until:     # noqa: ASYNC110 (of other processes)
            await asyncio.sleep(LOOK_S)
    finally:
        await connection.close()


def _restart(major: int, names: list[str], homes: Homes) -> list["subprocess.Popen[bytes]"]:
    """All at once; returns before they have."""
    return [subprocess.Popen(["pg_ctlcluster", str(major), name, "restart"], stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_environment(homes))
            for name in names]


def _others(major: int, homes: Homes) -> list[str]:
    """Running clusters of that version that are not the site's."""
    said = subprocess.run(["pg_lsclusters", "--no-header"], env=_environment(homes), capture_output=True, text=True,
                          check=False).stdout
    lines = [line.split() for line in said.splitlines()]
    return [line[1] for line in lines if line[:1] == [str(major)] and line[1] not in NAMES.values()
            and line[3].startswith("online")]


def _environment(homes: Homes) -> dict[str, str]:
    return {"PATH": PATH, "LC_ALL": "C.UTF-8", "PG_CLUSTER_CONF_ROOT": str(homes.conf)}
