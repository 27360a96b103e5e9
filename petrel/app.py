"""Wiring: the only place that knows every room and the settings. Doors get what they need from here.

`parts.py` says what each kind of process does with it, `program.py` what the command line may ask for.
"""

import asyncio
import importlib
import pkgutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib.resources import files
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import asyncpg
import structlog

from petrel import settings as sources
from petrel.core import choices, doors, emergency, ids, journal, limits, metrics, room, seal, whole_file
from petrel.core.errors import Invalid, PetrelError, Unavailable
from petrel.core.policy import POLICY
from petrel.core.together import Together
from petrel.core.viewer import AppOnly, Member, System
from petrel.outside import mail, reach, stores
from petrel.outside.stores import Store
from petrel.settings import Settings
from petrel.storage import migrate
from petrel.storage.build import VERSION, build_of
from petrel.storage.pools import AWAY, Addresses
from petrel.storage.postgres import Storage, give_passwords

if TYPE_CHECKING:
    from petrel.api.http.asgi import Gate
    from petrel.api.http.limits import Limits
    from petrel.ops.certificates import Plan, Served
    from petrel.ops.changes import Looks
    from petrel.ops.stranger import Place
    from petrel.ops.watching import Tally, Wanted

log = structlog.get_logger("petrel.app")
T = TypeVar("T")

PETREL = Path(str(files("petrel")))
FEATURES = PETREL / "features"
AGAIN_S, SILENT_S = 0.5, 2.0
ROLES = {"reader": "petrel_reader", "writer": "petrel_writer", "system": "petrel_system", "owner": "petrel_admin"}


def function_files() -> list[Path]:
    """The database functions of the rooms, in the order of their dependence: cards, the law, then everybody's."""
    first = ["accounts/functions.sql", "posts/visibility.sql", "messages/functions.sql", "relationships/functions.sql",
             "posts/functions.sql"]
    ordered = [FEATURES / name for name in first]
    others = [p for group in ("features", "ops") for p in sorted((PETREL / group).glob("*/functions.sql"))]
    return ordered + [path for path in others if path not in ordered]


def storage_of(settings: Settings) -> Storage:
    """Only addresses: nothing is started."""
    return Storage(settings.folder, settings.database_url or None, settings.keyring_url or None)


def store_of(settings: Settings, url: str = "") -> Store:
    """The backup target of the settings, or another one reached with what they say. Errors: StoreError."""
    access = stores.Access(settings.backup_ssh_config, settings.backup_s3_endpoint, settings.backup_s3_region,
                           settings.backup_s3_key, settings.backup_s3_secret)
    return stores.opened(url or settings.backup_target, access)


def target_shown(settings: Settings) -> str:
    """The backup target as notes name it. Errors: StoreError."""
    return stores.named(settings.backup_target)


def addresses_of(storage: Storage) -> Addresses:
    return Addresses(main={r: storage.main_dsn(u) for r, u in ROLES.items()},
                     keyring={r: storage.keyring_dsn(u) for r, u in ROLES.items()})


async def policy_in_force(addresses: Addresses) -> int:
    """The number of the privacy policy of this site; 0 before its first migration."""
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        return await migrate.policy_in_force(connection)
    finally:
        await connection.close()


async def migrate_site(addresses: Addresses, *, contract: bool = False) -> list[str]:
    """Brings both clusters up to date; returns the names of what was run. Errors: OlderProgram, having done nothing."""
    ran: list[str] = []
    if (in_force := await policy_in_force(addresses)) > POLICY:
        raise migrate.OlderProgram(in_force)
    for logins, run in ((addresses.keyring, migrate.migrate_keyring),
                        (addresses.main, partial(migrate.migrate_main, functions=function_files()))):
        connection, watcher = await asyncpg.connect(**logins["owner"]), await asyncpg.connect(**logins["owner"])
        try:
            ran += await run(connection, contract=contract, watcher=watcher)
            await give_passwords(connection, {ROLES[r]: args for r, args in logins.items() if r != "owner"})
        finally:
            await connection.close()
            await watcher.close()
    return ran


def load_rooms() -> None:
    """Imports what every room registers: followers and tasks of the journal, jobs, schedules (`jobs.py`, `fanout.py`),
    steps of erasing an account (`erasing.py`), how what takes something away is done again (`restoring.py`)."""
    for group in ("features", "ops"):
        for path in sorted((PETREL / group).glob("*/*.py")):
            if path.stem in ("jobs", "fanout", "erasing", "restoring"):
                importlib.import_module(f"petrel.{group}.{path.parent.name}.{path.stem}")


def load_api() -> None:
    """Imports every file of `petrel/api`, which registers its routes, and the pages, which are made per process."""
    importlib.import_module("petrel.web.rooms")
    importlib.import_module("petrel.web.routes")
    package = importlib.import_module("petrel.api")
    for module in pkgutil.iter_modules(package.__path__):
        if not module.ispkg:
            importlib.import_module(f"petrel.api.{module.name}")


def install_limits(settings: Settings) -> None:
    """Tells the rooms what the operator chose."""
    shared = {name: getattr(settings, name) for name in limits.Limits.__struct_fields__
              if name not in ("base_url", "caution")}
    limits.install(limits.Limits(base_url=settings.address, **shared))
    mail.install(relay_of(settings))
    is_here = urlsplit(settings.address).hostname in ("localhost", "127.0.0.1")
    reach.let_in(frozenset(filter(None, map(str.strip, settings.neighbours.split(",")))) if is_here else frozenset())


def relay_of(settings: Settings) -> mail.Relay | None:
    """The mail server that the operator chose; None for none."""
    if not settings.mail_server:
        return None
    host = urlsplit(settings.address).hostname or "localhost"
    return mail.Relay(settings.mail_server, settings.mail_from or f"petrel@{host}", settings.mail_port,
                      settings.mail_security, settings.mail_user, settings.mail_password, settings.mail_ca)


class KeptSettings:
    """`core/choices.py` over settings.toml of the data directory."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def read(self) -> Mapping[str, Any]:
        install_limits(with_live(self._settings))      # another process may have written them just now
        now = sources.load(self._settings.data)
        return {f.name: ("***" if getattr(now, f.name) else "") if f.secret else getattr(now, f.name)
                for f in sources.fields() if f.name in choices.CHANGEABLE}

    def write(self, values: Mapping[str, str]) -> None:
        known = {f.name for f in sources.fields()}
        sources.write_all(self._settings.folder, {n: v for n, v in values.items() if n in choices.CHANGEABLE & known})
        install_limits(with_live(self._settings))


def media_places(settings: Settings) -> None:
    from petrel.features import media

    media.install(settings.folder / media.FOLDER)
    media.shelf.install(partial(bucket_of, settings) if settings.media_bucket else None, settings.media_store)


def bucket_of(settings: Settings) -> Store:
    """The bucket for photos and films. Errors: StoreError."""
    return stores.opened(settings.media_bucket, stores.Access(
        "", settings.media_s3_endpoint, settings.media_s3_region, settings.media_s3_key, settings.media_s3_secret,
        named="media"))


@asynccontextmanager
async def opened(settings: Settings, addresses: Addresses, *, readers: int = 2, writers: int = 2, systems: int = 2,
                 keys: int = 2, patience_s: float = 5, at_once: bool = False) -> AsyncIterator[doors.Doors]:
    """The doors of this process, its id lease renewed and its live settings watched until the block ends. `at_once`:
    for what has to work without the databases; they are reached behind it, however long that takes. Errors:
    Unavailable when the databases cannot be reached for so long (a recovery may be under way).
    """
    from petrel.ops import releases

    install_limits(settings)
    room.install(settings.folder)
    releases.install(settings.folder)
    media_places(settings)
    choices.install(KeptSettings(settings))
    emergency.install(settings.folder)

    open_now = await _reached(partial(
        doors.open_doors, addresses, run_directory=settings.folder / "run", readers=readers, writers=writers,
        systems=systems, keys=keys, patience_s=patience_s, begins=not at_once), patience_s)
    work = [_beat(open_now, settings)] + ([_reached(partial(open_now.begin, makers=1), inf)] if at_once else [])
    behind = asyncio.gather(*work, return_exceptions=True)
    try:
        yield open_now
    finally:
        behind.cancel()
        with suppress(asyncio.CancelledError):
            await behind
        await doors.close_doors()


async def _reached(ask: Callable[[], Awaitable[T]], patience_s: float) -> T:
    """What `ask` answers, tried again for so long while the databases are away. Errors: Unavailable."""
    began_s, has_said = time.monotonic(), False
    while True:
        try:
            return await ask()
        except (*AWAY, Unavailable) as e:
            waited_s = time.monotonic() - began_s
            if waited_s > SILENT_S and not has_said:
                has_said = True
                log.warning("waiting for the databases", error=str(e) or type(e).__name__)
            if waited_s > patience_s:
                if isinstance(e, Unavailable):
                    raise
                raise Unavailable("The databases cannot be reached. Does the site run? `petrel doctor` tells more.",
                                  detail=str(e) or type(e).__name__) from e
            await asyncio.sleep(0.2)


async def _beat(open_now: doors.Doors, settings: Settings) -> None:
    """Every few seconds: renew the lease on id makers, and take over settings that may change while we run."""
    seen = changed_at_ns(settings)
    wait_s: float = ids.RENEW_S
    while True:
        await asyncio.sleep(wait_s)
        try:
            await asyncio.wait_for(open_now.renew_lease(), ids.RENEW_S)
            await asyncio.wait_for(open_now.renew_seen(), ids.RENEW_S)
            wait_s = ids.RENEW_S
        except (*doors.GONE, asyncpg.PostgresError, PetrelError) as e:
            wait_s = AGAIN_S
            log.warning("lease not renewed, trying again", error=repr(e))
        if (now := changed_at_ns(settings)) != seen:
            seen = now
            settings = with_live(settings)
            install_limits(settings)
            log.info("settings taken over")


def changed_at_ns(settings: Settings) -> int:
    try:
        return (settings.folder / sources.FILE).stat().st_mtime_ns
    except OSError:
        return 0


def with_live(old: Settings) -> Settings:
    """The old settings with what is live taken from the sources as they are now; a broken file changes nothing."""
    try:
        new = sources.load(old.data)
    except PetrelError as e:
        log.error("settings not taken over", error=e.message)
        return old
    live = {f.name: getattr(new, f.name) for f in sources.fields() if f.live}
    return sources.replace(old, **live)


async def register_followers(addresses: Addresses) -> None:
    """Gives every follower its place: a new one begins with what is written from now on."""
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        await connection.execute(journal.REGISTER, list(journal.FOLLOWERS))
    finally:
        await connection.close()


async def say_older(settings: Settings, addresses: Addresses, older: migrate.OlderProgram) -> None:
    """What a program older than the policy does at its start, instead of migrating: it says so, in log and journal."""
    from petrel.ops import policy

    log.error("this program is older than the site's privacy policy: it serves what is public and changes nothing",
              policy=POLICY, in_force=older.in_force, cure=older.cure)
    async with opened(settings, addresses):
        await policy.say_outdated(build_of(), POLICY, older.in_force)


async def setup_link(settings: Settings, addresses: Addresses) -> str | None:
    """The link that makes the first administrator; None when the site has one. An older link ends."""
    from petrel.features import accounts

    async with opened(settings, addresses), doors.writing(System("start"), cause="petrel up") as w:
        secret = await accounts.invites.make_first_setup_link(w)
    return f"{settings.address}/setup/{secret}" if secret else None


async def web_app(settings: Settings, limits: "Limits", tally: "Tally | None" = None, *, relays: bool = True) -> "Gate":
    """The ASGI application of one web process; the doors are open. `relays`: not beside another release."""
    from petrel.api.http.asgi import Gate
    from petrel.api.http.wiring import HttpSettings, proxies
    from petrel.features import accounts
    from petrel.ops import stranger
    from petrel.web.door import Door
    from petrel.web.rooms import Rooms
    from petrel.web.routes import build, stands_at

    by_itself = (stranger.HEADER.encode(), (await stranger.pass_key()).encode())
    http = HttpSettings(base_url=settings.address, most_body_bytes=settings.body_bytes,
                        most_at_once=settings.requests_at_once, nothing_after_s=settings.nothing_after_ms / 1000,
                        uncounted=by_itself, country_header=settings.country_header.lower().encode(),
                        trusted_proxies=proxies(settings.trusted_proxies))

    resolve: Together[bytes, Member | AppOnly | None] = Together(accounts.resolve_together)
    door = Door(needs=Rooms(limits), base_url=settings.address, csrf_key=await seal.secret("csrf"))
    return Gate(http, resolve, limits=limits, pages=build(door), stands_at=stands_at,
                observe=observer(tally), relays=relays)


def observer(tally: "Tally | None") -> Callable[[str, int, float, int | None], None]:
    """Counts each answer: for the watch and Prometheus what all processes count together, for the crew's page of speed
    what this one does."""
    def observe(name: str, status: int, seconds: float, account: int | None) -> None:
        metrics.ANSWERS.count(name, seconds * 10_000)
        if tally is not None:
            tally.observe(name, status, seconds, -1 if account is None else ids.cell_of(account))

    return observe


def looks(settings: Settings) -> "Looks":
    """How changes are looked at beyond what is counted."""
    from petrel.ops import watching
    from petrel.ops.changes import Looks
    from petrel.ops.processes import beside

    probes = watching.Probes(place_of(settings)) if settings.canary else None
    files = [folder / watching.LINES for folder in (settings.folder / "run", beside.home_of(settings.folder))]
    return Looks(None if probes is None else probes.look, lambda: [watching.seen_lines(file) for file in files],
                 settings.folder)


def served(settings: Settings) -> "Served | None":
    """The certificate that the web processes serve; None in plain. Errors: Unavailable, Invalid."""
    if settings.tls == "off":
        return None
    from petrel.ops import certificates

    if not settings.address.startswith("https:"):
        raise Invalid(message=f"base_url is {settings.address}, and with tls = {settings.tls} the site speaks HTTPS: "
                              "petrel settings set base_url https://your.domain")
    places = certificates.places(settings.folder)
    places.make()
    if settings.tls == "files":
        if not settings.tls_certificate:
            raise Invalid(message="tls = files needs tls_certificate, the file with the certificate and its chain")
        files = certificates.files_of(places, settings.tls_certificate, settings.tls_key)
    else:
        files = certificates.files_of(places)
        if files.chosen is None:
            whole_file.write(places.temporary, certificates.self_signed(settings.names))
    served = certificates.Served(files)
    served.begin()
    return served


def certificate_plan(settings: Settings) -> "Plan | None":
    """Which certificate the site is to have, and from whom; None where it serves no HTTPS itself."""
    if settings.tls == "off":
        return None
    from petrel.ops.certificates import Issuer, Plan

    own, issuers = urlsplit(settings.own_address), [(settings.acme_directory, settings.acme_binding)]
    issuers += [(settings.acme_directory_2, settings.acme_binding_2)] if settings.acme_directory_2 else []
    ways = ("http-01", "tls-alpn-01") if settings.acme_challenge == "both" else (settings.acme_challenge,)
    return Plan(
        data=settings.folder, names=tuple(settings.names), contact=settings.acme_contact, roots=settings.acme_roots,
        issuers=tuple(Issuer(*one) for one in issuers) if settings.tls == "acme" else (),
        challenges=ways if settings.http_port or len(ways) == 1 else ways[1:],
        chain=Path(settings.tls_certificate) if settings.tls == "files" else None,
        host=own.hostname or "127.0.0.1", port=settings.port, public_port=urlsplit(settings.address).port or 443,
        elsewhere=tuple(filter(None, map(str.strip, settings.certificates_elsewhere.split(",")))))


def place_of(settings: Settings) -> "Place":
    """Where the site's own stranger finds it: this machine, and every route and page that is read. `load_api` first."""
    from petrel.api.http.routes import all_routes
    from petrel.ops.stranger import Page, Place
    from petrel.web.routes import ADDRESSES

    return Place(
        address=settings.own_address,
        routes=tuple((route, route.surface, route.access.anonymous) for route in all_routes() if route.method == "GET"),
        pages=tuple(Page(one.path, one.surface) for one in ADDRESSES if one.method == "GET" and one.surface != "none"),
        cookie=("__Host-" if settings.address.startswith("https:") else "") + "petrel_session", build=VERSION)


def watched(settings: Settings) -> "Wanted":
    """What the watch of this site is told."""
    from petrel.ops.watching import Wanted, crew

    return Wanted(settings.folder, crew(settings.alert_mail, settings.alert_webhook), settings.heartbeat_url,
                  settings.metrics_port)
