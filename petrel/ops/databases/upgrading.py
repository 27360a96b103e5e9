"""Upgrades within a major version: tried on a copy of the running servers, then done by the distribution's package.

To a newer major version one moves: new clusters beside the old ones, every row carried and compared (`moving.py`). That
takes longer than pg_upgrade, and leaves the old servers as they were, which pg_upgrade with links does not. source:
decision 0023.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
from msgspec import Struct

from petrel.ops.databases import packages, restarting
from petrel.ops.databases.carrying import SESSION, digest, tables_of
from petrel.ops.databases.debian import Homes
from petrel.ops.databases.shapes import CLUSTERS, LOGIN, Unfit, Urls
from petrel.storage.postgres import (
    VARIABLES,
    Binaries,
    ClusterName,
    StorageError,
    check_external,
    check_link,
    hand_over,
    one_cluster,
)
from petrel.storage.postgres.copying import copy

PLACE = "upgrade-rehearsal"
MARGIN_BYTES = 1 << 30
UNCHANGED = "Make room. Nothing was changed."
Say = Callable[[str], None]


class Tried(Struct, frozen=True):
    """A copy of one server, read whole by other programs. `start_s`: from launch to answer, recovery included."""

    cluster: ClusterName
    version: str
    rows: int
    copy_s: float
    start_s: float


async def running(args: dict[str, Any]) -> str:
    """As in 15.18."""
    connection = await asyncpg.connect(**args, timeout=10)
    try:
        return str(await connection.fetchval("show server_version")).split()[0]
    finally:
        await connection.close()


def rehearse(data: Path, cluster: ClusterName, args: dict[str, Any], programs: Binaries, say: Say) -> Tried:
    """Copies the running server, starts the copy with `programs` where nobody reaches it, and reads every row.

    Blocks; the copy is removed, however it ends. Errors: StorageError.
    """
    size = asyncio.run(_size(args))
    free = shutil.disk_usage(data).free
    if free < size + MARGIN_BYTES:
        raise Unfit(f"{data} has {free >> 20} MB left; a copy of {cluster} takes {size + MARGIN_BYTES >> 20} MB.",
                    "Make room there. Nothing was changed.")
    place = _place(data)
    try:
        began = time.monotonic()
        _copy(place / cluster, args)
        copy_s = time.monotonic() - began
        server = one_cluster(place, cluster, programs, say)
        hand_over(place / cluster)
        began = time.monotonic()
        server.start()
        try:
            server.wait_ready()
            start_s = time.monotonic() - began
            rows = asyncio.run(_read({"host": str(server.sockets), "user": LOGIN, "database": server.database}))
            version = asyncio.run(running({"host": str(server.sockets), "user": LOGIN, "database": server.database}))
        finally:
            server.stop()
    except OSError as problem:
        raise Unfit(f"The copy could not be written: {problem.strerror}.", UNCHANGED) from problem
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return Tried(cluster, version, rows, copy_s, start_s)


def _place(data: Path) -> Path:
    """An empty directory. Older servers walk to their files by name, so their user has to be able to: below DATA when
    that is its own, otherwise in a directory that others may pass through, with the files closed to them."""
    state = data.stat()
    if os.geteuid() == 0 and state.st_uid == 0:
        place = Path(tempfile.mkdtemp(prefix=f"petrel-{PLACE}-", dir="/var/tmp"))
        place.chmod(0o711)
        return place
    place = data / PLACE
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(place, state.st_uid, state.st_gid)
    return place


def _copy(folder: Path, args: dict[str, Any]) -> None:
    folder.mkdir(mode=0o700)
    unpacking = subprocess.Popen(["tar", "-x", "-C", str(folder)], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert unpacking.stdin is not None
    try:
        copy(args, unpacking.stdin.write)
        _, said = unpacking.communicate()
    except BrokenPipeError:
        _, said = unpacking.communicate()
    except BaseException:
        unpacking.kill()
        unpacking.wait()
        raise
    if unpacking.returncode:
        raise Unfit(f"The copy could not be written: {said.decode(errors='replace').strip()}",
                    UNCHANGED)
    for name in ("postgresql.auto.conf", "standby.signal"):
        (folder / name).unlink(missing_ok=True)         # what was set there is for the other server


async def _size(args: dict[str, Any]) -> int:
    connection = await asyncpg.connect(**args, timeout=10)
    try:
        return int(await connection.fetchval("select sum(pg_database_size(oid)) from pg_database"))
    finally:
        await connection.close()


async def _read(args: dict[str, Any]) -> int:
    """Every row, from the tables and not from an index. Errors: Unfit."""
    connection = await asyncpg.connect(**args, timeout=10)
    try:
        await connection.execute(SESSION)
        return sum([(await digest(connection, table)).rows for table in await tables_of(connection)])
    except asyncpg.PostgresError as problem:
        raise Unfit(f"The copy cannot be read by the new programs: {problem}",
                    "Do not upgrade. Report it, with the message.") from problem
    finally:
        await connection.close()


def install(urls: Urls, one: packages.Offer, wanted: str, say: Say, place: tuple[Path, Homes]) -> None:
    """Puts the new package in, restarts both servers with it, and goes back to the old one when they do not run it.

    As root. The site may run: the servers run too while the package is unpacked, and for the restart its requests wait
    a moment. `place`: directory that tells processes of the site to, and Debian's places. Errors: Unfit.
    """
    if os.geteuid() != 0:
        raise Unfit("Installing a package takes root.", "Run this with sudo.")
    try:
        _put_in(one, one.newest, place, say)
        _see(urls, wanted)
    except StorageError as problem:
        say(f"Going back to {one.here}: {problem.message}")
        _put_in(one, one.here, place, say)
        _see(urls, one.here.partition("-")[0])
        raise Unfit(f"{one.package} {one.newest} does not work here: {problem.message}",
                    f"The servers run {one.here} again. Hold it until somebody knows more: apt-mark hold {one.package}"
                    ) from problem


def _put_in(one: packages.Offer, version: str, place: tuple[Path, Homes], say: Say) -> None:
    run_directory, homes = place
    major = int(one.package.rpartition("-")[2])
    if not restarting.are_ours(major, homes):
        packages.install(one, version)          # somebody else's clusters: the package stops and starts them
        return
    with packages.left_running():
        packages.install(one, version)
    held_s = restarting.clusters(major, homes, run_directory)
    say(f"The servers were restarted; requests waited {held_s:.1f} s.")


def _see(urls: Urls, wanted: str) -> None:
    for cluster in CLUSTERS:
        if not _answers(cluster, urls.of(cluster), wanted):
            raise Unfit(f"The server for {cluster} does not run {wanted}.", "Read its log: pg_lsclusters.")


def _answers(cluster: ClusterName, url: str, wanted: str) -> bool:
    try:
        return asyncio.run(check_external(VARIABLES[cluster], url)).split()[0] == wanted
    except StorageError:
        return False


def check_near(urls: Urls, major: int | None = None) -> None:
    """Errors: Unfit, for servers whose packages are not this machine's."""
    for cluster in CLUSTERS:
        link = check_link(urls.of(cluster), VARIABLES[cluster])
        if not link.is_local and not _is_here(link.host):
            again = f"petrel database prepare --only {cluster} --version {major} --print-urls"
            raise Unfit(f"The server for {cluster} runs on {link.host}, and its package is that machine's.",
                        "There: apt-get update && apt-get install --only-upgrade postgresql-N, one machine after the "
                        "other; the site waits for a server that restarts." if major is None else
                        f"There: apt-get install postgresql-{major}, and {again}; likewise for the other one. Here: "
                        "petrel database prepare --use FILE with what both printed, then petrel database move --to "
                        "system.")


def _is_here(host: str) -> bool:
    """Whether this name or address leads to this machine: nobody can take a port at the address of another."""
    try:
        family, kind, number, _, place = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind, number) as one:
            one.bind(place)
    except OSError:
        return False
    return True

