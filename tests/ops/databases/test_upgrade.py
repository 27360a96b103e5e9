"""Postgres to a newer version: tried on a copy of the running server; the old package comes back when it fails."""

import asyncio
import os
import subprocess
import time
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest

from petrel import moves, settings
from petrel.core.doors import reading
from petrel.core.viewer import Member
from petrel.features import moderation
from petrel.ops.databases import Unfit, Urls, packages, preparing, restarting, upgrading
from petrel.ops.databases.debian import Homes, Wanted
from petrel.program import Program
from petrel.storage import holding
from petrel.storage.postgres import Binaries, Storage, installed
from tests.debian import homes, needs_debian, stop
from tests.people import people, publish

pytestmark = needs_debian
SAID: list[str] = []


@pytest.fixture(scope="module")
def data(places: Homes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site on servers of the system."""
    urls = asyncio.run(preparing.on_this_machine(Wanted(homes=places), Urls(), SAID.append)).urls
    data = tmp_path_factory.mktemp("site") / "data"
    data.mkdir(mode=0o700)
    settings.write_all(data, {"database_url": urls.main, "keyring_url": urls.keyring})

    async def live() -> None:
        await people("ada", "ben")
    Program().call(settings.load(str(data)), live, SAID.append)
    return data


def urls_of(data: Path) -> Urls:
    now = settings.load(str(data))
    return Urls(now.database_url, now.keyring_url)


def upgrade(data: Path, major: int | None = None, *, rehearse: bool = False) -> moves.Upgraded:
    return moves.upgrade(settings.load(str(data)), major, rehearse, SAID.append, lambda _t, _d, _a: None)


def offered(monkeypatch: pytest.MonkeyPatch, newest: str, programs: Binaries) -> packages.Offer:
    """As if apt knew a newer package, whose programs are these."""
    one = packages.Offer("postgresql-15", "15.1-0", newest)
    monkeypatch.setattr(packages, "offer", lambda _major: one)
    monkeypatch.setattr(packages, "unpacked", lambda _one, _folder: programs)
    return one


def test_nothing_newer_is_known(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = installed.system()[0].version
    monkeypatch.setattr(packages, "offer", lambda _major: packages.Offer("postgresql-15", f"{here}-0", f"{here}-0"))
    assert "apt knows no newer" in upgrade(data).text


def test_a_copy_is_started_and_read_whole(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offered(monkeypatch, "15.99-0", installed.system()[0])
    done = upgrade(data, rehearse=True)
    assert [one.cluster for one in done.tried] == ["main", "keyring"]
    assert all(one.version == installed.system()[0].version and one.rows for one in done.tried)
    assert "Nothing was changed" in done.text and not (data / upgrading.PLACE).exists()


def test_programs_that_cannot_start_it_are_not_installed(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of another major version, which refuse these files."""
    offered(monkeypatch, "15.99-0", installed.of_major(18))
    monkeypatch.setattr(packages, "install", lambda *_: pytest.fail("installed what could not start"))
    with pytest.raises(Exception, match="incompatible with server"):
        upgrade(data)
    assert not (data / upgrading.PLACE).exists()


def test_a_package_that_does_not_work_goes_again(data: Path, places: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    here = installed.system()[0].version
    one = packages.Offer("postgresql-15", f"{here}-0", "15.99-0")
    done: list[str] = []

    def install(_one: packages.Offer, version: str) -> None:
        done.append(version)
        if version == "15.99-0":
            stop(places)
    monkeypatch.setattr(packages, "install", install)
    monkeypatch.setattr(restarting, "_restart", lambda *_: [] if len(done) == 1 else started(places))
    with pytest.raises(Unfit, match="does not work here") as refused:
        upgrading.install(urls_of(data), one, "15.99", SAID.append, (data / "run", places))
    assert done == ["15.99-0", f"{here}-0"] and "apt-mark hold" in refused.value.cure
    assert asyncio.run(upgrading.running(Storage(data, *_both(data)).connect_args("main"))) == here


def test_whoever_asks_meanwhile_waits_a_moment_and_nobody_is_refused(
        data: Path, places: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads and writes at the doors of a running site, fifty a second, while the package is put in and both servers
    are restarted."""
    here = installed.system()[0].version
    monkeypatch.setattr(packages, "install", lambda *_: time.sleep(0.3))
    took: list[float] = []
    wrong: list[BaseException] = []

    async def one(number: int, member: Member) -> None:
        began = time.monotonic()
        try:
            if number % 2:
                await publish(member, f"number {number}")
            else:
                async with reading(member) as r:
                    assert await moderation.appeals.own(r) == []
        except BaseException as e:
            wrong.append(e)
        took.append(time.monotonic() - began)

    async def load() -> None:
        [member] = await people("cyd")
        upgraded = asyncio.create_task(asyncio.to_thread(
            upgrading.install, urls_of(data), packages.Offer("postgresql-15", f"{here}-0", f"{here}-1"), here,
            SAID.append, (data / "run", places)))
        asked = []
        while not upgraded.done() or len(asked) < 50:
            asked.append(asyncio.create_task(one(len(asked), member)))
            await asyncio.sleep(0.02)
        await upgraded
        await asyncio.gather(*asked)
    (data / "run").mkdir(exist_ok=True)
    before = started_at(data)
    Program().call(settings.load(str(data)), load, SAID.append)
    assert started_at(data) > before, "it was restarted"
    print(f"{len(took)} asked, the longest {max(took):.2f} s; {SAID[-1]}")
    assert wrong == [] and max(took) < 3
    assert not (data / "run" / holding.NAME).exists()


def started_at(data: Path) -> datetime:
    async def ask() -> datetime:
        connection = await asyncpg.connect(**Storage(data, *_both(data)).connect_args("keyring"))
        try:
            return await connection.fetchval("select pg_postmaster_start_time()")
        finally:
            await connection.close()
    return asyncio.run(ask())


def test_the_package_leaves_running_what_runs_unless_somebody_said_otherwise(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    with packages.left_running(policy):
        assert [subprocess.run([policy, unit, "stop"], check=False).returncode
                for unit in ("postgresql@15-petrel.service", "nginx.service")] == [101, 0]
        left_behind = policy.read_text().replace(str(os.getpid()), "99999999")
    assert not policy.exists()
    policy.write_text(left_behind)
    policy.chmod(0o755)
    assert subprocess.run([policy, "postgresql", "stop"], check=False).returncode == 0, "of a process that is gone"
    with packages.left_running(policy):
        assert str(os.getpid()) in policy.read_text()
    policy.write_text("#!/bin/sh\nexit 101\n")
    with packages.left_running(policy):
        pass
    assert policy.exists()


def started(places: Homes) -> list[subprocess.Popen[bytes]]:
    return [subprocess.Popen(["pg_ctlcluster", "15", "petrel", "start"],
                             env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PG_CLUSTER_CONF_ROOT": str(places.conf)})]


def _both(data: Path) -> tuple[str, str]:
    urls = urls_of(data)
    return urls.main, urls.keyring


def test_no_room_for_a_copy(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offered(monkeypatch, "15.99-0", installed.system()[0])
    monkeypatch.setattr(upgrading, "MARGIN_BYTES", 1 << 60)
    with pytest.raises(Unfit, match="a copy of main takes"):
        upgrade(data)


@pytest.mark.long
def test_to_another_pair_of_servers_and_back(data: Path, tmp_path: Path) -> None:
    """As to a newer major version: new clusters beside the old ones, and back again until that is confirmed."""
    old = urls_of(data)
    with homes(tmp_path) as beside:
        new = asyncio.run(preparing.on_this_machine(Wanted(homes=beside), Urls(), SAID.append)).urls
        now = settings.load(str(data))
        moved = moves.move(now, moves.Ask("system", given=new), SAID.append, lambda _t, _d, _a: None)
        assert urls_of(data) == new and moved.main.copied
        back = moves.move(settings.load(str(data)), moves.Ask("system"), SAID.append, lambda _t, _d, _a: None)
        assert urls_of(data) == old and back.main.copied < moved.main.copied


def test_what_cannot_be(data: Path, tmp_path: Path) -> None:
    with pytest.raises(Unfit, match="already"):
        upgrade(data, 14)
    with pytest.raises(Unfit, match="Postgres 99 is not installed"):
        upgrade(data, 99)
    with pytest.raises(Unfit, match="comes with Petrel"):
        upgrade(tmp_path / "embedded", 19)
    (tmp_path / "remote").mkdir()
    far = "postgresql://a:b@db.example/petrel?sslmode=verify-full&sslrootcert=/x"
    with pytest.raises(Unfit, match=r"its package is that machine's"):
        upgrading.check_near(Urls(far, far))
    settings.write_all(tmp_path / "remote", {"database_url": far, "keyring_url": far})
    with pytest.raises(Unfit, match=r"runs on db\.example") as said:                # nothing is made here instead
        upgrade(tmp_path / "remote", 17)
    assert "apt-get install postgresql-17" in str(said.value) and "prepare --use FILE" in str(said.value)
    near = far.replace("db.example", "127.0.1.1")                                  # Debian's name for itself
    upgrading.check_near(Urls(near, near), 17)
