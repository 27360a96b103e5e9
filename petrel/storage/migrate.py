"""Migrations: plain SQL files, run in order, each once, each in one transaction with a lock timeout.

`NNNN_expand_name.sql` adds and may run while the older release still serves; `NNNN_contract_name.sql` removes and
runs only when asked for (`petrel migrate --contract`), after the older release is gone. Then the *functions*, files
that are replaced whole whenever their text changes, and last the grants. All of it under one advisory lock, so that
processes that start together migrate once.
"""

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import asyncpg

from petrel.core.errors import PetrelError

LOCK = 0x7065747265_6C   # "petrel"
BOOK = """
create schema if not exists petrel_migrations;
create table if not exists petrel_migrations.done (
  name text primary key, digest text not null, at timestamptz not null default now());
"""
STORAGE = Path(str(files("petrel.storage")))


class SchemaMismatch(PetrelError):
    """The database was made by other migrations than this release has"""


async def migrate_main(connection: Any, functions: Sequence[Path], *, contract: bool = False) -> list[str]:
    """Brings the main cluster up to date; `connection` is the administrator's. Returns what was run."""
    return await _migrate(connection, STORAGE / "migrations", functions, STORAGE / "grants.sql", contract)


async def migrate_keyring(connection: Any, *, contract: bool = False) -> list[str]:
    return await _migrate(connection, STORAGE / "keyring", (), None, contract)


async def _migrate(connection: Any, folder: Path, functions: Sequence[Path], grants: Path | None,
                   contract: bool) -> list[str]:
    await connection.fetch("select pg_advisory_lock($1::bigint)", LOCK)
    try:
        await connection.execute((STORAGE / "roles.sql").read_text())
        await connection.execute(BOOK)
        done = {r["name"]: r["digest"] for r in await connection.fetch("select * from petrel_migrations.done")}
        ran = await _run_new(connection, folder, done, contract)
        ran += await _replace_changed(connection, functions, done, bool(ran))
        if grants is not None:
            ran += await _replace_changed(connection, [grants], done, bool(ran))
        return ran
    finally:
        await connection.fetch("select pg_advisory_unlock($1::bigint)", LOCK)


async def _run_new(connection: Any, folder: Path, done: dict[str, str], contract: bool) -> list[str]:
    ran = []
    for path in sorted(folder.glob("[0-9]*.sql")):
        text = path.read_text()
        digest = hashlib.sha256(text.encode()).hexdigest()
        if path.name in done:
            if done[path.name] != digest:
                raise SchemaMismatch(f"{path.name} has changed since it was run on this database. "
                                     "Never edit a migration that has landed; add a new one.")
            continue
        if "_contract_" in path.name and not contract:
            continue
        await _run(connection, text, path.name, digest)
        ran.append(path.name)
    return ran


async def _replace_changed(connection: Any, functions: Sequence[Path], done: dict[str, str], force: bool) -> list[str]:
    ran = []
    for path in functions:
        text = path.read_text()
        name = f"functions:{path.parent.name}/{path.name}"
        digest = hashlib.sha256(text.encode()).hexdigest()
        if force or done.get(name) != digest:
            await _run(connection, text, name, digest)
            ran.append(name)
    return ran


async def _run(connection: Any, text: str, name: str, digest: str) -> None:
    async with connection.transaction():
        await connection.execute("set local lock_timeout = '5s'; set local role petrel_owner; "
                                 "set local check_function_bodies = off")
        try:
            await connection.execute(text)
        except asyncpg.PostgresError as e:
            raise SchemaMismatch(f"{name}: {e}") from e
        await connection.execute("reset role")
        await connection.execute(
            "insert into petrel_migrations.done (name, digest) values ($1, $2) "
            "on conflict (name) do update set digest = excluded.digest, at = now()", name, digest)
