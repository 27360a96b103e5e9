"""What CI does with a test that failed beside all others."""

import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[1] / "tools" / "once_more.py"
WOBBLY = """
from pathlib import Path
def test_second_time_lucky():
    seen = Path("seen")
    was = seen.exists()
    seen.touch()
    assert was
def test_broken():
    assert False
"""


def once_more(folder: Path, *failed: str) -> subprocess.CompletedProcess[str]:
    (folder / "log").write_text("".join(f"FAILED {one} - AssertionError: a - b\n" for one in failed))
    return subprocess.run([sys.executable, str(TOOL), "log"], cwd=folder, capture_output=True, text=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it.py").write_text(WOBBLY)
    return tmp_path


def test_what_passes_by_itself_is_named_unsteady(folder: Path) -> None:
    (folder / "seen").touch()
    told = once_more(folder, "tests/test_it.py::test_second_time_lucky")
    assert told.returncode == 0
    assert "UNSTEADY tests/test_it.py::test_second_time_lucky: failed beside the other tests" in told.stdout


def test_what_fails_again_is_broken(folder: Path) -> None:
    (folder / "seen").touch()
    told = once_more(folder, "tests/test_it.py::test_second_time_lucky", "tests/test_it.py::test_broken")
    assert told.returncode == 1
    assert "UNSTEADY" not in told.stdout


@pytest.mark.parametrize("failed", [
    ["tests/visibility/test_law.py::test_a"],
    [f"tests/test_it.py::test_{n}" for n in range(4)],
    [],
])
def test_what_guards_people_and_what_is_no_accident_is_not_asked_twice(folder: Path, failed: list[str]) -> None:
    told = once_more(folder, *failed)
    assert told.returncode == 1
    assert not (folder / ".pytest_cache").exists()
