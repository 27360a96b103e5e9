"""Pages are tested as they are without the app: they are whole by themselves, whether or not it was built here."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from petrel.web import built


@pytest.fixture(autouse=True)
def app_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the app is looked for; nothing is there."""
    monkeypatch.setattr(built, "FOLDER", tmp_path / "app")
    built.app.cache_clear()
    built.files.cache_clear()
    built._worker.cache_clear()
    yield tmp_path / "app"
    built.app.cache_clear()
    built.files.cache_clear()
    built._worker.cache_clear()
