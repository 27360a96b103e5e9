"""A physical copy of a running cluster, streamed: Postgres' own `pg_basebackup`, as one tar with the log it needs."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from petrel.storage.postgres import installed
from petrel.storage.postgres.binaries import find
from petrel.storage.postgres.errors import StorageError

READ_BYTES = 1 << 20

HOLD_LOG = "select pg_create_physical_replication_slot($1, true, true)"
"""A temporary slot, which goes with its session: the log that the copy needs stays until it was copied."""


def copy(args: dict[str, Any], write: Callable[[bytes], object], *, rate_mib: int = 0, spread: bool = False) -> None:
    """Gives the tar of the cluster that `args` (as for asyncpg) lead to, piece by piece. Blocks until it is whole.

    `rate_mib`: at most so many a second, 0 for no limit. `spread`: let the checkpoint that begins it take its time
    (minutes) instead of writing at once. Errors: StorageError, with what Postgres said.
    """
    programs = installed.client(args["dsn"]) if "dsn" in args else find()
    command = [programs.program("pg_basebackup"), *("--pgdata", "-"), "--format=tar", "--wal-method=fetch",
               "--checkpoint=" + ("spread" if spread else "fast"), "--no-password", *_address(args)]
    if rate_mib:
        command.append(f"--max-rate={rate_mib}M")
    with _running(command, _environment(args)) as (out, problem):
        while piece := out.read(READ_BYTES):
            write(piece)
        if said := problem():
            raise StorageError(f"The database could not be copied: {said}", _cure(said))


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[tuple[IO[bytes], Callable[[], str]]]:
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=environment)
    assert process.stdout is not None and process.stderr is not None

    def problem() -> str:
        """What it said when it failed; empty when all went well. It says little: no pipe runs full."""
        assert process.stderr is not None
        said = process.stderr.read().decode(errors="replace").strip()
        return (said or f"pg_basebackup ended with {process.returncode}") if process.wait() else ""

    try:
        yield process.stdout, problem
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def _address(args: dict[str, Any]) -> list[str]:
    if "dsn" in args:
        return ["--dbname", _without_password(args["dsn"])]
    return ["--host", str(args["host"]), "--port", str(args["port"]), "--username", args["user"]]


def _without_password(url: str) -> str:
    """Command lines can be read by everybody on the machine."""
    parts = urlsplit(url)
    name, at, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=name.partition(":")[0] + at + host).geturl()


def _environment(args: dict[str, Any]) -> dict[str, str]:
    password = urlsplit(args["dsn"]).password if "dsn" in args else None
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C"} | ({"PGPASSWORD": unquote(password)} if password else {})


def _cure(said: str) -> str:
    if "must be superuser or replication role" in said or "permission denied to start WAL sender" in said:
        return "Let the login of the URL copy: alter role NAME replication."
    if "no pg_hba.conf entry for replication" in said:
        return "Let the login of the URL copy: a line `host replication NAME ADDRESS scram-sha-256` in pg_hba.conf."
    if "has already been removed" in said or "could not find any WAL" in said:
        return "The log it needed was recycled meanwhile: allow a higher rate, or raise wal_keep_size."
    if "incompatible server version" in said:
        return "Its programs are newer than those here: `apt install postgresql` in that version on this machine."
    return "See the message above."
