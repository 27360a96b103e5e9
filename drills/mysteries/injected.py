"""Faults that are really put into a running site, each with the component that a person would have to find."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

from petrel.ops.drills import Site

RULES = """
[rules.follower]
limit = 5
for_s = 0
[rules.database]
limit = 5
[rules.canary]
limit = 20
[rules.unanswered]
limit = 10
[rules.transaction]
limit = 5
[rules.connections]
limit = 0.8
for_s = 0
[rules.jobs]
limit = 20
for_s = 0
[rules.jobs-silent]
limit = 20
"""
"""Sooner than as shipped: what waits two minutes there fires with the next look."""

SHARE, EVERY_S = 0.93, 1.0
Inject = Callable[[Site], AbstractAsyncContextManager[None]]


class Fault(Struct, frozen=True):
    """`truth`: the component that has to be named."""

    name: str
    truth: str
    inject: Inject


def stands(name: str) -> Inject:
    return lambda site: site.standing(name)


@asynccontextmanager
async def transaction_stands(site: Site) -> AsyncIterator[None]:
    """Somebody typed `begin`, changed something, and went for lunch."""
    async with site.database() as owner:
        await owner.execute("begin")
        await owner.execute("select pg_current_xact_id()")
        yield
        await owner.execute("rollback")


@asynccontextmanager
async def lock_is_held(site: Site) -> AsyncIterator[None]:
    """Nobody can look for work."""
    async with site.database() as owner:
        await owner.execute("begin")
        await owner.execute("lock table ops.job in access exclusive mode")
        yield
        await owner.execute("rollback")


@asynccontextmanager
async def connections_run_out(site: Site) -> AsyncIterator[None]:
    """Whatever the site's own pools let go is taken as well."""
    async with AsyncExitStack() as all_of_them, site.database() as owner:
        most = int(SHARE * int(await owner.fetchval("show max_connections")))

        async def take() -> None:
            taken = await owner.fetchval("select count(*) from pg_stat_activity where backend_type = 'client backend'")
            for _ in range(most - taken):
                await all_of_them.enter_async_context(site.database())

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


@asynccontextmanager
async def grant_is_revoked(site: Site) -> AsyncIterator[None]:
    """What follows the journal may not read it any more."""
    async with site.database() as owner:
        await owner.execute("revoke select on journal.entry from petrel_system")
        try:
            yield
        finally:
            await owner.execute("grant select on journal.entry to petrel_system")


@asynccontextmanager
async def certificate_ends(site: Site) -> AsyncIterator[None]:
    """Nobody has renewed it."""
    place = site.data / "certificates" / "live.pem"
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


FAULTS = (
    Fault("the process of timelines stands", "followers", stands("followers")),
    Fault("web processes hang", "web", stands("web")),
    Fault("jobs hang", "jobs", stands("jobs")),
    Fault("the main database stands", "main-database", stands("main-database")),
    Fault("the database of keys stands", "keyring", stands("keyring")),
    Fault("a transaction stays open", "main-database", transaction_stands),
    Fault("a lock is held", "main-database", lock_is_held),
    Fault("connections run out", "main-database", connections_run_out),
    Fault("a grant is revoked", "followers", grant_is_revoked),
    Fault("a certificate ends", "certificates", certificate_ends),
)
