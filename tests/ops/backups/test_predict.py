"""How long going back takes: learned from rehearsals, measured where it is to happen, corrected as it goes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from petrel.ops.backups import predict
from petrel.ops.backups.course import Course
from petrel.ops.backups.meter import Meter, Took
from petrel.ops.backups.predict import Host, Load, Rehearsal
from petrel.outside import stores
from petrel.storage.build import ROOT

LOAD = Load(100_000_000, 20_000_000, 10, 1_000_000, 4_000_000, 50, 1_000)
HOST = Host(0.003, 2e-8, 0.004, 0.02)
STAGES = {"looking": 0.5, "fetching": 1.0, "proving": 2.0, "unpacking": 3.0, "recovering": 1.5, "preparing": 0.4,
          "replaying": 0.5, "checking": 0.2, "stopping": 0.1}
PAST = Rehearsal("one", 1, LOAD, STAGES, HOST)


YOUNG = """
import resource
from petrel.ops.backups import yards
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
yard_s = yards.yard(0.3)
print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) * yard_s / 0.3)
"""


def expected(*past: Rehearsal, here: Host = HOST, **more: int) -> dict[str, float]:
    return predict.expected(past, msgspec.structs.replace(LOAD, **more), here)


def test_the_same_again_on_the_same_machine_takes_as_long() -> None:
    assert expected(PAST) == pytest.approx(STAGES, abs=0.002)


def test_a_busier_machine_takes_longer_for_work_and_a_slower_line_for_what_comes_over_it() -> None:
    busy = expected(PAST, here=Host(0.006, 2e-8, 0.004, 0.04))
    assert busy["recovering"] == pytest.approx(3.0)
    assert busy["unpacking"] == pytest.approx(2 * 3.0)
    slow = expected(PAST, here=Host(0.003, 2e-6, 0.5, 0.4))
    assert slow["unpacking"] == pytest.approx(20 * 3.0)      # the line is in it
    assert slow["fetching"] == pytest.approx(10 * 0.5 + 2 + (1.0 - 0.06))
    assert slow["recovering"] == STAGES["recovering"]


def test_more_of_one_thing_prolongs_its_own_stages_alone() -> None:
    log = expected(PAST, stored_log_bytes=21_000_000)
    assert log["recovering"] == pytest.approx(1.5 + 20e6 * 8e-6 * HOST.yard_s)
    assert {name: log[name] for name in log if name not in ("recovering", "fetching")} == pytest.approx(
        {name: STAGES[name] for name in log if name not in ("recovering", "fetching")}, abs=0.002)
    assert expected(PAST, lines=2_050)["replaying"] > 4


def test_nights_that_differ_enough_teach_how_fast_a_stage_grows() -> None:
    """Three milliseconds an entry of the journal, and a tenth of a second beside it: not what is believed at first."""
    def night(entries: int) -> Rehearsal:
        return Rehearsal("one", 1, msgspec.structs.replace(LOAD, entries=entries),
                         {**STAGES, "checking": 0.1 + entries * 0.003}, HOST)

    one = expected(night(100_000), entries=400_000)["checking"]
    many = expected(*(night(n) for n in (100_000, 200_000, 300_000)), entries=400_000)["checking"]
    assert many == pytest.approx(1200, rel=0.05)
    assert abs(one - 1200) > 2 * abs(many - 1200)


def test_nothing_that_grows_begins_below_nothing() -> None:
    quick = msgspec.structs.replace(PAST, stages_s={**STAGES, "recovering": 0.01},
                                    load=msgspec.structs.replace(LOAD, stored_log_bytes=400_000_000))
    assert 0 <= expected(quick, stored_log_bytes=0)["recovering"] <= 0.01


def test_the_last_seven_nights_are_kept_beside_the_backups(tmp_path: Path) -> None:
    store = stores.opened(str(tmp_path))
    assert predict.kept(store) == []
    for number in range(9):
        predict.keep(store, msgspec.structs.replace(PAST, at_ms=number))
    assert [one.at_ms for one in predict.kept(store)] == [2, 3, 4, 5, 6, 7, 8]
    stores.put(store, predict.FILE, b"[{]")
    assert predict.kept(store) == []


def test_what_another_release_noted_is_used_as_far_as_it_is_understood(tmp_path: Path) -> None:
    store = stores.opened(str(tmp_path))
    older = msgspec.to_builtins(PAST) | {"yard_s": 0.003}
    del older["host"]
    newer = msgspec.to_builtins(PAST) | {"mood": "good", "stages_s": {**STAGES, "polishing": 4.0}}
    stores.put(store, predict.FILE, msgspec.json.encode([older, newer, PAST]))
    [one, two] = predict.kept(store)
    assert two == PAST and expected(one) == pytest.approx(STAGES, abs=0.002)


def test_what_others_took_of_the_processor_is_not_what_a_stage_takes() -> None:
    meter = Meter()
    meter.laps = {"unpacking": Took(4.0, 0.9, 2.0), "checking": Took(2.0, 0.1, 0.5)}
    assert predict.calm(meter) == pytest.approx({"unpacking": 4.0 / 1.4, "checking": 2.0 / 1.4})
    meter.laps = {"unpacking": Took(60.0, 0.0, 2.0)}
    assert predict.calm(meter) == {"unpacking": 60.0}, "a slow line is no rival"


def test_a_yard_is_the_same_for_a_young_process_and_an_old_one() -> None:
    """One that had and gave back much memory is given large pieces without the kernel's work for new ones."""
    young = subprocess.run([sys.executable, "-c", YOUNG], capture_output=True, text=True, check=True, cwd=ROOT)
    assert float(young.stdout) < 50, "page faults a yard"


def test_a_meter_tells_what_was_done_from_what_was_waited_for() -> None:
    """Five busy processes share this one processor with us."""
    one = os.sched_getaffinity(0)
    rivals = []
    try:
        os.sched_setaffinity(0, {min(one)})
        rivals = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(5)]
        time.sleep(0.3)
        meter, until = Meter(), time.process_time() + 0.15
        while time.process_time() < until:
            pass
        took = meter.lap("counting")
    finally:
        os.sched_setaffinity(0, one)
        for rival in rivals:
            rival.send_signal(signal.SIGKILL)
            rival.wait()
    assert took.wall_s > 0.45
    assert took.wall_s - took.delay_s == pytest.approx(0.15, abs=0.12), "the rest was theirs"


def test_a_restore_that_goes_slower_says_so_while_it_goes() -> None:
    said: list[str] = []
    course = Course({"fetching": 0.1, "unpacking": 20.0, "checking": 10.0}, said.append)
    assert course.left_s() == pytest.approx(30.1)
    time.sleep(0.02)
    course.lap("fetching")
    course._lap_began -= 30             # half a minute passes, and a quarter is done
    left_s = course.left_s("unpacking main", 0.25)
    assert left_s > 60
    course._at.wall_s -= 60
    course.lap("unpacking")
    assert 20 < course.left_s() < 30
    assert len(said) == 1 and "s more" in said[0]
    assert set(course.refined_s) == {"fetching", "unpacking"}


def test_where_nothing_was_foretold_nothing_is_said() -> None:
    said: list[str] = []
    course = Course(None, said.append)
    course.lap("unpacking")
    assert (course.left_s("checking", 0.5), said) == (0.0, [])
