"""Making a backup of a running site.

First the data (main cluster, then the journal's key, settings and witness), then the keyring: a key is durable before
the data that needs it, so every row of the data's copy finds its key in the keyring's, or was deleted meanwhile.
"""

import asyncio
import errno
import io
import os
import tarfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from msgspec import Struct

from petrel.core import chain, clock, emergency
from petrel.core.errors import Unavailable
from petrel.core.witness import Witness
from petrel.ops.backups import keys, places, recovery, standing, targets
from petrel.ops.backups.sealed import Sealer
from petrel.ops.backups.shapes import KEYS_LIVE_DAYS, Manifest, Moment, NotNow, Part, Side
from petrel.ops.backups.targets import Store
from petrel.storage.build import VERSION, build_of
from petrel.storage.pools import Addresses
from petrel.storage.postgres import StorageError
from petrel.storage.postgres.copying import HOLD_LOG, copy

Progress = Callable[[str, int, int], None]
"""What is being done, bytes so far, bytes expected (0: not known)."""

HORIZON = """
select (select max(epoch) from journal.epoch), pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1,
       coalesce((select id from journal.entry order by epoch desc, xid desc, id desc limit 1), 0),
       coalesce((select max(seq) from journal.root), 0)
"""
SERVER = "select system_identifier from pg_control_system()"
SIZE = "select sum(pg_database_size(oid))::bigint from pg_database"
COUNTED = ("accounts.account", "posts.post", "messages.message", "relationships.relation", "journal.entry")
SITE_FILES = ("settings.toml", "alerts.toml", "safeguards.toml", "disk.toml", emergency.FILE, emergency.KEYS)
"""What people have written or said that is in no database: who is called at night has to be known on a new host, and
what petrel-rescue has closed stays closed there."""
SITE_FOLDERS = ("keys", "witness", "certificates", "media")
FLUSHED = "select (pg_current_wal_flush_lsn() - '0/0')::bigint"
LEAST_FREE_BYTES = 64 << 20


class Wanted(Struct, frozen=True):
    """How to make it. `rate_mib` a second at most, 0 for no limit; `spread`: begin without a burst of writing."""

    store: Store
    folder: Path
    rate_mib: int = 0
    spread: bool = False


async def create(addresses: Addresses, wanted: Wanted, progress: Progress) -> tuple[Manifest, Manifest, bool]:
    """Makes one backup; returns the manifests of data and keyring, and whether new backup keys were made.

    Errors: NotNow, StorageError, Unavailable.
    """
    backup = f"{datetime.fromtimestamp(clock.now_ms() / 1000, UTC):%Y%m%dT%H%M%SZ}-{os.urandom(3).hex()}"
    known, is_new = keys.load_or_make(wanted.folder / "keys")
    with places.locked(wanted.folder):
        _check_room(wanted.store)
        try:
            data, keyring = await _both(addresses, wanted, backup, known, progress)
            # The keyring first: data whose manifest is there has its keys.
            places.finish(wanted.store, keyring, known["keyring"])
            places.finish(wanted.store, data, known["data"])
            _leave_escrow(wanted)
        except OSError as e:
            places.abandon(wanted.store, backup)
            cure = ". Does the site's unit let it write there? Handbook: restore" if e.errno == errno.EROFS else ""
            raise NotNow(f"{wanted.store.url} cannot be written: {e.strerror}. Nothing was kept of this backup"
                         f"{cure}") from e
        except BaseException:
            places.abandon(wanted.store, backup)
            raise
    standing.made(wanted.folder, backup, data.began.at_ms, wanted.store.url, data.log)
    return data, keyring, is_new


async def _both(addresses: Addresses, wanted: Wanted, backup: str, known: keys.Keys,
                progress: Progress) -> tuple[Manifest, Manifest]:
    site = _site(wanted.folder)
    main, ring = await _connect(addresses.main["owner"]), await _connect(addresses.keyring["owner"])
    try:
        await _check_apart(main, ring)
        [(policy,)] = await main.fetch("select max(version) from law.policy")
        began, counted = await _moment(main, wanted.folder), await _count(main)
        log, lsn = standing.log_of(wanted.folder, wanted.store.url), await main.fetchval(FLUSHED)
        parts = [await _copy(addresses.main["owner"], main, wanted, ("data", backup, "main"), known, progress),
                 await asyncio.to_thread(_copy_site, wanted, backup, known["data"])]
        ended, recounted = await _moment(main, wanted.folder), await _count(main)
        ring_lsn = await ring.fetchval(FLUSHED)
        key_part = await _copy(addresses.keyring["owner"], ring, wanted, ("keyring", backup, "keyring"), known,
                               progress)
        common = {"backup": backup, "site": site, "build": f"{VERSION} {build_of()}", "policy": policy,
                  "log": log if log == standing.log_of(wanted.folder, wanted.store.url) else ""}
        data = Manifest(side="data", postgres=_version(main), began=began, ended=ended, parts=tuple(parts),
                        rows={name: (counted[name], recounted[name]) for name in counted if name in recounted},
                        keyring=key_part.sha256, lsn=lsn, **common)
        after = await _moment(main, wanted.folder)
        keyring = Manifest(side="keyring", postgres=_version(ring), began=ended, ended=after, parts=(key_part,),
                           until_ms=ended.at_ms + KEYS_LIVE_DAYS * 86_400_000, lsn=ring_lsn,
                           **common)
        return data, keyring
    finally:
        await main.close()
        await ring.close()


async def _connect(args: dict[str, Any]) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(**args, timeout=10)
    except (OSError, asyncpg.PostgresError, TimeoutError) as e:
        raise Unavailable(f"The database cannot be reached: {e}") from e


async def _check_apart(main: asyncpg.Connection, ring: asyncpg.Connection) -> None:
    """A physical copy is of a whole server. source: docs/law/visibility.md section 8, data and keys never together."""
    if await main.fetchval(SERVER) == await ring.fetchval(SERVER):
        raise NotNow("Both databases are in one Postgres server, and a copy of it would hold the data and its keys "
                     "together. Move the keyring to a server of its own (PETREL_KEYRING_URL)")


def _version(connection: asyncpg.Connection) -> str:
    found = connection.get_server_version()
    return f"{found.major}.{found.minor}"


def _site(folder: Path) -> str:
    return chain.public_bytes(chain.load_key(folder / "keys").public_key()).hex()


async def _moment(main: asyncpg.Connection, folder: Path) -> Moment:
    """The witness first: what it has is in the database already."""
    line = Witness(folder / "witness").last_line()
    [(epoch, xid, entry, root)] = await main.fetch(HORIZON)
    return Moment(clock.now_ms(), epoch, xid, entry, root, line.seq if line else 0)


async def _count(main: asyncpg.Connection) -> dict[str, int]:
    """Rows that this login may count: direct messages are hidden from an owner that is no superuser."""
    found = {}
    for name in COUNTED:
        try:
            found[name] = await main.fetchval(f"select count(*) from {name}")
        except asyncpg.InsufficientPrivilegeError:
            continue
    if not await main.fetchval("select rolsuper from pg_roles where rolname = current_user"):
        found.pop("messages.message", None)
    return found


async def _copy(args: dict[str, Any], session: asyncpg.Connection, wanted: Wanted, what: tuple[Side, str, str],
                known: keys.Keys, progress: Progress) -> Part:
    side, backup, name = what
    expected = await session.fetchval(SIZE)
    await _hold_log(session, f"petrel_backup_{backup.rpartition('-')[2]}_{name}")
    file = places.file_of(side, backup, name)

    def work() -> Part:
        began = time.monotonic()
        progress(name, 0, expected)
        sealer = Sealer(wanted.store.write(file), known[side], backup, name)
        try:
            def write(piece: bytes) -> None:
                sealer.write(piece)
                progress(name, sealer.plain_bytes, expected)

            copy(args, write, rate_mib=wanted.rate_mib, spread=wanted.spread)
            digest = sealer.close()
        except BaseException:
            sealer.abandon()
            raise
        return Part(name, sealer.plain_bytes, sealer.stored_bytes, digest, round(time.monotonic() - began, 3))

    return await asyncio.to_thread(work)


async def _hold_log(session: asyncpg.Connection, name: str) -> None:
    try:
        await session.fetch(HOLD_LOG, name)
    except asyncpg.InsufficientPrivilegeError as e:
        raise StorageError(f"The login of the database may not copy it: {e}",
                           "Give it the right: alter role NAME replication.") from e
    except asyncpg.PostgresError as e:
        raise StorageError(f"The log of the database cannot be held while it is copied: {e}",
                           "Raise max_replication_slots and max_wal_senders, and set wal_level to replica.") from e


def _copy_site(wanted: Wanted, backup: str, key: bytes) -> Part:
    """What else a site is: the key that signs its journal, its settings, its witness. Never a backup key."""
    began = time.monotonic()
    sealer = Sealer(wanted.store.write(places.file_of("data", backup, "site")), key, backup, "site")
    try:
        with tarfile.open(fileobj=_Out(sealer), mode="w|", format=tarfile.PAX_FORMAT) as tar:
            for name in SITE_FILES:
                if (wanted.folder / name).exists():
                    tar.add(wanted.folder / name, name)
            for folder in SITE_FOLDERS:
                for path in files_below(wanted.folder / folder):
                    if not path.name.startswith("backup-"):
                        with suppress(*((FileNotFoundError,) if folder == "media" else ())):    # deleted meanwhile
                            _add(tar, path, str(path.relative_to(wanted.folder)))
        digest = sealer.close()
    except BaseException:
        sealer.abandon()
        raise
    return Part("site", sealer.plain_bytes, sealer.stored_bytes, digest, round(time.monotonic() - began, 3))


def files_below(folder: Path) -> list[Path]:
    """Sorted. Folders may go while they are looked through: they had become empty."""
    return sorted(path for at, _, names in os.walk(folder) for name in names if (path := Path(at, name)).is_file())


def _add(tar: tarfile.TarFile, path: Path, name: str) -> None:
    """As long as it is now: the witness grows while it is read."""
    with path.open("rb") as file:
        info = tar.gettarinfo(arcname=name, fileobj=file)
        tar.addfile(info, file)


class _Out(io.RawIOBase):
    """What tarfile writes to."""

    def __init__(self, sealer: Sealer) -> None:
        super().__init__()
        self._sealer = sealer

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        return self._sealer.write(bytes(piece))


def _check_room(store: Store) -> None:
    try:
        free_bytes = store.free_bytes()
    except OSError as e:
        cure = f". It has to be the site's own: install -d -o {os.geteuid()} {store.url}, as root" if isinstance(
            e, PermissionError) and "://" not in store.url else ""
        raise NotNow(f"{store.url} cannot be used: {e.strerror}{cure}") from e
    if free_bytes is not None and free_bytes < LEAST_FREE_BYTES:
        raise NotNow(f"{store.url} has less than 64 MB left. Remove old backups, or choose another target")


def _leave_escrow(wanted: Wanted) -> None:
    """The backup keys under the recovery key, beside the backups: with enough shares of it they are all one needs."""
    if escrow := recovery.kept(wanted.folder / "keys"):
        targets.put(wanted.store, recovery.FILE, escrow)
