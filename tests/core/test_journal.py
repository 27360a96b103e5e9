"""What registers itself, and how the end of the journal is read."""

import asyncio

import pytest

from petrel.core import journal, tail
from petrel.core.doors import Doors, deriving, reading, writing
from petrel.core.tail import START, Tail
from petrel.core.viewer import System

TESTER = System("test")
NEW_EPOCH = "insert into journal.epoch (epoch, reason) select max(epoch) + 1, 'test' from journal.epoch"


async def fetch(sql: str, *args: object) -> list:
    async with reading(TESTER) as r:
        return await r.fetch(sql, *args)


async def write(*subjects: int) -> None:
    async with writing(TESTER, cause="test") as w:
        for subject in subjects:
            w.record("tests.thing.done", subject, cell=2)


async def test_entries_come_in_commit_order_and_each_once(site: Doors) -> None:
    await write(1, 2, 3)
    await write(4)
    at, seen = START, []
    while True:
        batch = await tail.after(fetch, at, 2)
        if not batch.entries:
            break
        seen += [e.subject for e in batch.entries]
        at = batch.positions[-1]
    assert sorted(seen) == [1, 2, 3, 4] and seen[-1] == 4


async def test_an_earlier_epoch_is_read_whole_whatever_its_transaction_numbers(site: Doors) -> None:
    """After a restore transaction numbers start again; those of the time before may be higher than today's."""
    async with writing(TESTER, cause="epoch") as w:
        before = await w.value("select max(epoch) from journal.epoch")
        await w.execute("insert into journal.entry (cell, id, epoch, xid, kind, subject, cause, digest) "
                        "values (2, 1, $1, 1000000000000, 'tests.thing.done', 50, 'test', '')", before)
        await w.execute(NEW_EPOCH)
        w.record("tests.epoch.begun", 1)
    await write(51)                         # by a process that lives on
    batch = await tail.after(fetch, (before, 999999999999, 0))
    assert batch.epoch == before + 1 and [e.subject for e in batch.entries] == [50, 1, 51]


async def test_nothing_is_written_below_a_place_in_a_new_epoch(site: Doors) -> None:
    """Who is in the middle of writing when an epoch begins ends first; who lives on writes in the new one."""
    written, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with writing(TESTER, cause="test") as w:
            draft = journal.Draft(2, "tests.thing.done", 60, None, [], "test", b"")
            await w.execute(journal.INSERT, *journal.columns([draft]))
            written.set()
            await go_on.wait()
            w.record("tests.thing.done", 63, cell=2)

    async def begin_epoch() -> None:
        async with writing(TESTER, cause="epoch") as w:
            await w.execute(NEW_EPOCH)
            w.record("tests.epoch.begun", 61)

    begin = (await tail.after(fetch, START, 0)).epoch, 0, 0
    writer = asyncio.create_task(slow())
    await written.wait()
    epoch = asyncio.create_task(begin_epoch())
    async with reading(TESTER) as r:
        while not await r.value("select 1 from pg_locks where relation = 'journal.epoch'::regclass and not granted"):
            assert not epoch.done(), "an epoch began while somebody was writing in the one before"
    go_on.set()
    await asyncio.gather(writer, epoch)
    await write(62)
    batch = await tail.after(fetch, begin)
    ours = [e for e in batch.entries if e.subject in (60, 61, 62, 63)]
    assert [(e.subject, e.epoch - begin[0]) for e in ours] == [(60, 0), (63, 0), (61, 1), (62, 1)]


async def test_a_tail_keeps_the_latest_in_memory_and_reads_the_older(site: Doors, monkeypatch) -> None:
    monkeypatch.setattr(tail, "KEEP_ENTRIES", 5)
    counted = 0

    async def counting(sql: str, *args: object) -> list:
        nonlocal counted
        counted += 1
        return await fetch(sql, *args)

    the_tail, stop = Tail(counting), asyncio.Event()
    begin = await the_tail.begin()
    loop = asyncio.create_task(the_tail.run(stop))
    for subject in range(100, 112):
        await write(subject)
    the_tail.hint()
    seen, at = [], begin
    while len(seen) < 12:
        await asyncio.wait_for(the_tail.beyond(at), 5)
        entries, at = await the_tail.read(at, 4)
        seen += [e.subject for e in entries]
    assert seen == list(range(100, 112))
    before = counted
    entries, _ = await the_tail.read((at[0], at[1] - 1, tail.LAST_ID))
    assert [e.subject for e in entries] == [111] and counted == before
    stop.set()
    the_tail.hint()
    await asyncio.wait_for(loop, 5)


def test_followers_and_tasks_register(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "FOLLOWERS", {})
    monkeypatch.setattr(journal, "TASKS", {})

    @journal.follow("a", "x.y.done", "x.z.done", surface="cnt")
    async def f(w, entries): ...

    @journal.task("b", surface="cnt")
    async def t(stop): ...

    assert journal.FOLLOWERS["a"].kinds == {"x.y.done", "x.z.done"} and journal.FOLLOWERS["a"].run is f
    assert journal.TASKS["b"] is t


async def test_what_followers_write_is_derived(site: Doors) -> None:
    async with deriving("tests") as w:
        assert await w.value("select current_user") == "petrel_system"
