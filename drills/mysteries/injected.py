"""Faults that are really put into a running site, each with the component that a person would have to find."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

from drills.mysteries.clock import Clock
from drills.pushing.crowd import Crowd
from petrel.core.jobs import MAX_ATTEMPTS
from petrel.ops.drills import Impossible, Site, Stage, clients, make_people

SHARE, EVERY_S = 0.93, 1.0
ROOM_BYTES = 4 << 30
AHEAD_S = 3
READERS, LEARN_S, HURTS_WITHIN_S, FAILED = 32, 35.0, 60.0, 500


class World(Struct, frozen=True):
    """What faults are put into."""

    stage: Stage
    site: Site
    clock: Clock


Inject = Callable[[World], AbstractAsyncContextManager[str | None]]


class Fault(Struct, frozen=True):
    """`truth`: the component that has to be named, unless `inject` says what else."""

    name: str
    truth: str
    inject: Inject


def least_free_bytes(place: Path) -> int:
    """Less room than this is too little, as far as this site is concerned. Errors: Impossible."""
    free = shutil.disk_usage(place).free
    if free < 3 * ROOM_BYTES:
        raise Impossible(f"it needs {3 * ROOM_BYTES >> 30} GiB of room at {place}")
    return free - ROOM_BYTES


def stands(name: str) -> Inject:
    return lambda world: world.site.standing(name)


@asynccontextmanager
async def transaction_stands(world: World) -> AsyncIterator[None]:
    """Somebody typed `begin`, changed something, and went for lunch."""
    async with world.site.database() as owner:
        await owner.execute("begin")
        await owner.execute("select pg_current_xact_id()")
        yield
        await owner.execute("rollback")


@asynccontextmanager
async def lock_is_held(world: World) -> AsyncIterator[None]:
    """Nobody can look for work."""
    async with world.site.database() as owner:
        await owner.execute("begin")
        await owner.execute("lock table ops.job in access exclusive mode")
        yield
        await owner.execute("rollback")


@asynccontextmanager
async def connections_run_out(world: World) -> AsyncIterator[None]:
    """Whatever the site's own pools let go is taken as well."""
    async with AsyncExitStack() as all_of_them, world.site.database() as owner:
        most = int(SHARE * int(await owner.fetchval("show max_connections")))

        async def take() -> None:
            taken = await owner.fetchval("select count(*) from pg_stat_activity where backend_type = 'client backend'")
            for _ in range(most - taken):
                await all_of_them.enter_async_context(world.site.database())

        await take()
        async with repeating(take, EVERY_S):
            yield


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


@asynccontextmanager
async def work_fails(world: World) -> AsyncIterator[None]:
    """Work was left by a release that is gone, and this one tries it for the last time."""
    async with world.site.database() as owner:
        await owner.execute("insert into ops.job (lane, name, args, attempts) values ('default', 'gone', '{}', $1)",
                            MAX_ATTEMPTS - 1)
        try:
            yield
        finally:
            await owner.execute("delete from ops.job where name = 'gone'")


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
    world.clock.set(AHEAD_S)
    try:
        yield
    finally:
        world.clock.set(0)


@asynccontextmanager
async def flag_is_bad(world: World) -> AsyncIterator[str]:
    """In the first cell of a change, nobody can read their home: a bug had slept until this flag was set."""
    site = world.site
    async with world.stage.doors(site):
        people = await make_people([f"reader{n}" for n in range(READERS)])
    async with clients(site.address, connections=READERS) as wire, Crowd(wire, people) as crowd:
        await asyncio.sleep(LEARN_S)            # what is usual in each cell has to be known
        number = json.loads(await site.told("changes", "plan", "flag", "flag=packed-answers", "to=off", "--reason",
                                        "a drill sets it", "--json"))["id"]
        await site.told("changes", "start", number)
        try:
            await site.until(lambda: any(one.status == FAILED for one in crowd.asked[-READERS:]), HURTS_WITHIN_S,
                             "the flag to do harm")
            yield f"change {number}"
        finally:                                # it may have been undone by itself
            await site.petrel("changes", "undo", str(number), "--reason", "the drill has seen enough")


# No two with one cause in a row: what is over is still shown, until the next look.
FAULTS = (
    Fault("the process of timelines stands", "followers", stands("followers")),
    Fault("web processes hang", "web", stands("web")),
    Fault("a clock is set", "clock", clock_is_set),
    Fault("the main database stands", "main-database", stands("main-database")),
    Fault("jobs hang", "jobs", stands("jobs")),
    Fault("a transaction stays open", "main-database", transaction_stands),
    Fault("a certificate ends", "certificates", certificate_ends),
    Fault("a lock is held", "main-database", lock_is_held),
    Fault("a grant is revoked: timelines", "followers", revoked("update on ops.follower")),
    Fault("the disk fills", "disk", disk_fills),
    Fault("connections run out", "main-database", connections_run_out),
    Fault("a grant is revoked: the seal", "journal", revoked("insert on journal.root")),
    Fault("a flag is bad in one cell", "web", flag_is_bad),
    Fault("the database of keys stands", "keyring", stands("keyring")),
    Fault("work is given up", "jobs", work_fails),
)
