"""Wiring of `petrel database move`: starts the servers on both sides, and calls the steps of `ops/databases/moving.py`.

`at` is called before each step with its name; tests cut the power there.
"""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import asyncpg
from msgspec import Struct

from petrel import app, settings
from petrel.ops import backups, databases
from petrel.ops.databases import CLUSTERS, Moved, Plan, Progress, Unfit, Urls, moving, state
from petrel.settings import Settings
from petrel.storage.pools import Addresses
from petrel.storage.postgres import DATABASES, VARIABLES, Storage, check_external, holder_of

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
    plan = moving.plan(now.folder, _urls(now), ask.to, sources, ask.given)
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
