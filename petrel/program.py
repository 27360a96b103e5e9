"""What the command line may ask of the site: `ctx.obj` of every command, as `cli/wiring.py` describes it."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from petrel import app, beginning, settings
from petrel.core.errors import PetrelError, Unavailable
from petrel.core.late import Late
from petrel.core.policy import POLICY
from petrel.ops.processes import (
    Handover,
    Part,
    Succession,
    Supervisor,
    become,
    become_owner,
    beside,
    read_status,
    take,
    this_release,
)
from petrel.settings import Field, Settings
from petrel.storage.migrate import OlderProgram
from petrel.storage.pools import Addresses, unhurried
from petrel.storage.postgres import Held, Storage, holder_of

if TYPE_CHECKING:
    from petrel import moves
    from petrel.core import doors
    from petrel.ops import backups, changes, databases, upgrades, watching
else:
    # Whoever types a command waits for what that command needs, and for nothing else.
    moves, backups, changes = Late("petrel.moves"), Late("petrel.ops.backups"), Late("petrel.ops.changes")
    databases, upgrades, watching = map(Late, ("petrel.ops.databases", "petrel.ops.upgrades", "petrel.ops.watching"))

T = TypeVar("T")
Say = Callable[[str], None]


class Program:
    """Holds nothing. Every method takes settings, or makes them as `settings` does."""

    def settings(self, data: str | None = None, **given: Any) -> Settings:
        """Errors: Invalid."""
        return settings.load(data, **given)

    def settings_or_defaults(self, data: str | None = None) -> Settings:
        """For `petrel doctor`, which has to work when the settings do not."""
        try:
            return settings.load(data)
        except PetrelError:
            return settings.defaults(data)

    def address(self, now: Settings) -> str:
        """Where the site is reached: what the running one says, else what the settings say."""
        status = read_status(now.folder) if holder_of(now.folder) is not None else None
        return status.address if status else now.address

    def is_running(self, now: Settings) -> bool:
        return holder_of(now.folder) is not None

    def relay(self, now: Settings) -> Any:
        """The mail server that the operator chose; None for none."""
        return app.relay_of(now)

    def certificates(self, now: Settings) -> Any:
        """Which certificate the site is to have (ops.certificates.Plan)."""
        return app.certificate_plan(now)

    def explained(self, data: str | None) -> tuple[Settings, dict[str, str], Sequence[Field]]:
        """The settings, where those that are not defaults come from, and what each means."""
        now, sources = settings.load_with_sources(data)
        return now, sources, settings.fields()

    def set(self, data: str | None, name: str, value: str) -> Field:
        """Writes DATA/settings.toml. Errors: Invalid."""
        now = settings.load(data)
        field = settings.write(now.folder, name, value)
        changes.slips.leave(now.folder, changes.set_by_hand(name, value, getattr(now, name), is_secret=field.secret))
        return field

    def prepare_databases(self, now: Settings, ask: databases.Ask, say: Say) -> databases.Done:
        """Servers for production, set up or found. Their addresses go into the settings when the site has no databases
        yet, are remembered for `move_databases` otherwise, and kept nowhere when the site is on another machine.

        Errors: StorageError.
        """
        current = databases.Urls(now.database_url, now.keyring_url)
        ask = databases.for_whom(now.folder, current, ask)
        if not ask.for_others:
            now.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        prepared = asyncio.run(databases.prepare(ask, databases.known(now.folder, current), say))
        if ask.for_others:
            return databases.for_others(prepared)
        if taken := databases.take(now.folder, current, prepared.urls):
            settings.write_all(now.folder, {"database_url": taken.main, "keyring_url": taken.keyring})
        return databases.Done(prepared.urls, prepared.findings, databases.next_step(now.folder, taken))

    def write_settings(self, folder: Path, wanted: Sequence[tuple[str, Any, bool]]) -> None:
        """Errors: Invalid."""
        settings.write_wanted(folder, wanted)

    def move_databases(self, now: Settings, to: databases.Where, rehearse: bool, given: databases.Urls | None, say: Say,
                       progress: databases.Progress) -> databases.Moved:
        """The site's databases to other servers, without loss, or only tried. Errors: StorageError, PetrelError."""
        become_owner(now.folder)                        # the embedded servers know nobody else
        return moves.move(now, moves.Ask(to, rehearse, given), say, progress)

    def upgrade_databases(self, now: Settings, major: int | None, rehearse: bool, say: Say,
                          progress: databases.Progress) -> moves.Upgraded:
        """Postgres to a newer version, tried first. Errors: StorageError."""
        if not now.database_url:                        # apt needs root; our own servers know only their owner
            become_owner(now.folder)
        return moves.upgrade(now, major, rehearse, say, progress)

    def confirm_databases(self, now: Settings, *, forget: bool = False) -> str:
        """The old databases go. `forget`: only from our notes, since their servers are gone. Errors: Unfit."""
        become_owner(now.folder)
        return moves.confirm(now, forget=forget)

    def up(self, now: Settings, say: Say, given: dict[str, Any] | None = None, *, as_is: bool = False) -> int:
        """The whole site, until it is told to stop; returns the exit code. `given`: what of the settings stood on the
        command line, for the release that takes over one day. Errors: StorageError, PetrelError.

        Where the site has gone over to another release, or petrel-rescue has pinned one, that one is started.
        """
        if not as_is and (found := upgrades.instead(now.folder, this_release())) is not None:
            other, how = found
            if os.geteuid() == 0 != now.folder.stat().st_uid:
                # Root does not run what the site's user may have named.
                raise Unavailable(f"This site has gone over to {other.name}: start that release, or use --as-is")
            say(f"This site has gone over to {other.name}; starting that. (`petrel up --as-is` does not.)")
            words = [word for name, value in (given or {}).items() for word in (beside.OPTIONS[name], str(value))]
            command = other.command("up", "--data", str(now.folder), *how, *words)
            os.execve(command[0], command, other.environment())
        listeners = beginning.listen(now)
        become_owner(now.folder)
        return self._begin(now, say, given or {}, listeners, None).run()

    def take_over(self, data: str | None, note: int, say: Say, *, is_beside: bool = False) -> int:
        """As `up`, or `beside`, for what this process has run as another release (`ops/processes/handover.py`).

        What cannot begin gives the site back to that release, whose processes still serve.
        """
        taken = take(note)
        begin = self._begin_beside if is_beside else self._begin
        try:
            now = settings.load(data, **taken.given)
            supervisor = begin(now, say, taken.given, taken.sockets(), taken)
        except (Exception, SystemExit) as e:
            if taken.is_back:
                raise
            why = getattr(e, "message", None) or f"{type(e).__name__}: {e}"
            say(f"This release cannot begin: {why} Giving the site back to {taken.giver.name}.")
            become(taken.giver, words_of(settings.defaults(data).folder, is_beside=is_beside),
                   msgspec.structs.replace(taken, giver=this_release(), is_back=True, why=why))
        return supervisor.run()

    def beside(self, now: Settings, given: dict[str, Any], say: Say) -> int:
        """Only the web part, beside the release that serves, until it is told to stop (`ops/processes/beside.py`)."""
        site = beside.listen(now.folder, this_release().build)
        return self._begin_beside(now, lambda line: say(f"Beside: {line}"), given, {"site": site}, None).run()

    def _begin_beside(self, now: Settings, say: Say, given: dict[str, Any], listeners: dict[str, socket.socket],
                      taken: Handover | None) -> Supervisor:
        """What is not there yet in the databases comes, as before any handover; nothing that the other needs goes."""
        from petrel import parts
        from petrel.api.http.serving import Listeners

        addresses = app.addresses_of(app.storage_of(now))
        prepared = parts.prepare(now, addresses, Listeners(listeners["site"]))
        in_force = asyncio.run(beginning.make_ready(now, addresses, say, is_first=False))
        if in_force > POLICY:
            raise OlderProgram(in_force)
        listeners["site"].listen(1024)
        web = Part("web", lambda: parts.run("web", prepared), now.web_workers, serves=True)
        return Supervisor(beside.home_of(now.folder), [web], address=now.address, say=say, policy_in_force=in_force,
                          succession=Succession(this_release(), given, listeners, words_of(now.folder, is_beside=True),
                                                taken))

    def _begin(self, now: Settings, say: Say, given: dict[str, Any], listeners: dict[str, socket.socket],
               taken: Handover | None) -> Supervisor:
        """Everything before the processes: databases that run and are migrated, all code loaded."""
        from petrel import parts
        from petrel.api.http.serving import Listeners

        began = time.monotonic()
        now = beginning.with_ports(now, listeners)
        storage = self._open_storage(now, say, Held(taken.lock, taken.postgres) if taken else None)
        try:
            addresses = app.addresses_of(storage)
            prepared = parts.prepare(now, addresses, Listeners(listeners["site"], listeners.get("plain")))
            in_force = asyncio.run(beginning.make_ready(now, addresses, say, is_first=taken is None))
            for one in listeners.values():
                one.listen(1024)
            say(f"Prepared in {time.monotonic() - began:.1f} s.")

            def child(name: str) -> Callable[[], None]:
                return lambda: parts.run(name, prepared)

            wanted = [Part("web", child("web"), now.web_workers, serves=True)]
            if in_force <= POLICY:
                wanted += [Part("followers", child("followers")), Part("jobs", child("jobs")),
                           Part("brain", child("brain"), hangs_s=parts.BRAIN_HANGS_S)]
            return Supervisor(now.folder, wanted, address=now.address, storage=storage, say=say,
                              policy_in_force=in_force, succession=Succession(
                                  this_release(), given, listeners, words_of(now.folder), taken,
                                  upgrades.Trial(now.folder, this_release()).why_back))
        except BaseException:
            if taken is None or taken.is_back:          # else they go back to the release that left them to us
                storage.close()
            raise

    def run(self, name: str, now: Settings, say: Say) -> None:
        """One part alone, against a site that is migrated and whose databases run. Errors: as `up`."""
        from petrel import parts
        from petrel.api.http.serving import Listeners

        listeners = None
        if name == "web":
            found = beginning.listen(now)
            now = beginning.with_ports(now, found)
            listeners = Listeners(found["site"], found.get("plain"))
            for one in listeners.all:
                one.listen(1024)
            say(f"Serving at {now.address}")
        beginning.make_folders(now.folder)
        addresses = app.addresses_of(app.storage_of(now))
        asyncio.run(beginning.look_at_policy(name, now, addresses, say))
        parts.run(name, parts.prepare(now, addresses, listeners))

    def migrate(self, now: Settings, say: Say, *, contract: bool) -> list[str]:
        """Brings the databases up to date; returns what was run."""
        app.load_rooms()

        async def work(addresses: Addresses) -> list[str]:
            ran = await app.migrate_site(addresses, contract=contract)
            changes.migrated(now.folder, ran, this_release().name)
            await app.register_followers(addresses)
            return ran

        with self.databases(now, say, migrate=False) as addresses:
            return asyncio.run(work(addresses))

    def upgrade_plan(self, now: Settings, *, wants_backup: bool = True) -> upgrades.Plan:
        """What would be done to bring the running site to this release, and what is in the way. Errors: StorageError,
        CannotUpgrade (it does not run)."""
        def load() -> None:
            app.load_rooms()
            app.load_api()

        return asyncio.run(upgrades.plan(now.folder, app.addresses_of(app.storage_of(now)), load,
                                         wants_backup=wants_backup))

    def upgrade(self, now: Settings, plan: upgrades.Plan, say: Say, *, is_trial: bool = False) -> upgrades.Done:
        """Errors: CannotUpgrade, StorageError. After either the same again goes on where it stopped."""
        with changes.over_to(now.folder, plan.giver, plan.taker, is_step=is_trial):
            return upgrades.run(now.folder, plan, self._hands(now, say), say, is_trial=is_trial)

    def upgrade_back(self, now: Settings, say: Say) -> upgrades.Record:
        """Errors: CannotUpgrade, StorageError."""
        with changes.back_over(now.folder):
            return upgrades.go_back(now.folder, self._hands(now, say), say)

    def _hands(self, now: Settings, say: Say) -> upgrades.Hands:
        return upgrades.Hands(migrate=lambda: self.migrate(now, say, contract=False),
                              databases=lambda: self.databases(now, say, migrate=False),
                              doors=lambda work: self.call(now, work, say),
                              probe=lambda: self.call(now, lambda: watching.come_through(now.own_address), say))

    def load_rooms(self) -> None:
        """For commands that do what else a process of the site does: what the rooms register is there afterwards."""
        app.load_rooms()

    def call(self, now: Settings, work: Callable[[], Awaitable[T]], say: Say, within_s: float | None = None) -> T:
        """Runs `work` with the doors open; starts the databases for it when the site is not running. Errors:
        Unavailable, after `within_s` at the latest where that is given."""
        return self.owning(now, lambda _: work(), say, within_s)

    def owning(self, now: Settings, work: Callable[[Addresses], Awaitable[T]], say: Say, within_s: float | None = None
               ) -> T:
        """As `call`, for what needs the owner of the databases: backups."""
        async def inside(addresses: Addresses) -> T:
            bound = asyncio.timeout(within_s)
            try:
                async with bound, app.opened(now, addresses):
                    return await work(addresses)
            except TimeoutError as e:
                if not bound.expired():
                    raise
                raise Unavailable("The databases do not answer. `petrel doctor` tells more.") from e

        with self.databases(now, say) as addresses:
            return asyncio.run(inside(addresses))

    def store(self, now: Settings, url: str = "") -> backups.Store:
        """The backup target that is set, or another. Errors: NotNow."""
        try:
            return app.store_of(now, url)
        except OSError as e:
            raise backups.NotNow(str(e)) from e

    def media_places(self, now: Settings) -> None:
        app.media_places(now)

    def restore(self, ask: backups.Ask, say: Say, progress: backups.Progress, meter: backups.Meter) -> backups.Outcome:
        """Goes back to a backup, in an empty place; nothing is served meanwhile. See docs/flows/restore.md. `meter` is
        told of each stage that ended.

        Errors: NotNow, BadBackup, BadWitness, StorageError. After one the place cannot be served.
        """
        known = backups.restore.prove(ask, progress)
        meter.lap("proving")
        entries = sum(len(line.entries) for line in known.lines)
        say(f"{ask.pair.data.backup} is whole and opens; the witness has {entries} entries for it." if ask.witness else
            f"{ask.pair.data.backup} is whole and opens. There is no witness.")
        try:
            backups.restore.unpack(ask, progress)
        except OSError as e:
            raise backups.NotNow(f"{ask.folder} cannot be written: {e.strerror}. It is half restored and cannot be "
                                 "served; make room, and run the same command again") from e
        meter.lap("unpacking")
        app.load_rooms()
        now = settings.load(str(ask.folder), database_url="", keyring_url="")
        with self._storage(now, say, restoring=True) as storage:
            meter.lap("recovering")
            outcome = asyncio.run(self._bring_back(ask, now, unhurried(app.addresses_of(storage)), known, meter))
        meter.lap("stopping")
        if not outcome.checked.findings:
            backups.restore.finish(ask)
        return outcome

    async def _bring_back(self, ask: backups.Ask, now: Settings, addresses: Addresses,
                          known: backups.Known, meter: backups.Meter) -> backups.Outcome:
        async with backups.bring_back.owners(addresses) as (owner, ring):
            epoch = await backups.bring_back.begin_epoch(owner, known)
            await app.migrate_site(addresses)
            await app.register_followers(addresses)
            async with app.opened(now, addresses):
                return await backups.bring_back.finish(ask, known, epoch, owner, ring, meter)

    def opened(self, data_dir: Path) -> AbstractAsyncContextManager[doors.Doors]:
        """The doors of a site that runs."""
        return self._opened(settings.load(str(data_dir)))

    @asynccontextmanager
    async def _opened(self, now: Settings) -> AsyncIterator[doors.Doors]:
        async with app.opened(now, app.addresses_of(app.storage_of(now)), readers=4, writers=4) as open_now:
            yield open_now

    @contextmanager
    def databases(self, now: Settings, say: Say, *, migrate: bool = True) -> Iterator[Addresses]:
        """The databases of the running site, or started for the length of the block."""
        if holder_of(now.folder) is not None:
            yield app.addresses_of(app.storage_of(now))
            return
        with self._storage(now, say) as storage:
            addresses = app.addresses_of(storage)
            if migrate:
                app.load_rooms()
                try:
                    asyncio.run(app.migrate_site(addresses))
                    asyncio.run(app.register_followers(addresses))
                except OlderProgram as older:
                    say(str(older))
            yield addresses

    @contextmanager
    def _storage(self, now: Settings, say: Say, *, restoring: bool = False) -> Iterator[Storage]:
        storage = self._open_storage(now, say, restoring=restoring)
        try:
            yield storage
        finally:
            storage.close()

    def _open_storage(self, now: Settings, say: Say, held: Held | None = None, *, restoring: bool = False) -> Storage:
        if not restoring:
            backups.restore.refuse_half_restored(now.folder)
            databases.state.note_where(now.folder, databases.Urls(now.database_url, now.keyring_url))
        storage = Storage.open(now.folder, database_url=now.database_url or None, keyring_url=now.keyring_url or None,
                               say=say, held=held)
        beginning.make_folders(now.folder)
        return storage


def words_of(folder: Path, *, is_beside: bool = False) -> tuple[str, ...]:
    """Of `petrel up`, for whoever goes on in this process."""
    return ("--data", str(folder), *(("--beside",) if is_beside else ()))
