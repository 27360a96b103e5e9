"""The older build of the drill `unsafe-revert` follows the sources: each thing it forgets is still known today; the one
with which `go-live` begins is in the history."""

import pytest

from drills.going_live.older import version_n
from drills.revert import older
from petrel.ops.drills import Broken, Impossible
from petrel.storage.build import ROOT
from petrel.storage.policy import POLICY


def test_every_pattern_is_found_once(tmp_path):
    root = older.make_older(tmp_path / "older", asks=False)
    assert f"POLICY = {POLICY}" not in (root / "petrel/storage/policy.py").read_text()
    assert "is_protected or p.flags" not in (root / "petrel/features/posts/visibility.sql").read_text()


def test_a_pattern_that_is_gone_breaks_the_drill(tmp_path, monkeypatch):
    monkeypatch.setattr(older, "FORGOTTEN", (("storage/policy.py", "POLICY = 99", "POLICY = 1"),))
    with pytest.raises(Broken, match="POLICY = 99"):
        older.make_older(tmp_path / "older")


def test_version_n_of_go_live_can_hand_over_and_is_behind(tmp_path):
    try:
        root = version_n(tmp_path / "older")
    except Impossible as e:
        pytest.skip(str(e))
    there = {path.name for path in (root / "petrel/storage/migrations").glob("*.sql")}
    here = {path.name for path in (ROOT / "petrel/storage/migrations").glob("*.sql")}
    assert there < here and (root / "petrel/ops/processes/handover.py").exists()
