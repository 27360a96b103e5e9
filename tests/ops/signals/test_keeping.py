"""What was measured is kept for a while in few rows, and what grows becomes a ticket."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from petrel import app
from petrel.core import jobs
from petrel.core.doors import deriving, reading
from petrel.core.viewer import System
from petrel.ops import signals, watching
from petrel.ops.signals import Activity, Keeper, keeping
from petrel.ops.signals.activity import group_of, quantile
from petrel.ops.signals.jobs import forget
from petrel.ops.watching import Look, Measure, Plan, Tally
from tests.conftest import loop
from tests.crew import as_owner

pytestmark = pytest.mark.usefixtures("site")
NOON = datetime(2026, 3, 2, 12, 0, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def alone(addresses: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Without what schedules of other tests have left in this process."""
    monkeypatch.setattr(jobs, "_took_s", {})
    yield
    loop().run_until_complete(as_owner(addresses, "truncate ops.look, ops.series, ops.drift restart identity cascade"))


def look(at: datetime, value: float, *, blind: bool = False, firing: dict[tuple[str, str], float] | None = None
         ) -> Look:
    return Look(at, Plan({}, {}), (Measure("disk_used_ratio", value),), firing or {}, None if blind else ())


async def line(grain: int) -> list[float]:
    async with reading(System("tests")) as r:
        return [n for one in await signals.lines(r, [("disk_used_ratio", "")], NOON - timedelta(days=1), grain)
                for _, n in one.points]


async def test_each_look_is_a_row_and_five_minutes_are_one_more() -> None:
    keeper = Keeper(None)
    for at, value in enumerate((0.1, 0.3, 0.2, 0.5)):
        await keeper.keep(look(NOON + timedelta(seconds=100 * at), value))
    assert await line(15) == pytest.approx([0.1, 0.3, 0.2, 0.5])
    assert await line(300) == pytest.approx([0.2])
    async with reading(System("tests")) as r:
        assert await r.value("select most from ops.look where grain = 300") == pytest.approx([0.3])


async def test_while_the_databases_are_away_five_minutes_are_kept_for_later(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    keeper = Keeper(None, tmp_path)
    for at in range(8):
        await keeper.keep(look(NOON + timedelta(seconds=100 * at), at, blind=True))
    assert await line(300) == []
    await Keeper(None, tmp_path).keep(look(NOON + timedelta(seconds=800), 9))
    assert await line(300) == [1, 4], "whoever comes after one that was killed has what waited"
    assert not (tmp_path / keeping.WAIT_IN).exists()
    (tmp_path / keeping.WAIT_IN).write_bytes(b"x")
    await Keeper(None, tmp_path).keep(look(NOON + timedelta(seconds=815), 9))


async def test_a_clock_that_jumps_back_ends_a_row_and_spoils_none() -> None:
    keeper = Keeper(None)
    for minutes, value in ((0, 1.0), (60, 2.0), (0, 3.0), (0, 4.0)):
        await keeper.keep(look(NOON + timedelta(minutes=minutes), value))
    assert len(await line(15)) == 2, "a moment has one row"
    assert sorted(await line(300)) == [1, 2]


async def test_who_makes_up_targets_fills_no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_SERIES", 3)
    keeper = Keeper(None)
    measures = tuple(Measure("x_seconds", float("nan") if n == 0 else 1e40 if n == 1 else n, f"'; drop {n}")
                     for n in range(9))
    await keeper.keep(Look(NOON, Plan({}, {}), measures, {}, ()))
    async with reading(System("tests")) as r:
        assert await r.value("select count(*) from ops.series") == 3
        assert await r.value("select cardinality(numbers) from ops.look") == 3


async def test_seconds_around_what_went_wrong_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "AFTER_S", 0)
    keeper = Keeper(None)
    keeper._close.append((NOON, {("answers_per_s", ""): 7.0}))
    await keeper.keep(look(NOON, 0.1))
    assert await line(1) == []
    await keeper.keep(look(NOON + timedelta(seconds=15), 0.1, firing={("disk", ""): 1.0}))
    async with reading(System("tests")) as r:
        assert await r.value("select count(*) from ops.look where grain = 1") == 1


def test_activity_is_read_off_the_tally_by_group_and_cell() -> None:
    tally = Tally(["/api/v1/timelines/home", "/api/v1/statuses/{id}", "/@{handle}"])
    activity = Activity(tally)
    assert list(activity.measured(1)) == [], "there is nothing to compare with"
    for n in range(100):
        tally.observe("/api/v1/timelines/home", 500 if n < 10 else 200, 0.004 if n < 90 else 0.2, cell=3)
    found = {(m.name, m.target): m.value for m in activity.measured(10)}
    assert found["answers_per_s", "timelines"] == 10 and found["answer_failed_ratio", "timelines"] == 0.1
    assert found["cell_failed_ratio", "3"] == 0.1 and ("cell_failed_ratio", "4") not in found
    assert found["answer_p50_seconds", ""] < 0.005 < 0.1 < found["answer_p99_seconds", ""] <= 0.25
    assert ("answer_p50_seconds", "posts") not in found, "of what nobody asked nothing is said"
    assert [group_of(p) for p in ("/api/v1/statuses/{id}", "/@{handle}", "unknown")] == ["posts", "pages", "pages"]
    assert quantile([0, 0, 0, 0, 0, 0, 0, 4], 1.0) == 4.0


async def test_what_grows_is_found_in_what_was_kept_told_with_what_runs_beside_it_and_ends() -> None:
    app.load_rooms()                # schedules are known by their distance
    until = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
    async with deriving("tests") as w:
        await w.execute("insert into ops.series (name, target) values ('schedule_seconds', 'trends.count'), "
                        "('disk_free_bytes', '')")
        await w.execute(
            "insert into ops.look (grain, at, numbers, most) select 300, $1::timestamptz - make_interval(days => 11 - d"
            ", hours => 1 - h), array[1, 5]::real[], array[case when h = 0 then 2 + d / 2.0 else 1 + (d * 7 + h) % 3 "
            "/ 50.0 end, 5 + d]::real[] from generate_series(0, 11) d, generate_series(-10, 1) h", until)
        await w.execute("update ops.schedule set ran_at = null")
        await w.execute("insert into ops.schedule (name, ran_at) values ('changes.forget', '2026-03-19 00:07+00')"
                        " on conflict (name) do update set ran_at = excluded.ran_at")
        [found] = await signals.search(w, until)
        assert (found.target, found.hour) == ("trends.count", 0)
        [kept] = await signals.drifts(w)
        assert kept.left_days == pytest.approx((60 - 7.5) / .5, rel=.1)
    [told] = [m for m in await watching.measuring.of_databases() if m.name == "drift_left_days"]
    assert "trends.count" in told.target and "schedule changes.forget" in told.target
    async with deriving("tests") as w:
        await w.execute("delete from ops.look")
        assert await signals.search(w, until) == [] and await signals.drifts(w) == []


async def test_what_is_old_is_forgotten() -> None:
    async with deriving("tests") as w:
        await w.execute("insert into ops.look (grain, at, numbers) select g, now() - d, '{1}' from (values "
                        "(1, interval '13 days'), (1, '15 days'), (15, '1 day'), (15, '27 hours'), (300, '39 days'), "
                        "(300, '41 days'), (300, '-2 hours')) v(g, d)")
    assert await forget() == "4 looks of long ago forgotten"


def test_the_longest_run_of_a_schedule_is_told_once() -> None:
    jobs.taken_s()
    jobs.took("a", 2.0)
    jobs.took("a", 1.0)
    assert jobs.taken_s() == {"a": 2.0} and jobs.taken_s() == {}
