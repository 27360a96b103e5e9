"""Real Postgres for every test that touches rows: one server per run, a template per run, a database per module.

`PETREL_TEST_DATABASE_URL` and `PETREL_TEST_KEYRING_URL` point the same tests at a server of their own (CI: Debian's).
Async tests share one event loop; `site` is the open pair of doors.
"""

import asyncio
import inspect
import itertools
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import hypothesis
import pytest

from petrel import app
from petrel.core import doors, ids, limits
from petrel.storage.pools import Addresses
from petrel.storage.postgres import Storage
from tests import answers

# A machine that is busy with other things is no reason to fail.
hypothesis.settings.register_profile("here", deadline=None,
                                     suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("here")

LINES_KEPT, FILES_NAMED = 40, 15
LONG = "TESTS_LONG" in os.environ
"""Whether what takes long is tried too, and whatever is generated is generated more often: `make proofs`."""

ROOM = 4 << 30
left_out: list[str] = []
spent_s: Counter[str] = Counter()

_count = itertools.count(1)
_loop: asyncio.AbstractEventLoop | None = None


def loop() -> asyncio.AbstractEventLoop:
    global _loop
    if _loop is None:
        _loop = asyncio.new_event_loop()
        asyncio.set_event_loop(_loop)
    return _loop


_folder = tempfile.TemporaryDirectory(prefix="petrel-answers-")
record = answers.Record(Path(_folder.name) / "noted")
os.environ[answers.FILE] = str(record.file)
answers.watch(record.note)


@pytest.fixture(autouse=True)
def every_answer_is_as_its_schema_has_it() -> Iterator[None]:
    yield
    wrong = record.faults()
    assert not wrong, "\n".join(wrong)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """What came after the last test's end fails the run all the same. Names what was answered well, if asked to."""
    if wrong := record.faults():
        print("\n".join(wrong))
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if asked := os.environ.get(answers.SEEN):
        Path(asked).write_text(json.dumps(sorted(record.good)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Of what a failed test had printed, its end: a walk over every surface says thousands of lines."""
    report = yield
    report.sections = [(name, "\n".join(text.splitlines()[-LINES_KEPT:])) for name, text in report.sections]
    spent_s[report.location[0]] += report.duration
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if record.answers:
        terminalreporter.write_line(f"{record.answers} JSON answers read by their schemas; "
                                    f"{len(record.good)} operations answered well")
    if left_out:
        terminalreporter.write_line("left to `make proofs`, since they take long: " + ", ".join(left_out))
    longest = ", ".join(f"{file} {spent:.0f}" for file, spent in spent_s.most_common(FILES_NAMED) if spent > 5)
    if longest:
        terminalreporter.write_line(f"seconds by file: {longest}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without what takes long, unless that is asked for. With a server of one's own, only the tests that touch rows."""
    if "PETREL_TEST_DATABASE_URL" in os.environ:
        _keep(config, items, _touches_rows)
    if not LONG:
        left_out.extend(item.nodeid for item in items if item.get_closest_marker("long"))
        _keep(config, items, lambda item: item.get_closest_marker("long") is None)


def _keep(config: pytest.Config, items: list[pytest.Item], which: Callable[[pytest.Item], bool]) -> None:
    config.hook.pytest_deselected(items=[item for item in items if not which(item)])
    items[:] = [item for item in items if which(item)]


def _touches_rows(item: pytest.Item) -> bool:
    return "server" in getattr(item, "fixturenames", ())


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs `async def` tests in the loop of the run."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    loop().run_until_complete(pyfuncitem.obj(**{n: pyfuncitem.funcargs[n] for n in names}))
    return True


def _with_database(args: dict[str, Any], name: str) -> dict[str, Any]:
    return {**args, "database": name}


class Server:
    """The clusters of this run, and databases copied from the migrated template."""

    def __init__(self, addresses: Addresses, prefix: str, folder: Path | None = None) -> None:
        self.addresses = addresses
        self.prefix = prefix
        self.folder = folder                    # the site's data directory; None where the servers are given

    def named(self, name: str) -> Addresses:
        return Addresses(main={r: _with_database(a, f"{name}_main") for r, a in self.addresses.main.items()},
                         keyring={r: _with_database(a, f"{name}_keyring") for r, a in self.addresses.keyring.items()})

    async def run(self, statement: str, cluster: str) -> None:
        args = (self.addresses.main if cluster == "main" else self.addresses.keyring)["owner"]
        connection = await asyncpg.connect(**_with_database(args, "postgres"))
        try:
            for _ in range(100):
                try:
                    await connection.execute(statement)
                    return
                except (asyncpg.InsufficientPrivilegeError, asyncpg.ObjectInUseError) as e:
                    # An owner that is no superuser may not end autovacuum, which is about to end by itself.
                    busy = e
                    await asyncio.sleep(0.1)
            raise busy
        finally:
            await connection.close()

    async def copy(self, name: str, template: str | None) -> Addresses:
        for cluster in ("main", "keyring"):
            # As files: written through the log, a copy costs twice as much until it is dropped.
            source = (f" template {template}_{cluster} strategy file_copy" if template
                      else " encoding 'UTF8' template template0")
            await self.run(f"drop database if exists {name}_{cluster} with (force)", cluster)
            await self.run(f"create database {name}_{cluster}{source}", cluster)
        return self.named(name)

    async def drop(self, name: str) -> None:
        for cluster in ("main", "keyring"):
            await self.run(f"drop database if exists {name}_{cluster} with (force)", cluster)


def _in_memory() -> str | None:
    """A file system in memory with room enough, if there is one: a database for each module is thousands of files, and
    making and removing them on a disk takes as long as all that the tests ask."""
    shared = Path("/dev/shm")
    has_room = shared.is_dir() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > ROOM
    return str(shared) if has_room else None


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="petrel-tests-", dir=_in_memory()) as folder:
        storage = Storage.open(
            Path(folder) / "site", database_url=os.environ.get("PETREL_TEST_DATABASE_URL"),
            keyring_url=os.environ.get("PETREL_TEST_KEYRING_URL"), say=lambda _text: None)
        try:
            folder_of_ours = None if any(storage.urls.values()) else storage.data
            server = Server(app.addresses_of(storage), f"t{os.getpid()}", folder_of_ours)
            template = f"{server.prefix}_template"
            addresses = loop().run_until_complete(server.copy(template, None))
            loop().run_until_complete(app.migrate_site(addresses))
            yield server
            loop().run_until_complete(server.drop(template))
        finally:
            storage.close()


@pytest.fixture(scope="module")
def addresses(server: Server) -> Iterator[Addresses]:
    """A migrated, empty pair of databases for this module."""
    name = f"{server.prefix}_{next(_count)}"
    yield loop().run_until_complete(server.copy(name, f"{server.prefix}_template"))
    loop().run_until_complete(server.drop(name))


@pytest.fixture(scope="module")
def site(addresses: Addresses) -> Iterator[doors.Doors]:
    """The doors, open on this module's databases; what an earlier module had chosen for the site counts no more."""
    limits.be_careful(0)
    limits.install(limits.Limits())
    opened = loop().run_until_complete(doors.open_doors(addresses))
    alive = loop().create_task(_keep_lease(opened))
    yield opened
    alive.cancel()
    loop().run_until_complete(doors.close_doors())


async def _keep_lease(opened: doors.Doors) -> None:
    """On ids, as a running site does: a module may take longer than a lease."""
    while True:
        await asyncio.sleep(ids.RENEW_S)
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await opened.renew_lease()
