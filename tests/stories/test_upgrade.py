"""A site goes to the next release while people read and write, and back; power cuts in between change nothing."""

import asyncio
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from petrel.ops.processes import Release, read_status, this_release
from petrel.ops.upgrades import Record, read, successor
from petrel.storage.locks import Gauge
from petrel.storage.postgres import Storage
from tests.ops.upgrades import releases
from tests.ops.upgrades.releases import Askers, Listeners, runs
from tests.stories.running import RunningSite, until

# What the next release brings: a column, an index, a table, and another name for a function that every page asks.
FILES = {
    "storage/migrations/9001_expand_next.sql":
        "create table posts.next (a int); select pg_sleep(0.4); alter table posts.post add column next_thing int;",
    "storage/migrations/9002_index_next.sql":
        "create index concurrently if not exists post_next_thing on posts.post (next_thing);",
    "storage/migrations/9003_contract_next.sql": "drop table posts.next;",
}
IN_THE_WAY = """
select l.pid::text || ' ' || c.relname from pg_locks l join pg_class c on c.oid = l.relation
 where l.pid <> pg_backend_pid() and l.locktype = 'relation' and c.relnamespace <> 'pg_catalog'::regnamespace
   and l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
"""


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return releases.make(tmp_path_factory.mktemp("newer"), FILES, ("law.pages(", "law.pages_of_next("))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[RunningSite]:
    site = RunningSite(tmp_path, rate_limits="off", stranger="off")
    yield site
    site.end()


def petrel(release: Release, *words: str, expect: int = 0) -> str:
    clean = {name: value for name, value in release.environment().items() if not name.startswith("PETREL_")}
    done = subprocess.run(release.command(*words), capture_output=True, text=True, env=clean, timeout=120)
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout + done.stderr


def person(site: RunningSite, handle: str) -> str:
    """Their token."""
    petrel(this_release(), "accounts", "create", handle, "--data", str(site.data))
    return petrel(this_release(), "tokens", "create", handle, "--data", str(site.data)).strip()


def asked(site: RunningSite, sql: str) -> Any:
    async def go() -> Any:
        connection = await asyncpg.connect(**Storage(site.data).main_dsn())
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(go())


NO_ROOM = """
import shutil, sys, types
shutil.disk_usage = lambda _: types.SimpleNamespace(free=10 << 20)
from petrel import cli
from petrel.program import Program
cli.main(Program(), sys.argv[1:])
"""


def without_room(release: Release, *words: str) -> str:
    """What the command says on a disk with ten megabytes free."""
    done = subprocess.run([release.python, "-P", "-c", NO_ROOM, *words], capture_output=True, text=True,
                          env=release.environment(), timeout=120)
    assert done.returncode == 2, done.stdout + done.stderr
    return done.stdout + done.stderr


class LockWatch(threading.Thread):
    """Looks every 10 ms at what anybody's reading or writing would wait for."""

    def __init__(self, data: Path) -> None:
        super().__init__()
        self.gauge, self._data, self._ends = Gauge(), data, threading.Event()

    def run(self) -> None:
        asyncio.run(self._look())

    async def _look(self) -> None:
        connection = await asyncpg.connect(**Storage(self._data).main_dsn())
        while not self._ends.is_set():
            self.gauge.see({row[0] for row in await connection.fetch(IN_THE_WAY)}, time.monotonic())
            await asyncio.sleep(0.01)
        await connection.close()

    def __enter__(self) -> Gauge:
        self.start()
        return self.gauge

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self.join()


@pytest.mark.long
def test_nobody_is_refused_nothing_is_lost_and_there_is_a_way_back(site: RunningSite, newer: Release) -> None:
    data = ("--data", str(site.data))
    token = person(site, "mira")
    assert "nothing to do" in petrel(this_release(), "upgrade", "--without-backup", *data)

    told = petrel(newer, "upgrade", "--plan", *data, expect=1)
    assert "9002_index_next.sql" in told and "There is no backup" in told and "9003_contract_next.sql" in told
    assert "The site stays as it is" in petrel(newer, "upgrade", *data, expect=2)
    refused = without_room(newer, "upgrade", "--without-backup", *data)
    assert "10 MiB are free" in refused and "Make room" in refused and "The site stays as it is" in refused
    assert asked(site, "select to_regclass('posts.next')") is None

    with (Askers(site.address, "/api/v1/timelines/home", token=token) as reading,
          Askers(site.address, "/api/v1/statuses", token=token, body="status=hello", count=2) as writing,
          Listeners(site.address, token) as listening, LockWatch(site.data) as locks):
        until(lambda: reading.answers.total() > 20 and writing.answers.total() > 5)
        begun = time.monotonic()
        petrel(newer, "upgrade", "--without-backup", *data)
        took_s = time.monotonic() - begun
        assert runs(read_status(site.data), newer)
        assert asked(site, "select to_regclass('posts.next')")
        assert asked(site, "select to_regclass('posts.post_next_thing')")
        seen = reading.answers.total()
        until(lambda: reading.answers.total() > seen + 20)
        petrel(newer, "upgrade", "back", *data)
        assert runs(read_status(site.data), this_release())
        seen = reading.answers.total()
        until(lambda: reading.answers.total() > seen + 20)
        until(lambda: listening.events > 0)
    assert set(reading.answers) == set(writing.answers) == set(listening.answers) == {200}
    assert 10 <= listening.answers[200] <= 60, "each of ten streams is sent on with its process, and told to come back"
    assert max(listening.again_ms) <= 3000 and len(set(listening.again_ms)) > 5, listening.again_ms
    mine = "select count(*) from posts.post p join accounts.account a on a.id = p.author where a.handle = 'mira'"
    assert asked(site, mine) == writing.answers[200]
    assert max(reading.slowest_s, writing.slowest_s) < 5
    # A second on a machine of its own (the drill go-live says so); beside other work, a small part of the whole way.
    assert locks.longest_s < max(1.0, took_s / 5), (locks.relation, took_s)
    assert asked(site, "select count(*) from petrel_migrations.left_over") == 0
    assert json.loads(petrel(this_release(), "journal", "verify", "--json", *data))["findings"] == []

    # Forward once more; with the contract step run, what the older release needs is gone.
    petrel(newer, "upgrade", "--without-backup", *data)
    petrel(newer, "migrate", "--contract", *data)
    back = petrel(newer, "upgrade", "back", *data, expect=2)
    assert "Contract steps were run since: " in back and "9003_contract_next.sql" in back
    assert "brought to a newer release" in petrel(
        this_release(), "upgrade", "--without-backup", *data, expect=2)


def test_what_cannot_be_done_is_refused_with_its_cure(tmp_path: Path) -> None:
    nowhere = ("--data", str(tmp_path / "nowhere"))
    assert "Start it with this release" in petrel(this_release(), "upgrade", *nowhere, expect=2)
    assert "Say with --data" in petrel(this_release(), "upgrade", "back", *nowhere, expect=2)
    (tmp_path / "run").mkdir()
    assert "did not come here by `petrel upgrade`" in petrel(
        this_release(), "upgrade", "back", "--data", str(tmp_path), expect=2)
    (tmp_path / "upgrade.json").write_text("{half")
    assert "Move it away" in petrel(this_release(), "upgrade", "back", "--data", str(tmp_path), expect=2)


def cut_power(site: RunningSite, *others: subprocess.Popen[Any]) -> None:
    """Everything ends at once, the databases too."""
    now = read_status(site.data)
    pids = [p.pid for p in (site.process, *others)]
    pids += [p for part in now.parts.values() for p in part.pids] + now.leaving if now else []
    pids += [server.pid for server in now.postgres.values() if server.pid] if now else []
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    for process in (site.process, *others):
        process.wait(20)


def step_is(site: RunningSite, step: str) -> Callable[[], Record | None]:
    return lambda: record if (record := read(site.data)) and record.step == step else None


@pytest.mark.long
def test_power_cuts_at_every_step_are_gone_on_from(site: RunningSite, newer: Release, tmp_path: Path) -> None:
    data = ("--data", str(site.data))
    person(site, "mira")
    for step in ("migrating", "handing over"):
        going = subprocess.Popen(newer.command("upgrade", "--without-backup", *data), env=newer.environment())
        until(step_is(site, step))
        cut_power(site, going)
        site = start_again(site, tmp_path)
        assert runs(read_status(site.data), this_release())
        assert json.loads(petrel(this_release(), "accounts", "list", "--json", *data))
    petrel(newer, "upgrade", "--without-backup", *data)
    assert runs(read_status(site.data), newer)

    # From now on the older program starts the newer one, whatever the unit file names.
    cut_power(site)
    site = start_again(site, tmp_path)
    assert runs(read_status(site.data), newer)
    petrel(newer, "upgrade", "back", *data)
    assert runs(read_status(site.data), this_release())
    assert successor(site.data, this_release()) is None
    site.end()


def start_again(site: RunningSite, folder: Path) -> RunningSite:
    (site.data / "run" / "status.json").unlink(missing_ok=True)
    return RunningSite(folder, rate_limits="off", stranger="off")
