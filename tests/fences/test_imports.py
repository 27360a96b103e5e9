"""Imports flow one way. The contracts stand in pyproject.toml; `make check` runs them, and so does this."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fences.house import ROOT

LINT = Path(sys.executable).with_name("lint-imports")


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([LINT, "--no-cache"], cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the house, to plant things in."""
    root = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "petrel", root / "petrel", ignore=shutil.ignore_patterns("__pycache__", "static", "*.sql"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def test_imports_flow_one_way() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("file", "line"), [
    ("petrel/core/clock.py", "from petrel.features import posts"),
    ("petrel/features/posts/rules.py", "from petrel.features import timelines"),
    ("petrel/features/timelines/rules.py", "from petrel.api import statuses"),
    ("petrel/web/forms.py", "from petrel.api.http import params"),
    ("petrel/storage/pools.py", "from petrel.core import clock"),
    ("petrel/cli/common.py", "from petrel import settings"),
    ("petrel/features/posts/rows.py", "from petrel.storage import pools"),
    ("petrel/surprise.py", "from petrel.core import clock"),
])
def test_it_bites(house: Path, file: str, line: str) -> None:
    path = house / file
    before = path.read_text() if path.exists() else None
    path.write_text((before or "") + f"\n{line}\n")
    try:
        assert lint(house).returncode == 1
    finally:
        path.unlink() if before is None else path.write_text(before)
