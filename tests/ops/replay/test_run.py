"""A whole replay against the small site: what it reports when all is well, and each thing that may be wrong."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from petrel.core.errors import Invalid
from petrel.ops.replay import Options, Report, Show, homes, plan, replay, trace
from petrel.ops.replay.shapes import Kind
from petrel.ops.replay.store import Store

START = 1341381600
ACCOUNT = 1_000_000


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(homes, "AGAIN_S", 0.05)


def options(sample_dir: Path, data_dir: Path, **other: Any) -> Options:
    few = {"speed": 1e6, "sample": 40, "widest": 6, "probe_every": 20, "connections": 16, "settle_s": 0.3}
    return Options(trace_dir=sample_dir, data_dir=data_dir, **(few | other))


async def replayed(fake_site: Any, wanted: Options) -> Report:
    async with fake_site.running():
        return await replay(wanted, fake_site.base_url, fake_site, Show(quiet=True))


async def test_a_good_site_is_good(fake_site: Any, sample_dir: Path, tmp_path: Path) -> None:
    report = await replayed(fake_site, options(sample_dir, tmp_path))
    assert report.failures() == []
    assert (report.from_at, report.until_at[:16]) == ("2012-07-04T06:00:00Z", "2012-07-04T06:59")
    assert report.loaded.accounts == len(fake_site.handles) == 80
    assert report.loaded.follows == len(fake_site.follows)
    assert sum(report.played.accepted.values()) == report.played.operations > 700
    assert {kind.word for kind in Kind} == set(report.played.latency)
    assert report.played.latency["boost"].p99_ms >= report.played.latency["boost"].p50_ms > 0
    assert report.fan_out.lag.count > 10
    assert report.checked.read_before + report.checked.never_read == 46
    assert report.checked.entries > 500 and report.checked.longest > 40
    assert "GOOD" in report.as_text().splitlines()[-1]
    assert msgspec.json.decode(report.as_json())["ok"] is True


async def test_half_of_the_sample_is_read_before_the_play_and_half_never(
    fake_site: Any, sample_dir: Path, tmp_path: Path
) -> None:
    read_when_played: set[int] = set()
    fake_site.slow_s = lambda _count: read_when_played.update(fake_site.home_reads) or 0
    report = await replayed(fake_site, options(sample_dir, tmp_path))
    fresh = set(fake_site.home_reads) - read_when_played
    assert len(fresh) == report.checked.never_read >= 20
    assert report.checked.read_before >= 20


@pytest.mark.parametrize("fault", ["missing", "extra", "wrong order"])
async def test_one_wrong_entry_on_one_timeline_is_found(
    fake_site: Any, sample_dir: Path, tmp_path: Path, fault: str
) -> None:
    victims: list[int] = []

    def twist(viewer: int, entries: list[int]) -> list[int]:
        if len(entries) < 45 or (victims and viewer != victims[0]) or not played_out():
            return entries
        victims[:] = [viewer]
        stranger = next(e for e in sorted(fake_site.rows) if e not in entries and e > entries[-1])
        return {
            "missing": entries[:42] + entries[43:],
            "extra": sorted([*entries, stranger], reverse=True),
            "wrong order": [entries[1], entries[0], *entries[2:]],
        }[fault]

    def played_out() -> bool:
        return len(fake_site.received) == operations

    recording = trace.read_events(sample_dir)
    operations = len(plan.build(recording, recording.window(None, None)))
    fake_site.twist = twist
    report = await replayed(fake_site, options(sample_dir, tmp_path, probe_every=10**6))
    assert report.checked.differences == 1
    [difference] = report.checked.first
    assert (difference.what, difference.person) == (fault, victims[0] - ACCOUNT)
    assert difference.entry in fake_site.rows
    assert report.failures() == ["1 differences on home timelines"]
    assert f"p{difference.person}" in report.as_text()


async def test_fan_out_that_is_late_is_waited_for_and_one_that_never_comes_is_not(
    fake_site: Any, sample_dir: Path, tmp_path: Path
) -> None:
    clock = asyncio.get_running_loop().time
    until = [0.0]

    def late(_viewer: int, entries: list[int]) -> list[int]:
        if len(fake_site.received) >= 700 and not until[0]:
            until[0] = clock() + 0.3
        return entries if clock() > until[0] else entries[1:]

    fake_site.twist = late
    report = await replayed(fake_site, options(sample_dir, tmp_path, settle_s=5.0, probe_every=10**6))
    assert report.failures() == [] and report.checked.late > 0 and report.checked.settled_s > 0.3


async def test_a_stopped_replay_goes_on_and_does_nothing_twice(
    fake_site: Any, sample_dir: Path, tmp_path: Path
) -> None:
    wanted = options(sample_dir, tmp_path)
    stuck = asyncio.Event()
    fake_site.slow_s = lambda count: (stuck.set() or 3600) if count >= 300 else 0
    async with fake_site.running():
        run = asyncio.create_task(replay(wanted, fake_site.base_url, fake_site, Show(quiet=True)))
        await stuck.wait()
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)

    fake_site.slow_s = lambda _count: 0
    report = await replayed(fake_site, wanted)
    assert report.failures() == []
    assert 250 <= report.played.earlier <= 301
    assert report.loaded.fresh == 0
    assert sum(report.played.accepted.values()) == report.played.operations > 700


async def test_a_second_window_builds_on_the_first(fake_site: Any, sample_dir: Path, tmp_path: Path) -> None:
    for window in ((None, START + 1800), (START + 1800, None), (START + 1800, None)):
        wanted = options(sample_dir, tmp_path, from_at=window[0], until_at=window[1], sample=16)
        report = await replayed(fake_site, wanted)
        assert report.failures() == []
    assert report.played.seconds >= 0 and report.played.operations == report.played.earlier
    one_go = Store(tmp_path).log.all()
    assert len(set(one_go["key"].tolist())) == len(one_go) > 700


async def test_only_the_busiest_accounts_are_loaded_and_played(
    fake_site: Any, sample_dir: Path, tmp_path: Path
) -> None:
    report = await replayed(fake_site, options(sample_dir, tmp_path, accounts=12))
    assert report.failures() == []
    assert len(fake_site.handles) == 12
    assert 50 < report.played.operations < 500


async def test_refusals_and_errors_make_it_not_good(fake_site: Any, sample_dir: Path, tmp_path: Path) -> None:
    fake_site.refuse = lambda count, _again: 422 if count in (5, 6) else 0
    report = await replayed(fake_site, options(sample_dir, tmp_path))
    assert "2 operations were refused" in report.failures()
    assert sum(report.played.refused.values()) == 2


async def test_answers_that_contradict_each_other_make_it_not_good(
    fake_site: Any, sample_dir: Path, tmp_path: Path
) -> None:
    fake_site.boosts_once = False
    report = await replayed(fake_site, options(sample_dir, tmp_path))
    assert any("has 2 boosts by person" in text for text in report.played.contradictions)
    assert f"{len(report.played.contradictions)} answers contradict each other" in report.failures()


async def test_an_empty_window_is_said_so(fake_site: Any, sample_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no events"):
        await replayed(fake_site, options(sample_dir, tmp_path, from_at=5, until_at=6))
