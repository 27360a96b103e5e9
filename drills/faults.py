"""Faults that are really put into a running site. What is broken stays so as long as the block lasts, unless somebody
mends it."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

from petrel.core.jobs import MAX_ATTEMPTS
from petrel.ops.drills import Impossible, Site, Stage
from petrel.storage.postgres import Storage

ROOM_BYTES = 4 << 30
EVERY_S = 1.0
MEANWHILE = "psql of somebody who went to lunch"
END_S = 2.0


class World(Struct, frozen=True):
    """What faults are put into. `set_clock`: seconds ahead, for the site's processes alone."""

    stage: Stage
    site: Site
    set_clock: Callable[[int], None] | None = None


Inject = Callable[[World], AbstractAsyncContextManager[str | None]]


class Fault(Struct, frozen=True):
    """`truth`: the component that has to be named, unless `inject` says what else."""

    name: str
    truth: str
    inject: Inject


def stands(name: str) -> Inject:
    """It says nothing and does not end."""
    return lambda world: world.site.standing(name)


@asynccontextmanager
async def _somebody(site: Site, login: str = "petrel_admin") -> AsyncIterator[Any]:
    """A program that is not ours at the database. It may be ended by whoever finds out."""
    args = Storage(site.data).connect_args("main", login)
    connection = await asyncpg.connect(**{**args, "server_settings": {"application_name": MEANWHILE}})
    try:
        yield connection
    finally:
        with suppress(Exception):               # it may have been ended
            await connection.close(timeout=END_S)


@asynccontextmanager
async def transaction_stands(world: World) -> AsyncIterator[None]:
    """Somebody typed `begin`, changed something, and went for lunch."""
    async with _somebody(world.site) as they:
        await they.execute("begin")
        await they.execute("select pg_current_xact_id()")
        yield


def locked(table: str) -> Inject:
    """Nobody else can touch it, and the transaction that holds it was left open."""
    @asynccontextmanager
    async def inject(world: World) -> AsyncIterator[None]:
        async with _somebody(world.site) as they:
            await they.execute("begin")
            await they.execute(f"lock table {table} in access exclusive mode")
            await they.execute("select pg_current_xact_id()")
            yield
    return inject


@asynccontextmanager
async def connections_run_out(world: World) -> AsyncIterator[None]:
    """Somebody else's program takes every connection that it can get, and what the site's own pools let go as well,
    until one is taken from it."""
    held: list[Any] = []
    args = {**Storage(world.site.data).connect_args("main", "petrel_reader"),
            "server_settings": {"application_name": MEANWHILE}}

    async def take() -> None:
        with suppress(OSError, asyncpg.PostgresError, TimeoutError):
            while not any(one.is_closed() for one in held):
                held.append(await asyncpg.connect(**args, timeout=END_S))

    try:
        await take()
        async with repeating(take, EVERY_S):
            yield
    finally:
        for one in held:
            one.terminate()


@asynccontextmanager
async def repeating(act: Callable[[], Awaitable[None]], every_s: float) -> AsyncIterator[None]:
    """Meanwhile it is done again and again."""
    async def go_on() -> None:
        while True:
            await asyncio.sleep(every_s)
            await act()

    task = asyncio.create_task(go_on())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def revoked(what: str) -> Inject:
    """What the program may do to a table, it may not any more."""
    @asynccontextmanager
    async def inject(world: World) -> AsyncIterator[None]:
        async with world.site.database() as owner:
            await owner.execute(f"revoke {what} from petrel_system")
            try:
                yield
            finally:
                await owner.execute(f"grant {what} to petrel_system")
    return inject


@asynccontextmanager
async def certificate_ends(world: World) -> AsyncIterator[None]:
    """Nobody has renewed it."""
    place = world.site.data / "certificates" / "live.pem"
    is_new = not place.parent.exists()
    place.parent.mkdir(exist_ok=True)
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "birds.example")])
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(1).not_valid_before(now - timedelta(days=88)).not_valid_after(now + timedelta(days=2))
            .sign(key, hashes.SHA256()))
    place.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    try:
        yield
    finally:
        place.unlink()
        if is_new:
            place.parent.rmdir()


def given_up(name: str, attempts: int, died: str) -> Inject:
    """Work that nobody tries any more. `died`: when, as SQL."""
    @asynccontextmanager
    async def inject(world: World) -> AsyncIterator[None]:
        async with world.site.database() as owner:
            await owner.execute(
                "insert into ops.job (lane, name, args, attempts, dead_at, last_error) "
                f"values ('default', $1, '{{}}', $2, {died}, 'it was away')", name, attempts)
            try:
                yield
            finally:
                await owner.execute("delete from ops.job where name = $1", name)
    return inject


def least_free_bytes(place: Path) -> int:
    """Less room than this is too little, as far as this site is concerned. Errors: Impossible."""
    free = shutil.disk_usage(place).free
    if free < 3 * ROOM_BYTES:
        raise Impossible(f"it needs {3 * ROOM_BYTES >> 30} GiB of room at {place}")
    return free - ROOM_BYTES


@asynccontextmanager
async def disk_fills(world: World) -> AsyncIterator[None]:
    """Somebody unpacks something large beside the databases. What is left then, is less than the owner wants left."""
    place = world.site.data / "not-ours.bin"
    with place.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, 2 * ROOM_BYTES)
    try:
        yield
    finally:
        place.unlink()


@asynccontextmanager
async def clock_is_set(world: World) -> AsyncIterator[None]:
    assert world.set_clock is not None
    world.set_clock(AHEAD_S)
    try:
        yield
    finally:
        world.set_clock(0)


AHEAD_S = 3
FOLLOWERS_STAND = Fault("the process of timelines stands", "followers", stands("followers"))
WEB_STANDS = Fault("web processes hang", "web", stands("web"))
MAIN_STANDS = Fault("the main database stands", "main-database", stands("main-database"))
JOBS_STAND = Fault("jobs hang", "jobs", stands("jobs"))
KEYRING_STANDS = Fault("the database of keys stands", "keyring", stands("keyring"))
TRANSACTION_OPEN = Fault("a transaction stays open", "main-database", transaction_stands)
NO_WORK_FOUND = Fault("a lock is held", "main-database", locked("ops.job"))
NO_CONNECTION = Fault("connections run out", "main-database", connections_run_out)
NO_RIGHT_TO_FOLLOW = Fault("a grant is revoked: timelines", "followers", revoked("update on ops.follower"))
NO_RIGHT_TO_SEAL = Fault("a grant is revoked: the seal", "journal", revoked("insert on journal.root"))
# It is left by a release that is gone, and this one tries it for the last time.
WORK_OF_ANOTHER = Fault("work is given up", "jobs", given_up("gone", MAX_ATTEMPTS - 1, "null"))
CERTIFICATE_ENDS = Fault("a certificate ends", "certificates", certificate_ends)
DISK_FILLS = Fault("the disk fills", "disk", disk_fills)
CLOCK_IS_SET = Fault("a clock is set", "clock", clock_is_set)
