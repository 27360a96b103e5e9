"""The note of how the site stands with its backups, which doctor, upgrades and the watcher read without a database."""

from pathlib import Path

from petrel.ops import backups
from petrel.ops.backups import standing
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
