"""The databases move to servers of the system and back: nothing lost, whatever happens on the way."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest

from petrel import app, moves, settings
from petrel.core import chain, chain_check, clock
from petrel.core.doors import reading
from petrel.core.viewer import System
from petrel.ops.databases import LOGIN, Unfit, Urls, carrying, confirming, moving, preparing, state
from petrel.ops.databases.debian import Homes, Wanted
from petrel.ops.databases.moving import has_contracted
from petrel.program import Program
from petrel.storage.postgres import StorageError
from tests import cast
from tests.debian import needs_debian, stop
from tests.people import people, publish, tell

pytestmark = needs_debian
T = TypeVar("T")
SAID: list[str] = []


@pytest.fixture(scope="module")
def prepared(places: Homes) -> Urls:
    return asyncio.run(preparing.on_this_machine(Wanted(homes=places), Urls(), SAID.append)).urls


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site in which people have written, posts and messages both."""
    data = tmp_path_factory.mktemp("pristine") / "data"

    async def live() -> None:
        known = await cast.make()
        for n in range(30):
            await publish(known["mira"], f"post {n} of the old place, \\ tab\t and ünïcode 🐦")
        await tell(known["mira"], "@okello between us")
    inside(settings.load(str(data)), live)
    return data


@pytest.fixture
def data(pristine: Path, tmp_path: Path, prepared: Urls, places: Homes) -> Path:
    """A copy of that site, and empty databases prepared for it."""
    asyncio.run(anew(prepared, places))
    subprocess.run(["cp", "-a", str(pristine), str(tmp_path / "data")], check=True)
    state.write(tmp_path / "data", state.State(prepared=prepared))
    return tmp_path / "data"


async def anew(urls: Urls, places: Homes) -> None:
    for url, name in ((urls.main, "petrel"), (urls.keyring, "keyring")):
        as_postgres = {"host": str(places.sockets), "port": int(url.rpartition("port=")[2]), "user": "postgres"}
        connection = await asyncpg.connect(**as_postgres, database="postgres")
        await connection.execute(f"drop database if exists {name} with (force)")
        await connection.execute(f"create database {name} encoding 'UTF8' template template0 owner {LOGIN}")
        await connection.close()
        connection = await asyncpg.connect(**as_postgres, database=name)
        await connection.execute(f"grant execute on function pg_switch_wal() to {LOGIN}")
        await connection.close()


def inside(now: settings.Settings, work: Callable[[], Awaitable[T]]) -> T:
    return Program().call(now, work, SAID.append)


def move(data: Path, to: str, **how: Any) -> Any:
    at = how.pop("at", lambda _step: None)
    return moves.move(settings.load(str(data)), moves.Ask(to, **how), SAID.append,          # type: ignore[arg-type]
                      lambda _table, _done, _total: None, at)


def seen(data: Path) -> dict[str, str]:
    """Every table but the journal's own and what the machinery keeps, by the digest of its rows."""
    now = settings.load(str(data))

    async def work() -> dict[str, str]:
        found = {}
        for cluster, args in (("main", logins.main["owner"]), ("keyring", logins.keyring["owner"])):
            connection = await asyncpg.connect(**args)
            await connection.execute(carrying.SESSION)
            for table in await carrying._tables(connection, connection):
                if table.schema not in ("journal", "ops"):
                    found[f"{cluster} {table.sql}"] = str(await carrying.digest(connection, table))
            await connection.close()
        return found

    logins = app.addresses_of(app.storage_of(now))
    return inside(now, work)


def test_there_and_back(data: Path, prepared: Urls) -> None:
    before = seen(data)
    moved = move(data, "system")
    now = settings.load(str(data))
    assert (now.database_url, now.keyring_url) == (prepared.main, prepared.keyring)
    assert moved.main.copied > 10 and moved.rows > 100
    assert seen(data) == before
    with pytest.raises(Unfit, match="moved from these databases"), \
            Program().databases(settings.load(str(data), database_url="", keyring_url=""), SAID.append):
        pass

    async def live_on() -> None:
        [nova] = await people("nova")
        await publish(nova, "written in the new place")
    inside(now, live_on)
    assert verified(data) == []
    later = seen(data)
    assert later != before

    back = move(data, "embedded")
    assert settings.load(str(data)).database_url == ""
    assert seen(data) == later
    assert 0 < back.main.copied < moved.main.copied          # what had stayed the same was left alone
    assert verified(data) == []


def verified(data: Path) -> list[Any]:
    """What `petrel journal verify` finds, after the journal was sealed as far as it goes."""
    async def work() -> list[Any]:
        key = chain.load_key(data / "keys")
        await chain.seal_once(key, chain.Witness(data / "witness"))
        async with reading(System("tests")) as r:
            report = await chain_check.verify(r.fetch, key.public_key(), chain.Witness(data / "witness"))
        assert report.roots
        return report.findings
    return inside(settings.load(str(data)), work)


CUTS = ("nothing done", "new migrated", "journal.entry", "posts.content", "keyring.key_07", "carried", "epoch begun",
        "recorded", "noted", "settings written")


@pytest.mark.long
def test_a_power_cut_at_every_step(data: Path, prepared: Urls) -> None:
    """In a process that ends at once. The site is whole after each, and the next try goes on."""
    before = seen(data)
    for step in CUTS:
        assert cut(data, step)
        now = settings.load(str(data))
        assert bool(now.database_url) == bool(now.keyring_url) == (step == "settings written")
        if step in ("posts.content", "noted"):
            assert seen(data) == before                       # served as before, and what is left is left
    assert now.database_url == prepared.main
    assert seen(data) == before
    assert verified(data) == []
    with pytest.raises(Unfit, match="moved from these databases"), \
            Program().databases(settings.load(str(data), database_url="", keyring_url=""), SAID.append):
        pass


def cut(data: Path, at: str) -> bool:
    """Moves in a process that dies before step `at`; whether it came so far."""
    def die(step: str) -> None:
        if step == at:
            os._exit(9)
    child = os.fork()
    if child == 0:
        try:
            move(data, "system", at=die)
        except BaseException as problem:
            os.write(2, repr(problem).encode())
        os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.long
def test_a_rehearsal_beside_the_running_site(data: Path, prepared: Urls) -> None:
    before = settings.load(str(data))
    with Program().databases(before, SAID.append) as addresses:
        with pytest.raises(Unfit, match="The site runs"):
            move(data, "system")
        done = move(data, "system", rehearse=True)
        assert done.rows > 100 and asyncio.run(has_contracted(addresses)) is False
    assert settings.load(str(data)) == before
    names = asyncio.run(ask(prepared.main, "select string_agg(datname, ' ') from pg_database"))
    assert "rehearsal" not in names
    move(data, "system")
    assert move(data, "embedded", rehearse=True).rows > 100
    assert not (data / moves.REHEARSAL).exists()


async def ask(url: str, sql: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def test_confirming(data: Path, prepared: Urls) -> None:
    with pytest.raises(Unfit, match="No old databases"):
        moves.confirm(settings.load(str(data)), forget=False)
    move(data, "system")
    third = "postgresql://petrel_admin:x@/petrel?host=/nowhere"
    with pytest.raises(Unfit, match="are kept still"):
        move(data, "system", given=Urls(third, third))
    assert "embedded" in moves.confirm(settings.load(str(data)), forget=False)
    assert not (data / "main").exists() and not (data / "keyring").exists()
    before = seen(data)
    move(data, "embedded")
    assert "system" in moves.confirm(settings.load(str(data)), forget=False)
    assert asyncio.run(ask(prepared.main.replace("/petrel?", "/postgres?"), GONE)) == 0
    assert seen(data) == before


GONE = "select count(*) from pg_database where datname in ('petrel', 'keyring')"


def test_an_old_keyring_lives_six_days(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    move(data, "system")
    now = settings.load(str(data))
    urls = Urls(now.database_url, now.keyring_url)
    assert asyncio.run(confirming.expire(data, urls)) is None
    later = clock.now_ms() + 6 * 86_400_000
    monkeypatch.setattr(clock, "now_ms", lambda: later)
    assert "gone" in str(asyncio.run(confirming.expire(data, urls)))
    assert not (data / "keyring").exists()


def test_what_stands_in_the_way(data: Path, prepared: Urls, places: Homes,
                                monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unfit, match="already"):
        move(data, "embedded")
    with monkeypatch.context() as m:
        m.setenv("PETREL_DATABASE_URL", prepared.main)
        with pytest.raises(Unfit, match="comes from the environment"):
            move(data, "system")
    with monkeypatch.context() as m:
        m.setattr(moving.shutil, "disk_usage", lambda _place: shutil._ntuple_diskusage(10**9, 10**9, 10**6))
        with pytest.raises(Unfit, match="has 0 MB left"):
            move(data, "system")
    broken = prepared.but("main", prepared.main.replace("petrel_admin:", "petrel_admin:x"))
    with pytest.raises(StorageError, match="password authentication failed"):
        move(data, "system", given=broken)
    stop(places)
    try:
        with pytest.raises(StorageError, match="cannot be used"):
            move(data, "system")
    finally:
        asyncio.run(preparing.on_this_machine(Wanted(homes=places), prepared, SAID.append, ("main",)))
    # Another site lives there: its journal began otherwise.
    move(data, "system")
    asyncio.run(ask(prepared.main, "with other as (update journal.entry set digest = '\\x00' returning 1) "
                                   "select count(*) from other"))
    settings.write_all(data, {"database_url": "", "keyring_url": ""})
    state.write(data, state.State(prepared=prepared))
    with pytest.raises(Unfit, match="holds another site"):
        move(data, "system")


def test_a_login_that_may_not_see_every_row(data: Path, prepared: Urls, places: Homes) -> None:
    """Row policies hide messages; they must not be left behind in silence."""
    move(data, "system")
    port = int(prepared.main.rpartition("port=")[2])

    async def alter(word: str) -> None:
        admin = await asyncpg.connect(host=str(places.sockets), port=port, user="postgres", database="postgres")
        await admin.execute(f"alter role petrel_admin {word}")
        await admin.close()
    asyncio.run(alter("nobypassrls"))
    try:
        with pytest.raises(Unfit, match="may not see every row") as refused:
            move(data, "embedded")
        assert "bypassrls" in refused.value.cure
    finally:
        asyncio.run(alter("bypassrls"))


def test_a_copy_that_is_not_the_same_is_not_taken(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = carrying._pipe

    async def lossy(old: Any, new: Any, table: carrying.Table) -> None:
        await pipe(old, new, table)
        if table.name == "content":
            await new.execute(f"delete from {table.sql} where ctid in (select ctid from {table.sql} limit 1)")
    monkeypatch.setattr(carrying, "_pipe", lossy)
    with pytest.raises(Unfit, match="is not the same after it was copied"):
        move(data, "system")
    assert settings.load(str(data)).database_url == ""
