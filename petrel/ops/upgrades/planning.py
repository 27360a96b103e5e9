"""What an upgrade would do, how long it would take, what it needs, and what is in its way. Changes nothing."""

import os
import re
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import asyncpg

from petrel.core import emergency
from petrel.core.amounts import lasting, size
from petrel.core.policy import POLICY
from petrel.ops import backups
from petrel.ops.processes import Release, Status, beside, read_status, this_release
from petrel.ops.upgrades.records import read
from petrel.ops.upgrades.shapes import CannotUpgrade, Cost, Plan, Problem
from petrel.storage import migrate
from petrel.storage.pools import Addresses
from petrel.storage.postgres import holder_of

FRESH_S = 24 * 3600.0
SPARE_BYTES = 256 * 1024 * 1024
"""Free beyond what the steps need: the log of the database grows while people go on writing."""

# Measured on the two-core machine, rounded up.
EXPAND_S, FUNCTIONS_S, HANDOVER_S, WEB_S = 0.3, 2.0, 3.0, 5.0
INDEX_BYTES_A_S = 20_000_000
INDEX_ROW_BYTES = 40
MADE = re.compile(r"^create table (\w+\.\w+)", re.M)

SIZES = """
select n.nspname || '.' || c.relname as name, greatest(c.reltuples, 0)::bigint as rows, pg_table_size(c.oid) as bytes
  from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p')
"""


async def plan(folder: Path, addresses: Addresses, load: Callable[[], None], *, wants_backup: bool = True) -> Plan:
    """`load` imports all code of this release. Errors: CannotUpgrade where no site runs; StorageError."""
    must_run(folder)
    main = await asyncpg.connect(**addresses.main["owner"])
    keyring = await asyncpg.connect(**addresses.keyring["owner"])
    try:
        return await _plan(folder, main, keyring, load, wants_backup=wants_backup)
    finally:
        await main.close()
        await keyring.close()


async def _plan(folder: Path, main: Any, keyring: Any, load: Callable[[], None], *, wants_backup: bool) -> Plan:
    began = time.monotonic()
    load()
    load_s = time.monotonic() - began
    status, this = read_status(folder), this_release()
    problems = _with_the_site(folder, status, this)
    in_force = await migrate.policy_in_force(main)
    if in_force > POLICY:
        problems.append(Problem(f"Privacy policy {in_force} is in force; this release knows {POLICY}.",
                                "Install a release that knows it."))
    pending = [*await migrate.pending(keyring, migrate.STORAGE / "keyring"),
               *await migrate.pending(main, migrate.STORAGE / "migrations")]
    if newer := await _unknown(main):
        problems.append(Problem(f"The database was brought to a newer release than this one ({this.version}): it has "
                                f"{newer}.", "Run `petrel upgrade` with that release, or `petrel upgrade back`."))
    sizes = {row["name"]: row for row in await main.fetch(SIZES)}
    web = status.parts["web"].wanted if status and "web" in status.parts else 1
    costs = [Cost("load this release", round(load_s, 1)), *_migrations(pending, sizes),
             Cost("database functions and inventory", FUNCTIONS_S),
             Cost(f"hand over, {web} web processes one after the other", HANDOVER_S + WEB_S * web)]
    free_bytes = shutil.disk_usage(folder).free
    needed = 2 * sum(one.bytes for one in costs) + SPARE_BYTES
    if free_bytes < needed:
        problems.append(Problem(f"{size(free_bytes)} are free where {folder} is; {size(needed)} are needed.",
                                "Make room: `petrel doctor` tells what takes it."))
    backup, stale = _backup(folder)
    if stale and wants_backup:
        problems.append(stale)
    record = read(folder)
    is_unfinished = record is not None and record.taker.build == this.build and record.step != "done"
    return Plan(giver=status.release if status else None, taker=this, costs=costs, free_bytes=free_bytes,
                later=[path.name for path in pending if "_contract_" in path.name], backup=backup, problems=problems,
                is_done=bool(status and status.release == this and not is_unfinished
                             and all("_contract_" in path.name for path in pending)))


def must_run(folder: Path) -> int:
    """The supervisor's process. Errors: CannotUpgrade."""
    pid = holder_of(folder)
    if pid is None:
        raise CannotUpgrade(Problem(
            f"No site runs in {folder}.", "Start it with this release: `petrel up` brings the databases up to date."))
    return pid


def _with_the_site(folder: Path, status: Status | None, this: Release) -> list[Problem]:
    pid = must_run(folder)
    if status is None:
        return [Problem("The site is starting or stopping.", "Wait until it is ready.")]
    found = []
    said = emergency.read(folder)
    if said.frozen or said.pin:
        found.append(Problem(f"By petrel-rescue {'all changes are frozen' if said.frozen else 'a release is pinned'}.",
                             "Two of its keys end that: rescue.py thaw, rescue.py unpin."))
    owner = (folder / "run" / "site.lock").stat().st_uid
    if os.geteuid() not in (owner, Path(f"/proc/{pid}").stat().st_uid):
        found.append(Problem(f"You are user {os.geteuid()}, and the site belongs to user {owner}.",
                             "Run this as root, or as the user whom the site belongs to."))
    if status.release is None:
        found.append(Problem(
            "The release that runs is older than handing over: it has to be stopped once.",
            "Stop it, and start this release: `petrel up`. Nothing answers for some seconds; from then on upgrades are "
            "without a pause."))
    elif status.state != "ready" or status.leaving:
        found.append(Problem("The site is starting, stopping, or being handed over.", "Wait until it is ready."))
    if beside.NAME in status.parts:
        found.append(Problem("Another release serves some cells beside this one: a change is under way.",
                             "Confirm or undo it: petrel changes list"))
    if problem := this.why_not_here():
        found.append(Problem(f"This release cannot be started: {problem}.", "Install it anew."))
    return found


async def _unknown(main: Any) -> str:
    """Names of steps in the database that this release does not have."""
    here = {path.name for path in (migrate.STORAGE / "migrations").glob("[0-9]*.sql")}
    done = [row[0] for row in await main.fetch("select name from petrel_migrations.done where name ~ '^[0-9]'")]
    return ", ".join(sorted(name for name in done if name not in here))


def tables_of(steps: Sequence[str]) -> list[str]:
    """Which tables these steps made, as this release has them."""
    paths = [migrate.STORAGE / "migrations" / name for name in steps]
    return [name for path in paths if path.exists() for name in MADE.findall(path.read_text())]


def _migrations(pending: list[Path], sizes: dict[str, Any]) -> list[Cost]:
    costs = []
    for path in pending:
        if "_contract_" in path.name:
            continue
        if "_index_" not in path.name:
            costs.append(Cost(path.name, EXPAND_S))
            continue
        tables = [sizes[f"{m[2]}.{m[3]}"] for m in migrate.INDEX.finditer(" ".join(path.read_text().split()))
                  if f"{m[2]}.{m[3]}" in sizes]
        costs.append(Cost(path.name, EXPAND_S + sum(t["bytes"] for t in tables) / INDEX_BYTES_A_S,
                          sum(t["rows"] for t in tables) * INDEX_ROW_BYTES))
    return costs


def _backup(folder: Path) -> tuple[str, Problem | None]:
    """The newest in words, and what is wrong with it."""
    newest = backups.newest(folder)
    cure = "Make one: `petrel backups create`. Without it: --without-backup."
    if newest is None:
        return "none", Problem("There is no backup.", cure)
    words = f"{newest.backup}, {lasting(newest.age_s())} old" + (
        "" if newest.proven_at_ms else ", no backup was ever restored in a rehearsal")
    if newest.problem:
        return words, Problem(f"The backups are not in order: {newest.problem}", cure)
    if newest.age_s() > FRESH_S:
        return words, Problem(f"The newest backup is {lasting(newest.age_s())} old.", cure)
    return words, None
