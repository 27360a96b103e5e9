"""Jobs: run at least once, tried again with growing delay, dead letters listed; schedules run on one process."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from petrel.core import jobs
from petrel.core.doors import Doors, deriving, reading, writing
from petrel.core.viewer import System
from petrel.worker import jobs as worker
from petrel.worker import schedules

TESTER = System("test")


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch, site: Doors, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setattr(jobs, "HANDLERS", {})
    monkeypatch.setattr(jobs, "SCHEDULES", {})
    monkeypatch.setattr(site, "run_directory", tmp_path)
    monkeypatch.setattr(site, "_hint_folder", str(tmp_path))
    yield


async def add(name: str, once: str | None = None, **args: object) -> None:
    async with writing(TESTER, cause="test") as w:
        w.record("tests.job.added", 1)
        w.later(name, args, once=once)


async def row(name: str) -> dict | None:
    async with reading(TESTER) as r:
        found = await r.row("select * from ops.job where name = $1", name)
    return dict(found) if found else None


async def until(condition, within_s: float = 5.0) -> None:
    end = asyncio.get_running_loop().time() + within_s
    while not condition():
        assert asyncio.get_running_loop().time() < end, "it did not come to pass"
        await asyncio.sleep(0.005)


async def test_a_job_runs_soon_after_the_commit(tmp_path: Path) -> None:
    done: list[int] = []

    @jobs.job("greet")
    async def greet(whom: int) -> None:
        done.append(whom)

    stop = asyncio.Event()
    process = asyncio.create_task(worker.run(stop, tmp_path))
    await until((tmp_path / "jobs.hint").exists)
    for whom in range(20):
        await add("greet", whom=whom)
    await until(lambda: len(done) == 20)
    stop.set()
    await asyncio.wait_for(process, 5)
    assert sorted(done) == list(range(20)) and await row("greet") is None


async def test_stopping_waits_for_what_runs(tmp_path: Path) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    @jobs.job("long")
    async def long() -> None:
        begun.set()
        await go_on.wait()

    await add("long")
    stop = asyncio.Event()
    process = asyncio.create_task(worker.run(stop, tmp_path))
    await asyncio.wait_for(begun.wait(), 5)
    stop.set()
    await asyncio.sleep(0.05)
    assert not process.done()
    go_on.set()
    await asyncio.wait_for(process, 5)
    assert await row("long") is None


async def test_failures_are_put_off_longer_each_time_and_end_as_a_dead_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    @jobs.job("fail")
    async def fail() -> None:
        tries.append(1)
        raise ValueError("the other side is away")

    await add("fail")
    for attempt in range(1, jobs.MAX_ATTEMPTS + 1):
        assert await worker.drain() == 1
        found = await row("fail")
        assert found["attempts"] == attempt and "the other side is away" in found["last_error"]
        if attempt < jobs.MAX_ATTEMPTS:
            assert found["dead_at"] is None
            assert await worker.drain() == 0          # not yet due
            async with deriving("test") as w:
                left_s = await w.value("select extract(epoch from run_at - now())::float8 from ops.job where id = $1",
                                       found["id"])
                assert jobs.backoff_s(attempt) - 2 < left_s <= jobs.backoff_s(attempt)
                await w.execute("update ops.job set run_at = now() where id = $1", found["id"])
    assert found["dead_at"] is not None
    assert await worker.drain() == 0 and len(tries) == jobs.MAX_ATTEMPTS
    async with deriving("test") as w:
        await w.execute("delete from ops.job")


async def test_asked_for_twice_runs_once_but_again_when_asked_while_it_runs() -> None:
    runs: list[int] = []

    @jobs.job("count")
    async def count() -> None:
        runs.append(1)
        if len(runs) == 1:
            await add("count", once="count")

    await add("count", once="count")
    await add("count", once="count")
    assert await worker.drain() == 2
    assert len(runs) == 2


async def test_what_is_asked_for_again_runs_after_that_is_written() -> None:
    """The job that waits already must not run before what it is wanted for again is there, and be gone."""
    seen: list[int | None] = []

    @jobs.job("look")
    async def look(wanted: int) -> None:
        async with reading(TESTER) as r:
            seen.append(await r.value("select (value)::int from ops.setting where name = 'jobs.look'"))
        assert seen[-1] is None or wanted == seen[-1], "the latest arguments count"

    await add("look", once="look", wanted=0)
    written, go_on = asyncio.Event(), asyncio.Event()

    async def again() -> None:
        async with deriving("test") as w:
            await w.execute("insert into ops.setting (name, value) values ('jobs.look', '7')")
            await w.execute(jobs.INSERT, *jobs.columns([jobs.Draft("look", {"wanted": 7}, "default", 0, "look")]))
            written.set()
            await go_on.wait()

    asking = asyncio.create_task(again())
    await written.wait()
    await worker.drain()
    go_on.set()
    await asking
    await worker.drain()
    assert seen[-1] == 7 and await row("look") is None


async def test_a_failing_job_that_is_asked_for_again_is_still_put_off() -> None:
    @jobs.job("stumble")
    async def stumble() -> None:
        raise ValueError("not today")

    await add("stumble", once="stumble")
    assert await worker.drain() == 1
    await add("stumble", once="stumble")
    assert await worker.drain() == 0
    async with deriving("test") as w:
        await w.execute("delete from ops.job")


def test_jobs_to_be_done_once_are_asked_for_in_one_order() -> None:
    """Two transactions that ask for the same two jobs wait for each other's rows: never in a circle."""
    asked = [jobs.Draft("x", {"n": n}, "default", 0, once) for n, once in enumerate(("b", None, "a", "b"))]
    _, _, args, _, once = jobs.columns(asked)
    assert once == [None, "a", "b"] and args == ['{"n":1}', '{"n":2}', '{"n":3}']


async def test_a_retry_gives_way_to_a_newer_one() -> None:
    @jobs.job("redo")
    async def redo() -> None:
        await add("redo", once="redo")
        raise ValueError("broken once")

    await add("redo", once="redo")
    claimed = await worker.claim("default", 10)
    await worker.perform(claimed[0])
    async with reading(TESTER) as r:
        found = await r.fetch("select once from ops.job where name = 'redo' order by id")
    assert [f["once"] for f in found] == [None, "redo"]
    async with deriving("test") as w:
        await w.execute("delete from ops.job")


async def test_what_a_killed_process_had_claimed_runs_elsewhere() -> None:
    done: list[int] = []

    @jobs.job("survive")
    async def survive() -> None:
        done.append(1)

    await add("survive")
    assert len(await worker.claim("default", 10)) == 1          # and then its process dies
    assert await worker.drain() == 0
    async with deriving("test") as w:
        await w.execute("update ops.job set locked_until = now() - interval '1 second'")
    assert await worker.drain() == 1 and done == [1]


async def test_nobody_claims_what_another_has() -> None:
    for _ in range(10):
        await add("mine")
    both = await asyncio.gather(worker.claim("default", 10), worker.claim("default", 10))
    numbers = [one.id for claims in both for one in claims]
    assert len(numbers) == len(set(numbers)) == 10
    async with deriving("test") as w:
        await w.execute("delete from ops.job")


async def test_a_job_nobody_handles_is_kept_with_the_reason() -> None:
    await add("unheard_of")
    await worker.drain()
    assert "nobody handles" in (await row("unheard_of"))["last_error"]
    async with deriving("test") as w:
        await w.execute("delete from ops.job")


async def test_a_schedule_runs_on_one_process_each_time() -> None:
    ran: list[int] = []

    @jobs.every(3600, "tidy")
    async def tidy() -> str:
        ran.append(1)
        return "tidied 3 things"

    await schedules.know()
    assert await schedules.run_due() == 0
    async with deriving("test") as w:
        await w.execute("update ops.schedule set next_at = now()")
    assert sorted(await asyncio.gather(schedules.run_due(), schedules.run_due())) == [0, 1]
    assert ran == [1]
    async with reading(TESTER) as r:
        found = await r.row("select note, next_at > now() + interval '59 minutes' as later from ops.schedule")
    assert found["note"] == "tidied 3 things" and found["later"]


async def test_many_schedules_are_one_question(site: Doors) -> None:
    """It is asked all day long, and mostly nothing is due."""
    ran: list[str] = []
    for name in ("first", "second", "third", "fourth"):
        async def run(name: str = name) -> None:
            ran.append(name)

        jobs.every(3600, name)(run)
    await schedules.know()
    before = site.queries
    assert await schedules.claim_due() == []
    assert site.queries == before + 1
    async with deriving("test") as w:
        await w.execute("update ops.schedule set next_at = case name when 'second' then now() "
                        "else now() + interval '3 hours' end where name in ('second', 'third')")
    assert [s.name for s in await schedules.claim_due({"third"})] == ["second"]
    assert [s.name for s in await schedules.claim_due()] == ["third"]       # put far ahead: drawn back
    assert await schedules.claim_due() == []
    async with deriving("test") as w:
        await w.execute("delete from ops.schedule where name = any($1::text[])", list(jobs.SCHEDULES))


async def test_a_schedule_that_fails_says_so_and_runs_again() -> None:
    @jobs.every(10, "break")
    async def break_() -> None:
        raise RuntimeError("no disk")

    await schedules.know()
    async with deriving("test") as w:
        await w.execute("update ops.schedule set next_at = now()")
    assert await schedules.run_due() == 1
    async with reading(TESTER) as r:
        assert "no disk" in await r.value("select note from ops.schedule where name = 'break'")


async def test_what_was_put_off_by_a_clock_that_was_ahead_runs_when_it_is_right(tmp_path: Path) -> None:
    done: list[int] = []

    @jobs.job("greet")
    async def greet(whom: int) -> None:
        done.append(whom)

    for whom in range(2):
        await add("greet", whom=whom)
    async with deriving("test") as w:
        await w.execute("update ops.job set made_at = now() + interval '6 h', run_at = now() + interval '6 h' + "
                        "(args->>'whom')::int * interval '1 h' where name = 'greet'")
    await worker.drain()
    assert not done
    await worker.look_after([])
    await worker.drain()
    assert done == [0]                                  # and who was to wait an hour waits an hour
    assert await worker.drain(until_s=3601) == 1 and done == [0, 1]


async def test_what_such_a_clock_claimed_or_put_off_again_waits_no_longer_than_that_takes() -> None:
    """Made while the clock was right, as most of what waits."""
    for name in ("failed", "killed", "often", "planned"):
        await add(name)
    async with deriving("test") as w:
        for name, change in (
                ("failed", "attempts = 1, run_at = now() + interval '6 h'"),
                ("killed", "attempts = 1, locked_until = now() + interval '6 h'"),
                ("often", "attempts = 5, run_at = now() + interval '200 s', locked_until = now() + interval '50 s'"),
                ("planned", "run_at = now() + interval '6 h'")):
            await w.execute(f"update ops.job set {change} where name = $1", name)
    await worker.look_after([])
    async with reading(TESTER) as r:
        found = {row["name"]: (row["runs_s"], row["locked_s"]) for row in await r.fetch(
            "select name, extract(epoch from run_at - now())::int as runs_s, "
            "extract(epoch from locked_until - now())::int as locked_s from ops.job")}
    assert 0 <= found["failed"][0] <= 2 and found["failed"][1] is None
    assert found["killed"][0] <= 0 and 50 < found["killed"][1] <= worker.CLAIM_S
    assert 190 < found["often"][0] <= 200 and 40 < found["often"][1] <= 50
    assert found["planned"][0] > 21_000
    async with deriving("test") as w:
        await w.execute("delete from ops.job")


async def test_how_long_each_ran_is_left_for_whoever_measures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "REPORT_S", 0.01)
    path, stop = tmp_path / "jobs.json", asyncio.Event()
    jobs.taken_s()
    jobs.took("a", 2.5)
    said = asyncio.create_task(worker._report(stop, path))
    await until(lambda: path.exists() and b'"a":2.5' in path.read_bytes())
    await until(lambda: path.read_bytes() == b'{"took_s":{}}')
    stop.set()
    await said
