"""What a backup takes of the data directory while people go on uploading and deleting."""

import os
from pathlib import Path
from typing import Any

import pytest

from petrel.ops.backups.create import files_below


def test_a_folder_that_goes_meanwhile_ends_no_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("aa/one", "bb/two", "cc/three"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    look = os.scandir

    def scandir(path: Any) -> Any:
        if str(path).endswith("bb"):
            (tmp_path / "bb" / "two").unlink()          # the last file in it: its folder goes too
            (tmp_path / "bb").rmdir()
        return look(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert files_below(tmp_path) == [tmp_path / "aa" / "one", tmp_path / "cc" / "three"]
