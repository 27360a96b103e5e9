"""Followers get every entry, in commit order, exactly once in what they write; and one in trouble troubles no other."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from petrel.core import journal
from petrel.core.doors import Doors, Writer, deriving, reading, writing
from petrel.core.journal import Entry
from petrel.core.viewer import System
from petrel.storage.pools import Addresses
from petrel.worker import followers
from tests.crew import as_owner

TESTER = System("test")


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch, site: Doors, tmp_path: Path) -> Iterator[None]:
    """No followers but those of the test; hints go to its own directory."""
    monkeypatch.setattr(journal, "FOLLOWERS", {})
    monkeypatch.setattr(journal, "TASKS", {})
    monkeypatch.setattr(followers, "REPORT_S", 0.02)
    monkeypatch.setattr(site, "run_directory", tmp_path)
    monkeypatch.setattr(site, "_hint_folder", str(tmp_path))
    yield


def report(run_directory: Path) -> dict[str, dict]:
    path = run_directory / "followers.json"
    if not path.exists():
        return {"": {"at": [0]}}
    return {f["name"]: f for f in json.loads(path.read_text())["followers"]}


@asynccontextmanager
async def running(run_directory: Path):
    stop = asyncio.Event()
    task = asyncio.create_task(followers.run(stop, run_directory))
    try:
        yield task
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


async def until(condition, within_s: float = 5.0) -> None:
    end = asyncio.get_running_loop().time() + within_s
    while not condition():
        assert asyncio.get_running_loop().time() < end, "it did not come to pass"
        await asyncio.sleep(0.005)


async def note(subject: int, kind: str = "tests.thing.done") -> None:
    async with writing(TESTER, cause="test") as w:
        w.record(kind, subject, cell=1)




def remember(name: str, *kinds: str) -> list[int]:
    """A follower that remembers subjects."""
    seen: list[int] = []

    @journal.follow(name, *(kinds or ("tests.thing.done",)), surface="cnt")
    async def follower(w: Writer, entries: list[Entry]) -> None:
        seen.extend(e.subject for e in entries)

    return seen


async def test_drain_gives_each_entry_once(registry: None) -> None:
    seen = remember("once")
    for subject in (1, 2, 3):
        await note(subject)
    await note(4, "tests.other.done")
    assert await followers.drain("once") == 3
    assert seen == [1, 2, 3]
    assert await followers.drain("once") == 0
    await note(5)
    await followers.drain()
    assert seen == [1, 2, 3, 5]


async def test_a_hint_brings_an_entry_at_once(registry: None, tmp_path: Path) -> None:
    seen = remember("quick")
    async with running(tmp_path):
        await until(lambda: all(f["at"][0] for f in report(tmp_path).values()))
        delays = []
        for subject in range(10):
            began = asyncio.get_running_loop().time()
            await note(subject)
            await until(lambda wanted=subject: seen[-1:] == [wanted], 2)
            delays.append(asyncio.get_running_loop().time() - began)
        assert sorted(delays)[5] < 0.1


async def test_what_a_slow_transaction_wrote_is_not_lost(registry: None, addresses: Addresses, tmp_path: Path) -> None:
    seen = remember("patient")
    async with running(tmp_path):
        await until(lambda: all(f["at"][0] for f in report(tmp_path).values()))
        slow = await asyncpg.connect(**addresses.main["owner"])
        try:
            await slow.execute("begin")
            await slow.execute("insert into journal.entry (cell, id, epoch, kind, subject, cause, digest) "
                               "values (1, 7, 1, 'tests.thing.done', 100, 'slow', '\\x00')")
            await note(200)
            await asyncio.sleep(0.1)
            assert seen == []               # 200 stands behind what may still be committed
            await slow.execute("commit")    # sends no hint
            await until(lambda: len(seen) == 2)
            assert seen == [100, 200]
        finally:
            await slow.close()


async def test_many_writers_lose_nothing_and_the_order_is_that_of_transactions(registry: None, tmp_path: Path) -> None:
    seen = remember("all")
    async with running(tmp_path):
        await until(lambda: all(f["at"][0] for f in report(tmp_path).values()))
        await asyncio.gather(*(note(n) for n in range(300)))
        await until(lambda: len(seen) >= 300, 10)
    assert sorted(seen) == list(range(300))
    async with reading(TESTER) as r:
        rows = await r.fetch("select subject from journal.entry where kind = 'tests.thing.done' and cause = 'test' "
                             "order by epoch, xid, id")
    assert [r["subject"] for r in rows][-300:] == seen


async def test_one_that_fails_is_tried_again_and_stops_nobody(registry: None, tmp_path: Path,
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "BACKOFF_S", (0.02,))
    well = remember("well")
    is_broken = True
    given: list[int] = []

    @journal.follow("ill", "tests.thing.done", surface="cnt")
    async def ill(w: Writer, entries: list[Entry]) -> None:
        await w.execute("insert into ops.setting (name, value) values ($1, '1')", f"ill {entries[0].subject}")
        if is_broken:
            raise RuntimeError("no")
        given.extend(e.subject for e in entries)

    async with running(tmp_path):
        await until(lambda: all(f["at"][0] for f in report(tmp_path).values()))
        for subject in (501, 502):
            await note(subject)
        await until(lambda: well == [501, 502])

        await until(lambda: report(tmp_path)["ill"]["failures"] > 2)
        assert "RuntimeError: no" in report(tmp_path)["ill"]["error"] and report(tmp_path)["ill"]["lag_ms"] > 0
        async with reading(TESTER) as r:
            assert await r.value("select count(*) from ops.setting where name like 'ill %'") == 0
        is_broken = False
        await until(lambda: given == [501, 502])
        await until(lambda: report(tmp_path)["ill"]["failures"] == 0)


async def test_one_that_cannot_write_its_place_waits_though_nothing_is_for_it(
        registry: None, addresses: Addresses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else nobody is told, and it begins anew with ever more to read."""
    monkeypatch.setattr(followers, "BACKOFF_S", (0.02,))
    monkeypatch.setattr(followers, "KEEP_S", 0.02)
    remember("bystander", "tests.thing.other")

    async with running(tmp_path):
        await until(lambda: all(f["at"][0] for f in report(tmp_path).values()))
        await as_owner(addresses, "revoke update on ops.follower from petrel_system")
        try:
            await note(601)                             # of a kind that it does not follow
            await until(lambda: report(tmp_path)["bystander"]["failures"] > 3)
            await until(lambda: report(tmp_path)["bystander"]["lag_ms"] > 100)
        finally:
            await as_owner(addresses, "grant update on ops.follower to petrel_system")
        await until(lambda: report(tmp_path)["bystander"]["failures"] == report(tmp_path)["bystander"]["lag_ms"] == 0)


async def test_two_processes_do_not_do_the_same_twice(registry: None, tmp_path: Path) -> None:
    await note(600)
    seen = remember("shared")
    assert await followers.drain("shared")

    @journal.follow("shared", "tests.thing.done", surface="cnt")
    async def slow(w: Writer, entries: list[Entry]) -> None:
        async with deriving("the other process") as other:
            await other.execute("update ops.follower set xid = xid + 1000000 where name = 'shared'")
        await w.execute("insert into ops.setting (name, value) values ('shared', '1')")

    await note(601)
    with pytest.raises(followers.Moved):
        await followers.drain("shared")
    async with reading(TESTER) as r:
        assert await r.value("select count(*) from ops.setting where name = 'shared'") == 0
    assert seen


async def test_a_new_follower_of_a_running_site_begins_now(registry: None, addresses: Addresses) -> None:
    await note(700)
    seen = remember("new")
    connection = await asyncpg.connect(**addresses.main["owner"])
    await connection.execute(journal.REGISTER, ["new"])
    await connection.close()
    await note(701)
    await followers.drain("new")
    assert seen == [701]


async def test_tasks_are_started_again(registry: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "BACKOFF_S", (0.01,))
    starts: list[int] = []

    @journal.task("memory", surface="cnt")
    async def memory(stop: asyncio.Event) -> None:
        starts.append(1)
        if len(starts) < 3:
            raise RuntimeError("lost")
        await stop.wait()

    async with running(tmp_path):
        await until(lambda: len(starts) == 3)


