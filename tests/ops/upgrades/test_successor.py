"""Which release a site starts with, after it went over to another."""

from pathlib import Path

import msgspec

from petrel.ops.processes import this_release
from petrel.ops.upgrades import records, successor


def test_the_same_release_set_up_twice_starts_once(tmp_path: Path) -> None:
    """For another Python, say. It began itself anew without end, since both have one build."""
    taker = this_release()
    giver = msgspec.structs.replace(taker, root=str(tmp_path / "old"))
    records.write(tmp_path, records.Record(giver, taker, "done", [], 0))
    assert successor(tmp_path, giver) == taker
    assert successor(tmp_path, taker) is None


def test_a_release_on_trial_that_has_to_be_started_anew_has_had_its_trial(tmp_path: Path) -> None:
    """Whichever of the two the service names, the one before begins."""
    giver = this_release()
    taker = msgspec.structs.replace(giver, root=str(tmp_path / "new"), build="other")
    for step, starts in (("handing over", giver), ("on trial", giver), ("done", None)):
        records.write(tmp_path, records.Record(giver, taker, step, [], 0, is_trial=True))
        assert successor(tmp_path, taker) == starts
    records.write(tmp_path, records.Record(giver, taker, "on trial", [], 0, is_trial=True))
    assert successor(tmp_path, giver) is None
