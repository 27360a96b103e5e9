"""What each kind of process does: web, followers, jobs, brain. Called in a forked child of `petrel up`, or alone.

Every part opens the doors, works until SIGTERM, finishes what it has begun, and closes them.
"""

import asyncio
import logging
import os
import resource
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from msgspec import Struct

from petrel import app
from petrel import settings as sources
from petrel.core import closing, gone, seen
from petrel.core.doors import Doors
from petrel.core.errors import PetrelError
from petrel.ops import attendance
from petrel.ops.processes import LEAVE_GENTLY, SAYS_S, beside, report_ready, report_works
from petrel.settings import Settings
from petrel.storage.build import VERSION, build_of
from petrel.storage.pools import Addresses

if TYPE_CHECKING:
    from petrel.api.http.limits import Limits
    from petrel.api.http.serving import Listeners
    from petrel.ops.certificates import Served
    from petrel.ops.changes import Counted
    from petrel.ops.watching import Lines, Tally

PARTS = ("web", "followers", "jobs", "brain")
GRACE_S = 8
"""A little less than the supervisor waits."""

PATIENCE_S = 120.0
"""A database may have to recover from a crash first; giving up meanwhile would look like a crash of ours."""

BRAIN_HANGS_S = 120.0
"""A look takes a quarter of a minute, and up to a whole one while a database hangs."""

LOOK_S = 3.0
BACKUP_SETTINGS = tuple(name for name in Settings.__struct_fields__ if name.startswith("backup_"))

READERS_OF_ALL_WEB, WRITERS_OF_ALL_WEB, KEYS_OF_ALL_WEB = 12, 8, 4
"""Connections shared out among the web processes. Those of one to the keyring are for reading keys, as many are for
writing them."""


class Connections(Struct, frozen=True):
    """How many one process may have at once, by what for. To the keyring it may have `2 * keys + 1`."""

    readers: int
    writers: int
    systems: int
    keys: int


def connections_of(part: str, web_workers: int) -> Connections:
    """What a process of `part` may take. All of a site, and once more while another release takes over, leave room for
    the crew's commands and for backups (tests/test_parts.py); so nobody is turned away when many come at once."""
    if part == "followers":
        return Connections(2, 1, 4, 2)
    if part == "jobs":
        return Connections(2, 4, 4, 2)
    if part == "brain":
        return Connections(1, 1, 2, 1)
    return Connections(max(2, READERS_OF_ALL_WEB // web_workers), max(2, WRITERS_OF_ALL_WEB // web_workers), 1,
                       max(1, KEYS_OF_ALL_WEB // web_workers))


def _opened(part: str, prepared: "Prepared", *, at_once: bool = False) -> AbstractAsyncContextManager[Doors]:
    most = connections_of(part, prepared.settings.web_workers)
    return app.opened(prepared.settings, prepared.addresses, readers=most.readers, writers=most.writers,
                      systems=most.systems, keys=most.keys, patience_s=PATIENCE_S, at_once=at_once)


async def _say_that_it_works() -> None:
    """As long as the loop of this process turns."""
    while True:
        report_works()
        await asyncio.sleep(SAYS_S)


class Prepared(Struct, frozen=True):
    """What is loaded or made before the processes fork, and shared by them."""

    settings: Settings
    addresses: Addresses
    listeners: "Listeners | None"
    limits: "Limits"
    tally: "Tally"
    lines: "Lines"
    served: "Served | None"


def prepare(settings: Settings, addresses: Addresses, listeners: "Listeners | None") -> Prepared:
    """Loads all code. Costs most of a second, once, instead of in each process.

    Errors: Unavailable, when HTTPS is wanted and there is no certificate that could be served.
    """
    # One thread for arithmetic: a pool of them would cost memory in each process and be gone after the fork.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    app.load_rooms()
    app.load_api()
    import uvloop  # noqa: F401

    from petrel.api.http.limits import Limits
    from petrel.api.http.routes import all_routes
    from petrel.ops.watching import LINES, Lines, Tally
    from petrel.web.routes import ADDRESSES
    from petrel.worker import followers, jobs, schedules, seals  # noqa: F401
    seen.build()
    served = app.served(settings) if listeners is not None and not listeners.is_beside else None
    if served is not None:
        from petrel.api.http import http2  # noqa: F401
    places = [route.path for route in all_routes()] + [one.path for one in ADDRESSES]
    run = beside.home_of(settings.folder) if listeners is not None and listeners.is_beside else settings.folder / "run"
    return Prepared(settings, addresses, listeners, Limits(), Tally(places), Lines(run / LINES), served)


def run(name: str, prepared: Prepared) -> None:
    """The whole life of one process of part `name`."""
    import uvloop

    tell_errors(f"petrel {name}", prepared.tally, prepared.lines)
    main: Callable[[Prepared], Coroutine[Any, Any, None]] = {
        "web": _web, "followers": _followers, "jobs": _jobs, "brain": _brain}[name]
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main(prepared))
    except PetrelError as e:
        structlog.get_logger("petrel.parts").error(e.message, detail=str(e.detail))
        sys.exit(1)


def tell_errors(name: str, tally: "Tally | None" = None, lines: "Lines | None" = None) -> None:
    """Log lines of this process go to standard error, as key=value, with its name; of one template not too many."""
    from petrel.ops.watching import logs

    caps = logs.Caps(tally.logged, saw=lines.saw) if tally and lines else logs.Caps()
    structlog.configure(
        processors=[caps.processor, structlog.contextvars.merge_contextvars, structlog.processors.add_log_level,
                    structlog.processors.TimeStamper(fmt="iso", utc=True), structlog.processors.format_exc_info,
                    structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "process", "event"])],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr), cache_logger_on_first_use=False)
    structlog.contextvars.bind_contextvars(process=name)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr,
                        format=f"%(asctime)s %(levelname)s {name} %(message)s")
    for handler in logging.getLogger().handlers:
        handler.addFilter(caps.filter)


@contextmanager
def _stopping(stop: Callable[[], object], gently: Callable[[], None] | None = None) -> Iterator[None]:
    """SIGTERM calls `stop`; so does Ctrl-C, unless the supervisor has taken that over. LEAVE_GENTLY, which another
    release's supervisor sends when its processes serve beside us, calls `gently` before."""
    def leave() -> None:
        if gently is not None:
            gently()
        stop()

    loop = asyncio.get_running_loop()
    handlers = {signal.SIGTERM: stop, LEAVE_GENTLY: leave}
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        handlers[signal.SIGINT] = stop
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)


def _allow_descriptors() -> None:
    """As many as may be: each open stream is one. A shell gives a thousand, and lets us ask for more."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _web(prepared: Prepared) -> None:
    import uvicorn

    from petrel.api import present
    from petrel.api.http import Connection
    from petrel.api.http.serving import Server
    from petrel.api.http.wire import linger
    from petrel.api.present.rendered import KEPT
    from petrel.features import media
    from petrel.ops import certificates, changes, speed

    settings, listeners, served = prepared.settings, prepared.listeners, prepared.served
    assert listeners is not None
    _allow_descriptors()
    async with _opened("web", prepared):
        site = await app.web_app(settings, prepared.limits, prepared.tally, relays=not listeners.is_beside)
        config = uvicorn.Config(
            site, http=Connection, ws="none", lifespan="on", access_log=False, log_config=None, proxy_headers=False,
            server_header=False, timeout_keep_alive=75, timeout_graceful_shutdown=GRACE_S, backlog=1024)
        await closing.look()
        await attendance.hear()
        await changes.hear()
        watching = [asyncio.create_task(gone.watch(settings.folder / "run", KEPT.drop, KEPT.clear)),
                    asyncio.create_task(media.emojis.watch(present.forget)),
                    asyncio.create_task(closing.watch()), asyncio.create_task(attendance.watch()),
                    asyncio.create_task(changes.watch()),
                    asyncio.create_task(speed.run()), asyncio.create_task(_say_that_it_works())]
        if served is not None:
            watching.append(asyncio.create_task(served.watch()))
        try:
            await Server(config, listeners, tls=served.outer if served else None, address=settings.address,
                         questions=certificates.places(settings.folder).questions,
                         stopping=partial(_stopping, gently=linger), on_ready=report_ready).run_until_stopped()
        finally:
            for one in watching:
                one.cancel()


async def _followers(prepared: Prepared) -> None:
    from petrel.worker import followers

    stop = asyncio.Event()
    # Until the doors are open there is nothing to finish, and SIGTERM simply ends us.
    async with _opened("followers", prepared):
        with _stopping(stop.set):
            report_ready()
            alive = asyncio.create_task(_say_that_it_works())
            await followers.run(stop, prepared.settings.folder / "run")
            alive.cancel()


Work = Callable[[asyncio.Event], Awaitable[None]]


def backups_of(now: Settings, addresses: Addresses) -> list[Work]:
    """The archive of the log and the nightly run, where a target is set; where none is, the end of an older archive."""
    from petrel.ops import backups

    backups.install(lambda url: app.store_of(now, url), now.backup_target)
    if not now.backup_target:
        return [lambda stop: backups.archive.end(addresses, now.folder)]
    try:
        place = app.target_shown(now)
    except OSError as e:
        structlog.get_logger("petrel.parts").error("no backups are made", why=str(e))
        return []
    wanted = backups.archive.Wanted(now.folder, place, lambda: app.store_of(now))
    plan = backups.nightly.Plan(now.folder, place, now.backup_hour, now.backup_every_days, f"{VERSION} {build_of()}")
    return [lambda stop: backups.archive.run(stop, addresses, wanted), lambda stop: backups.nightly.run(stop, plan)]


async def keep_backups(stop: asyncio.Event, prepared: Prepared) -> None:
    """Until `stop` is set, by the settings as they are: a target may be set, or be another, while the site runs."""
    from petrel.ops import backups

    await asyncio.to_thread(backups.rehearsal.clear_left, prepared.settings.folder)
    now, seen = prepared.settings, app.changed_at_ns(prepared.settings)
    while not stop.is_set():
        ending = asyncio.Event()
        tasks = [asyncio.create_task(_again_and_again(work, ending)) for work in backups_of(now, prepared.addresses)]
        newer = now
        while not stop.is_set() and all(getattr(newer, name) == getattr(now, name) for name in BACKUP_SETTINGS):
            await _pause(stop, LOOK_S)
            if (changed := app.changed_at_ns(now)) != seen:
                seen, newer = changed, app.with_live(now)
        ending.set()
        await asyncio.gather(*tasks)
        now = newer


async def _again_and_again(work: Work, ending: asyncio.Event) -> None:
    """Nothing that goes wrong with backups may end the process that does the site's other work."""
    while not ending.is_set():
        try:
            await work(ending)
            return
        except Exception as e:
            structlog.get_logger("petrel.parts").error("backups: trying again", error=repr(e), exc_info=e)
            await _pause(ending, 30)


async def _pause(stop: asyncio.Event, most_s: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), most_s)
    except TimeoutError:
        pass


def _environment(settings: Settings) -> dict[str, str]:
    """What a process has to find in its environment to have these settings; the data directory apart."""
    return {f.variable: ("on" if value else "off") if isinstance(value, bool) else str(value)
            for f in sources.fields() if not f.place and (value := getattr(settings, f.name)) != f.default}


def counted(tally: "Tally") -> "dict[int, Counted]":
    """What changes are judged by: all answers to members since the start, by cell."""
    from petrel.ops.changes import Counted

    return {cell: Counted(*numbers) for cell, numbers in tally.cells().items()}


def by_cell(tally: "Tally") -> dict[int, tuple[int, ...]]:
    """The same as numbers only, for the incident brain."""
    return {cell: (asked, failed, *took) for cell, (asked, failed, took) in tally.cells().items()}


async def _jobs(prepared: Prepared) -> None:
    from petrel.ops import certificates, changes, databases, disk, incidents, releases, stranger, watching
    from petrel.worker import jobs, seals

    environment, settings = _environment(prepared.settings), prepared.settings
    certificates.install(app.certificate_plan(settings))
    stranger.install(app.place_of(settings) if settings.stranger else None)
    databases.install(settings.folder, databases.Urls(settings.database_url, settings.keyring_url))
    watching.install(app.place_of(settings) if settings.canary else None,
                     watching.Site(settings.folder, environment))
    disk.install(settings.folder)
    incidents.install(settings.folder, app.watched(settings).crew)
    stop = asyncio.Event()
    async with _opened("jobs", prepared):
        releases.install(settings.folder, environment)
        with _stopping(lambda: (stop.set(), certificates.stop())):
            report_ready()
            alive = asyncio.create_task(_say_that_it_works())
            async with asyncio.TaskGroup() as group:
                group.create_task(jobs.run(stop, settings.folder / "run"))
                group.create_task(seals.run(stop, settings.folder))
                group.create_task(keep_backups(stop, prepared))
                group.create_task(changes.Controller(partial(counted, prepared.tally), app.looks(settings)).run(stop))
            alive.cancel()


async def _brain(prepared: Prepared) -> None:
    """Measures, judges and calls, whatever else hangs or is away: it begins without the databases, and with what the
    one before it knew. Says that it works by what it is for: after each look."""
    from petrel.ops import disk, incidents, signals, watching

    data, wanted = prepared.settings.folder, app.watched(prepared.settings)
    keeper, stop = signals.Keeper(prepared.tally, data), asyncio.Event()
    async with _opened("brain", prepared, at_once=True):
        with _stopping(stop.set):
            report_ready()
            async with incidents.alone(data, stop, report_works):
                brain = incidents.Brain(data, wanted.crew, partial(by_cell, prepared.tally), lambda: keeper.now,
                                        report_works)
                async with asyncio.TaskGroup() as group:
                    group.create_task(disk.Guard(data, prepared.settings.ballast_mib << 20).run(stop))
                    group.create_task(keeper.run(stop))
                    group.create_task(watching.Watch(wanted, prepared.tally, (keeper.keep, brain.think)).run(stop))
