"""What is refused when the disk fills, who is named for it, when it will be full, and the ballast."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from petrel import app
from petrel.core import limits, room
from petrel.core.doors import deriving, reading
from petrel.core.errors import Full, Invalid
from petrel.core.viewer import System
from petrel.ops import disk
from petrel.ops.disk import guarding, jobs
from petrel.ops.disk.ballast import PIECES, Ballast
from petrel.ops.disk.culprits import Culprit, Writers
from petrel.ops.disk.forecasting import Course, per_day
from petrel.ops.disk.places import FOLDERS, OTHERS, sizes
from petrel.ops.watching import Plan, Rule
from petrel.ops.watching.judging import Act
from petrel.ops.watching.telling import notice
from tests.api.plain import Client
from tests.people import signed_in

MIB = 1 << 20


@pytest.fixture
def nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Free room as the tests say it."""
    free = SimpleNamespace(mib=10_000, files=0, files_left=0)
    before = limits.current()
    limits.install(limits.Limits(disk_uploads_mib=200, disk_posts_mib=100))
    monkeypatch.setattr(room, "LOOK_S", 0.0)
    monkeypatch.setattr(room.os, "statvfs", lambda _: SimpleNamespace(
        f_bavail=free.mib, f_frsize=MIB, f_files=free.files, f_favail=free.files_left))
    room.install(tmp_path)
    yield free
    monkeypatch.setattr(room, "_folder", None)
    room._shut.clear()
    limits.install(before)


def taken() -> set[str]:
    found = set()
    for kind in ("uploads", "posts"):
        try:
            room.refuse(kind)
            found.add(kind)
        except Full:
            pass
    return found


def test_uploads_are_refused_first_then_posts_and_taken_again_without_flapping(nearly_full: Any) -> None:
    for mib, wanted in ((300, {"uploads", "posts"}), (199, {"posts"}), (99, set()), (105, set()), (111, {"posts"}),
                        (210, {"posts"}), (221, {"uploads", "posts"})):
        nearly_full.mib = mib
        assert taken() == wanted, mib
    limits.install(limits.Limits())
    nearly_full.mib = 0
    room._shut.clear()
    assert taken() == {"uploads", "posts"}, "switched off"


def test_a_disk_without_file_entries_is_full(nearly_full: Any) -> None:
    nearly_full.files, nearly_full.files_left = 1_000_000, 1_999
    assert taken() == set()
    nearly_full.files_left = 50_000
    assert taken() == {"uploads", "posts"}


async def test_full_is_507_for_what_is_new_and_nothing_else(site: Any, nearly_full: Any) -> None:
    app.load_api()
    [(_, token)] = await signed_in("fulla")
    api = Client()
    made = await api("POST", "/api/v1/statuses", token=token, json={"status": "before"})
    assert made.status == 200
    nearly_full.mib = 50
    for method, target in (("POST", "/api/v1/statuses"), ("PUT", f"/api/v1/statuses/{made.json['id']}")):
        refused = await api(method, target, token=token, json={"status": "more"})
        assert refused.status == 507 and "nearly full" in refused.json["error"]
        assert int(refused.headers["retry-after"]) > 0
    large = await api("PATCH", "/api/v1/accounts/update_credentials", token=token, body=b"x" * 70_000,
                      headers={"content-type": "multipart/form-data; boundary=b"})
    assert large.status == 507
    assert (await api("POST", f"/api/v1/statuses/{made.json['id']}/favourite", token=token)).status == 200
    assert (await api("GET", "/api/v1/timelines/home", token=token)).status == 200
    assert (await api("DELETE", f"/api/v1/statuses/{made.json['id']}", token=token)).status == 200
    nearly_full.mib = 10_000
    assert (await api("POST", "/api/v1/statuses", token=token, json={"status": "after"})).status == 200


def test_ballast_is_given_up_piece_by_piece_and_taken_when_there_is_plenty(tmp_path: Path) -> None:
    before = limits.current()
    limits.install(limits.Limits(disk_posts_mib=100))
    try:
        ballast = Ballast(tmp_path, 4 * MIB)
        for _ in range(PIECES + 2):
            ballast.tend(1000 * MIB)
        folder = tmp_path / "ballast"
        taken = sum(one.stat().st_blocks * 512 for one in folder.iterdir())
        assert len(list(folder.iterdir())) == PIECES and taken >= 4 * MIB, "really taken, not only said"
        ballast.tend(150 * MIB)
        assert len(list(folder.iterdir())) == PIECES
        ballast.tend(1 * MIB, is_losing=True)
        assert len(list(folder.iterdir())) == PIECES, "it would go to what fills the disk"
        for left in (3, 2, 1, 0, 0):
            ballast.tend(1 * MIB)
            assert len(list(folder.iterdir())) == left
        ballast.tend(150 * MIB)
        assert not list(folder.iterdir()), "not taken again while there is little"
        ballast.tend(1000 * MIB)
        Ballast(tmp_path, 0).tend(1000 * MIB)
        assert not list(folder.iterdir()), "switched off: given back"
    finally:
        limits.install(before)


def test_when_it_is_full() -> None:
    course = Course()
    for second in range(30):
        course.add(second, 1000 - 10 * second)
    assert course.loss_per_s() == pytest.approx(10) and course.full_in_s() == pytest.approx(71)
    for second in range(30, 120):
        course.add(second, 710)
    assert course.full_in_s() is None, "it stopped"
    assert course.lost_bytes(2.5) == 0
    early = Course()
    early.add(0, 10)
    early.add(1, 5)
    assert early.full_in_s() is None
    assert per_day([(day, 100 + 7 * day) for day in range(10)]) == pytest.approx(7)
    assert per_day([(0, 1), (1, 2)]) is None


def test_who_writes_is_named_with_the_file(tmp_path: Path) -> None:
    target = tmp_path / "hog.bin"
    program = "import sys,time\nf=open(sys.argv[1],'wb',buffering=0)\nfor _ in range(300):\n f.write(b'x'*1000000)\n" \
              " time.sleep(0.02)"
    writers = Writers(tmp_path)
    hog = subprocess.Popen([sys.executable, "-c", program, str(target)])
    try:
        while not target.exists() or target.stat().st_size < MIB:
            time.sleep(0.01)
        writers.look(time.monotonic())
        time.sleep(0.5)
        found = writers.look(time.monotonic())
        [mine] = [one for one in found if one.pid == hog.pid]
        assert mine.path == str(target) and mine.bytes_per_s > MIB and mine.user
        assert f"process {hog.pid}" in str(mine) and "hog.bin" in str(mine)
    finally:
        hog.kill()
        hog.wait()


def test_sizes_are_apart_and_budgets_can_be_changed(tmp_path: Path) -> None:
    for name, size in (("main/base/1", 3), ("main/pg_wal/a", 2), ("log/x", 1)):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(size * MIB))
    found = {one.place: one for one in sizes(tmp_path)}
    assert [round(found[FOLDERS[n]].bytes / MIB) for n in ("main", "main/pg_wal", "log")] == [3, 2, 1]
    assert found[FOLDERS["log"]].budget == 512 * MIB and found[OTHERS].bytes > 0
    (tmp_path / "disk.toml").write_text('[budgets]\nlogs = 1\n')
    assert {one.place: one for one in sizes(tmp_path)}["logs"].budget == MIB
    (tmp_path / "disk.toml").write_text('[budgets]\ntreasure = 1\n')
    with pytest.raises(Invalid, match="treasure"):
        sizes(tmp_path)


async def test_samples_make_a_forecast_and_people_are_told_by_whom(site: Any, tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log/x").write_bytes(b"x" * MIB)
    disk.install(tmp_path)
    await jobs.sample()
    async with deriving("tests") as w:
        await w.execute("insert into ops.disk_sample (at, place, bytes) select now() - make_interval(days => d), "
                        "'logs', $1 - d * 100000 from generate_series(1, 20) d", MIB)
    async with reading(System("tests")) as r:
        found = await disk.standing(r, tmp_path)
    assert found.places[0].size.place == "logs" and found.places[0].per_day == pytest.approx(100_000, rel=0.01)
    assert found.full_in_days == pytest.approx(found.free_bytes / 100_000, rel=0.01)
    guard = disk.Guard(tmp_path, 1200 * MIB)
    for _ in range(3):
        await guard.look()
    assert (tmp_path / "ballast/piece-2").exists() and guard._course.lost_bytes(60) < 450 * MIB, "ballast is no growth"
    assert {m.name for m in guard.measured(tmp_path)} >= {"disk_place_bytes", "disk_over_budget_ratio"}
    rule = Rule(measure="disk_full_in_seconds", limit=9, says="full", cure="act")
    said = notice(Plan({"x": rule}, {}), Act("fired", "x", "", 1.0, "crew"), 3)
    assert "Largest: " in said.text


@pytest.mark.parametrize(("seen_mib_per_s", "is_unseen"), [(0.1, True), (19.0, False)])
async def test_that_somebody_else_fills_the_disk_is_said_where_the_site_cannot_see_them(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen_mib_per_s: float, is_unseen: bool) -> None:
    guard = disk.Guard(tmp_path, 0)
    monkeypatch.setattr(guard._writers, "look", lambda _: [Culprit(7, "postgres", "petrel", seen_mib_per_s * MIB, "")])
    for free_mib in (5000, 4900):
        monkeypatch.setattr(guarding.os, "statvfs", lambda _, n=free_mib: SimpleNamespace(f_bavail=n, f_frsize=MIB))
        guard._writers_at_s, guard._sizes_at_s = -60.0, float("inf")
        await guard.look()
    assert "postgres (process 7" in guard.explained()
    assert ("other users" in guard.explained()) == is_unseen
