"""The note of how the site stands with its backups, which doctor, upgrades and the watcher read without a database."""

from pathlib import Path

from petrel.core import clock
from petrel.ops import backups
from petrel.ops.backups import nightly, standing
from tests.ops.backups.conftest import Lost


def test_a_site_without_a_backup_says_so_and_a_broken_note_is_none(tmp_path: Path) -> None:
    assert backups.newest(tmp_path) is None
    standing.told(tmp_path, proven_at_ms=5)
    assert backups.newest(tmp_path) is None
    (tmp_path / standing.FILE).write_text("{")
    assert backups.newest(tmp_path) is None


def test_making_a_backup_leaves_a_note(lost: Lost) -> None:
    [name] = [path.name for path in (lost.place / "data").iterdir()]
    found = backups.newest(lost.data)
    assert found is not None
    assert (found.backup, found.place, found.proven_age_s(), found.archived_age_s()) == (name, str(lost.place), None,
                                                                                         None)
    assert 0 < found.age_s() < 3600


def test_a_newer_backup_keeps_what_a_rehearsal_proved(tmp_path: Path) -> None:
    standing.made(tmp_path, "one", 1_000, "/there")
    standing.told(tmp_path, proven_at_ms=2_000, restore_s=12.5)
    standing.made(tmp_path, "two", 3_000, "/there")
    found = backups.newest(tmp_path)
    assert found is not None
    assert (found.backup, found.at_ms, found.proven_at_ms, found.restore_s) == ("two", 3_000, 2_000, 12.5)


def test_another_release_tries_anew_what_the_one_before_it_had_tried(tmp_path: Path) -> None:
    now_ms = clock.now_ms()
    old, new = (nightly.Plan(tmp_path, "/there", 3, 7, release) for release in ("0.2.0 a", "0.2.1 b"))
    standing.made(tmp_path, "one", now_ms, "/there")
    standing.told(tmp_path, night_at_ms=now_ms, release=old.release)
    assert nightly.why_due(old, now_ms) == ""
    assert nightly.why_due(new, now_ms) == "another release" and not nightly.needs_copy(new, now_ms)
    standing.told(tmp_path, release=new.release)
    assert nightly.why_due(new, now_ms) == ""
