"""Wiring of `petrel database move` and `upgrade`: starts servers, and calls the steps of `ops/databases/moving.py`.

`at` is called before each step with its name; tests cut the power there.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from msgspec import Struct

from petrel import app, settings
from petrel.ops import backups, databases
from petrel.ops.databases import (
    CLUSTERS,
    Moved,
    Plan,
    Progress,
    Unfit,
    Urls,
    moving,
    packages,
    restarting,
    state,
    upgrading,
)
from petrel.settings import Settings
from petrel.storage.pools import Addresses
from petrel.storage.postgres import DATABASES, MAJOR, VARIABLES, Storage, check_external, holder_of, installed

Say = Callable[[str], None]
At = Callable[[str], None]
REHEARSAL = "rehearsal"


class Ask(Struct, frozen=True):
    """`given`: addresses to move to, when they are not the prepared ones."""

    to: databases.Where
    rehearse: bool = False
    given: Urls | None = None


def move(now: Settings, ask: Ask, say: Say, progress: Progress, at: At = lambda _step: None) -> Moved:
    """Errors: StorageError, PetrelError; whenever it ends early, the site is as it was, or wholly moved."""
    app.load_rooms()
    backups.restore.refuse_half_restored(now.folder)
    _, sources = settings.load_with_sources(now.data)
    plan = moving.plan(now.folder, _urls(now), ask.to, sources, ask.given, rehearse=ask.rehearse)
    for cluster in CLUSTERS:
        if plan.new.of(cluster):
            asyncio.run(check_external(f"the new {VARIABLES[cluster]}", plan.new.of(cluster)))
    if ask.rehearse:
        with _beside(now, plan, say) as (old, new):
            return asyncio.run(_rehearse(now, plan, (old, new), progress))
    if (holder := holder_of(now.folder)) is not None:
        raise Unfit(f"The site runs (process {holder}), and would go on writing into what is left.",
                    "Stop it first. `--rehearse` may run beside it, and says how long the move takes.")
    with _alone(now, plan, say) as (old, new):
        moved = asyncio.run(_move(now, plan, (old, new), progress, at))
    at("settings written")
    state.note_left(now.folder, plan.new)
    return moved


def confirm(now: Settings, *, forget: bool) -> str:
    """Errors: Unfit."""
    state.note_left(now.folder, _urls(now))
    if not forget:
        return asyncio.run(databases.confirming.confirm(now.folder, _urls(now)))
    state.forget(now.folder)
    return "Forgotten. If those servers come back, drop both databases there: copies of keys may not live on."


async def _move(now: Settings, plan: Plan, both: tuple[Addresses, Addresses], progress: Progress, at: At) -> Moved:
    old, new = both
    at("nothing done")
    await app.migrate_site(old)
    await moving.check_target(old, new, plan.new, now.folder)
    at("old migrated")
    await app.migrate_site(new, contract=await moving.has_contracted(old))
    at("new migrated")
    moved = await moving.carry_both(old, new, lambda table, done, total: (at(table), progress(table, done, total))[1])
    at("carried")
    epoch = await moving.begin_epoch(new)
    at("epoch begun")
    async with app.opened(_with(now, plan.new), new):
        await moving.write_down(epoch, moved)
    at("recorded")
    state.begin_leaving(now.folder, plan.old, plan.new)
    at("noted")
    settings.write_all(now.folder, {"database_url": plan.new.main, "keyring_url": plan.new.keyring})
    return moved


async def _rehearse(now: Settings, plan: Plan, both: tuple[Addresses, Addresses], progress: Progress) -> Moved:
    """As `_move` up to the settings, with other databases. Nothing of the site is written."""
    old, new = both
    await moving.check_target(old, new, plan.new, now.folder)
    await app.migrate_site(new, contract=await moving.has_contracted(old))
    moved = await moving.carry_both(old, new, progress)
    await moving.begin_epoch(new)
    await moving.sign_in(new)
    return moved


@contextmanager
def _alone(now: Settings, plan: Plan, say: Say) -> Iterator[tuple[Addresses, Addresses]]:
    """Both sides run, and the site's lock is ours, so that nobody serves the old one meanwhile."""
    both = plan.old if plan.old.main and plan.new.main else Urls()
    storage = Storage.open(now.folder, database_url=both.main or None, keyring_url=both.keyring or None, say=say)
    try:
        yield _addresses(now, plan.old), _addresses(now, plan.new)
    finally:
        storage.close()


@contextmanager
def _beside(now: Settings, plan: Plan, say: Say) -> Iterator[tuple[Addresses, Addresses]]:
    """The old side as it runs, or started; the new one in databases of its own that go at the end."""
    place = now.folder / REHEARSAL
    started = None
    if plan.old.where == "embedded" and holder_of(now.folder) is None:
        started = Storage.open(now.folder, say=say)
    try:
        if plan.new.where == "embedded":
            shutil.rmtree(place, ignore_errors=True)
            trial = Storage.open(place, say=say)
            try:
                yield _addresses(now, plan.old), app.addresses_of(trial)
            finally:
                trial.close()
                shutil.rmtree(place)
        else:
            asyncio.run(_databases(plan.new, "create"))
            try:
                yield _addresses(now, plan.old), _addresses(now, Urls(*(_trial(plan.new.of(c)) for c in CLUSTERS)))
            finally:
                asyncio.run(_databases(plan.new, "drop"))
    finally:
        if started is not None:
            started.close()


async def _databases(urls: Urls, act: str) -> None:
    """Makes or drops the databases of a rehearsal; what an earlier one left goes first."""
    for cluster in CLUSTERS:
        connection = await asyncpg.connect(urls.of(cluster), timeout=10)
        try:
            await connection.execute(f"drop database if exists {DATABASES[cluster]}_{REHEARSAL} with (force)")
            if act == "create":
                await connection.execute(f"create database {DATABASES[cluster]}_{REHEARSAL} encoding 'UTF8' "
                                         "template template0")
        finally:
            await connection.close()


def _trial(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(path=f"{parts.path}_{REHEARSAL}").geturl()


def _addresses(now: Settings, urls: Urls) -> Addresses:
    return app.addresses_of(Storage(now.folder, urls.main or None, urls.keyring or None))


def _with(now: Settings, urls: Urls) -> Settings:
    return settings.replace(now, database_url=urls.main, keyring_url=urls.keyring)


def _urls(now: Settings) -> Urls:
    return Urls(now.database_url, now.keyring_url)


class Upgraded(Struct, frozen=True):
    """`tried`: what the rehearsal of a minor upgrade saw; `moved`: what that of a major one carried."""

    text: str
    tried: list[upgrading.Tried] = []
    moved: Moved | None = None


def upgrade(now: Settings, major: int | None, rehearse: bool, say: Say, progress: Progress) -> Upgraded:
    """To the newest minor version, or to a major one. Always tried first. Errors: StorageError."""
    urls = _urls(now)
    if urls.where == "embedded":
        return _embedded(now, major, rehearse, say)
    upgrading.check_near(urls, major)
    here = asyncio.run(upgrading.running(_addresses(now, urls).main["owner"]))
    if major is None or major == int(here.partition(".")[0]):
        return _minor(now, urls, here, rehearse, say)
    if major < int(here.partition(".")[0]):
        raise Unfit(f"The servers run {here} already.", "To an older version one can only go back before confirming: "
                                                        "petrel database move --to system.")
    return _major(now, major, rehearse, say, progress)


def _embedded(now: Settings, major: int | None, rehearse: bool, say: Say) -> Upgraded:
    """The programs came with this release of Petrel. A site that was handed over to it still runs the servers of the
    release before, until they are restarted here."""
    if major is not None:
        raise Unfit("The embedded Postgres comes with Petrel, in one version.",
                    "Upgrade Petrel; or go to servers of the system: petrel database prepare.")
    if holder_of(now.folder) is None:
        return Upgraded("The site does not run; its next start uses the Postgres of this release.")
    storage, programs = Storage(now.folder), installed.of_major(MAJOR)
    tried = [upgrading.rehearse(now.folder, c, storage.connect_args(c), programs, say) for c in CLUSTERS]
    here = asyncio.run(upgrading.running(storage.connect_args("main")))
    if rehearse or here == programs.version:
        return Upgraded(f"{_told(tried)} Postgres {here} runs.", tried)
    say(_told(tried))
    held_s = restarting.embedded(now.folder, lambda: asyncio.run(upgrading.running(storage.connect_args("main"))),
                                 programs.version)
    return Upgraded(f"Both servers run Postgres {programs.version}; requests waited {held_s:.1f} s.", tried)


def _minor(now: Settings, urls: Urls, here: str, rehearse: bool, say: Say) -> Upgraded:
    offer = packages.offer(int(here.partition(".")[0]))
    installed_now = offer.here.partition("-")[0]
    if not offer.is_newer and installed_now == here:
        return Upgraded(f"Postgres {here} runs, and apt knows no newer one (apt-get update asks).")
    with tempfile.TemporaryDirectory(prefix="petrel-postgres-", dir="/var/tmp") as folder:
        programs = packages.unpacked(offer, Path(folder))
        tried = [upgrading.rehearse(now.folder, c, {"dsn": urls.of(c)}, programs, say) for c in CLUSTERS]
    if rehearse:
        return Upgraded(f"{_told(tried)} Nothing was changed.", tried)
    say(_told(tried))
    upgrading.install(urls, offer, programs.version, say, (now.folder / "run", databases.debian.Homes()))
    return Upgraded(f"Both servers run Postgres {programs.version}. Back, if need be: apt-get install "
                    f"--allow-downgrades {offer.package}={offer.here}", tried)


def _major(now: Settings, major: int, rehearse: bool, say: Say, progress: Progress) -> Upgraded:
    """New clusters beside the old ones, and a move. source: decision 0023."""
    prepared = asyncio.run(databases.prepare(databases.Ask(major=major), _urls(now), say))
    databases.take(now.folder, _urls(now), prepared.urls)
    moved = move(now, Ask("system", rehearse=True), say, progress)
    tried = (f"Tried: {moved.rows} rows, {moved.bytes >> 20} MB, are the same in Postgres {major}; it took "
             f"{moved.took_s:.0f} s, and the site will stand still about so long.")
    if rehearse or holder_of(now.folder) is not None:
        return Upgraded(f"{tried} Nothing was changed. Stop the site, then: petrel database move --to system",
                        moved=moved)
    say(tried)
    moved = move(now, Ask("system"), say, progress)
    return Upgraded(f"The site lives on Postgres {major}: start it. Back without loss, until `petrel database "
                    "confirm`: petrel database move --to system", moved=moved)


def _told(tried: list[upgrading.Tried]) -> str:
    return " ".join(f"{one.cluster}: a copy ({one.copy_s:.0f} s) started with Postgres {one.version} in "
                    f"{one.start_s:.1f} s, and all {one.rows} rows were read." for one in tried)
