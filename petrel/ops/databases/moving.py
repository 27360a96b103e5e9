"""What a move decides, and what it does inside both databases; `petrel.moves` starts servers and calls this.

Steps: both sides migrated by this release; every table carried and compared; a new epoch of the journal begun, since
transactions of another server have other numbers; the new side opened as the site will open it, and the move written
into its journal; only then the settings. Until these are written, the old databases are the site's, and the same
command goes on from wherever it was interrupted.
"""

import shutil
from pathlib import Path
from typing import Any

import asyncpg
from msgspec import Struct

from petrel.core import journal
from petrel.core.doors import writing
from petrel.core.viewer import System
from petrel.ops.databases import state
from petrel.ops.databases.carrying import Carried, Progress, carry
from petrel.ops.databases.shapes import CLUSTERS, Unfit, Urls, Where
from petrel.storage.pools import Addresses
from petrel.storage.postgres import ClusterName, check_link

WHO = System("databases")
MIGRATED = "select to_regclass('petrel_migrations.done') is not null"
CONTRACTED = "select name from petrel_migrations.done where name like '%\\_contract\\_%'"
FIRST_ENTRY = "select id, digest from journal.entry order by epoch, xid, id limit 1"
PEOPLE = "select exists (select from accounts.account)"
SECRETS = "select name, value from keyring.secret"
KEYS = "select exists (select from keyring.key)"
SIZE = "select pg_database_size(current_database())"
PLACE = "select current_setting('data_directory')"
GROWTH = 1.3
"""Beside the rows: the log that writing them makes."""

AGAIN = "Then run this again: it goes on where it was."
MARGIN_BYTES = 512 << 20


class Plan(Struct, frozen=True):
    old: Urls
    new: Urls


class Moved(Struct, frozen=True):
    main: Carried
    keyring: Carried

    @property
    def rows(self) -> int:
        return self.main.rows + self.keyring.rows

    @property
    def bytes(self) -> int:
        return self.main.bytes + self.keyring.bytes

    @property
    def took_s(self) -> float:
        return self.main.took_s + self.keyring.took_s


def plan(data: Path, current: Urls, to: Where, sources: dict[str, str], given: Urls | None = None, *,
         rehearse: bool = False) -> Plan:
    """From where to where. `sources`: where the settings come from; `given`: addresses to move to. Errors: Unfit."""
    for name in ("database_url", "keyring_url"):
        if sources.get(name) in ("environment", "command line"):
            raise Unfit(f"{name} comes from the {sources[name]}, which a move cannot change.",
                        f"Put it into settings.toml (petrel settings set {name} ...) and take it away there.")
    if bool(current.main) != bool(current.keyring):
        raise Unfit("One of the databases is embedded and the other is not; a move takes both.",
                    "Give both an address, or none: petrel settings show.")
    known = state.read(data)
    if to == "embedded":
        if current.where == "embedded":
            raise Unfit("The databases are the embedded ones already.", "Nothing has to be done.")
        return _checked(data, Plan(current, Urls()), rehearse)
    new = given or known.prepared
    if not new.main and known.kept is not None and current == known.kept.to:
        new = known.kept.urls
    if not new.main or not new.keyring:
        if current.where == "system":
            raise Unfit("The databases are on servers of the system already, and no others were prepared.",
                        "To go to a newer version: petrel database prepare --version N, then this again.")
        raise Unfit("No servers were prepared.", "First: petrel database prepare (as root).")
    if new == current:
        raise Unfit("The settings have these addresses already.", "Nothing has to be done.")
    return _checked(data, Plan(current, new), rehearse)


def _checked(data: Path, one: Plan, rehearse: bool) -> Plan:
    """Of old databases only one pair is remembered, and an old keyring that nobody remembers would never go."""
    kept = state.kept(data, one.old)
    if kept is not None and kept.urls != one.new and not rehearse:
        raise Unfit("The databases from before the last move are kept still; another move would lose sight of them.",
                    "If they are not needed any more: petrel database confirm. Then this again.")
    return one


async def check_target(old: Addresses, new: Addresses, where: Urls, data: Path) -> None:
    """The new side is empty, or a copy of this very site's; and there is room. Errors: Unfit."""
    for cluster in CLUSTERS:
        sides = [await asyncpg.connect(**_owner(one, cluster), timeout=10) for one in (old, new)]
        try:
            if await sides[1].fetchval(MIGRATED) and not await _is_ours(cluster, *sides):
                raise Unfit(f"The new database for {cluster} holds another site.",
                            "Name an empty one, or drop that one there if nobody needs it.")
            await _check_room(cluster, sides, where.of(cluster), data)
        finally:
            for side in sides:
                await side.close()


async def _is_ours(cluster: ClusterName, old: Any, new: Any) -> bool:
    """Whether a migrated database is a new one, or was a copy of ours. source: FIRST in carrying.py."""
    if cluster == "keyring":
        there = {r["name"]: bytes(r["value"]) for r in await new.fetch(SECRETS)}
        if not there:
            return not await new.fetchval(KEYS)
        here = {r["name"]: bytes(r["value"]) for r in await old.fetch(SECRETS)}
        return any(here.get(name) == value for name, value in there.items())
    there, here = await new.fetchrow(FIRST_ENTRY), await old.fetchrow(FIRST_ENTRY)
    return there == here if there is not None else not await new.fetchval(PEOPLE)


async def _check_room(cluster: ClusterName, sides: list[Any], url: str, data: Path) -> None:
    """Where the new server is on this machine; of another one nobody here knows the disk."""
    if url and not check_link(url).is_local:
        return
    needed = int(await sides[0].fetchval(SIZE) * GROWTH) + MARGIN_BYTES - await sides[1].fetchval(SIZE)
    try:
        place = Path(await sides[1].fetchval(PLACE)) if url else data
        free = shutil.disk_usage(place).free
    except (asyncpg.InsufficientPrivilegeError, OSError):
        return
    if free < needed:
        raise Unfit(f"{place} has {free >> 20} MB left; moving {cluster} there takes {needed >> 20} MB.",
                    "Make room there and run this again. Nothing was changed.")


async def carry_both(old: Addresses, new: Addresses, progress: Progress) -> Moved:
    """The keyring last: a key is durable before what it opens, so the later copy has all of them. Errors: Unfit."""
    done = []
    for cluster in CLUSTERS:
        try:
            done.append(await carry(_owner(old, cluster), _owner(new, cluster), progress))
        except asyncpg.DiskFullError as problem:
            raise Unfit(f"The new server for {cluster} ran out of room: {problem}",
                        f"The site is as it was. Make room there. {AGAIN}") from problem
        except (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError,
                asyncpg.AdminShutdownError) as problem:
            raise Unfit(f"A server went away while {cluster} was carried: {_first(problem)}",
                        "The site is as it was. Read the log of that server (a full disk ends one), and start it. "
                        f"{AGAIN}") from problem
    return Moved(*done)


def _first(problem: BaseException) -> str:
    """What began it: leaving the transaction fails too, and says less."""
    while problem.__context__ is not None:
        problem = problem.__context__
    return str(problem) or type(problem).__name__


async def has_contracted(old: Addresses) -> bool:
    connection = await asyncpg.connect(**old.main["owner"])
    try:
        return bool(await connection.fetch(CONTRACTED))
    finally:
        await connection.close()


async def begin_epoch(new: Addresses) -> int:
    """Before anybody writes there. Again after an interruption: the one before was carried away with its table."""
    connection = await asyncpg.connect(**new.main["owner"])
    try:
        return int(await connection.fetchval(journal.BEGIN_EPOCH, 0, "moved to another server"))
    finally:
        await connection.close()


async def sign_in(new: Addresses) -> None:
    """As every part of the site does. Errors: asyncpg's."""
    for logins in (new.main, new.keyring):
        for args in logins.values():
            await (await asyncpg.connect(**args, timeout=10)).close()


async def write_down(epoch: int, moved: Moved) -> None:
    """The doors of the new side are open."""
    async with writing(WHO, cause="petrel database move") as w:
        w.record("ops.database.moved", epoch, cell=0, refs=[epoch, moved.rows])


def _owner(addresses: Addresses, cluster: ClusterName) -> dict[str, Any]:
    return (addresses.main if cluster == "main" else addresses.keyring)["owner"]
