"""The gate of budgets: over the app as it was built, and that it refuses what is too heavy."""

import secrets
import shutil
from pathlib import Path

import pytest

from tools import budget

pytestmark = pytest.mark.skipif(not (budget.BUILT / "manifest.json").exists(),
                                reason="the app was not built: `make app`")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(budget.BUILT, tmp_path / "app"))


def test_the_app_is_within_its_budgets() -> None:
    assert budget.faults(budget.BUILT) == []
    assert budget.SCRIPT + budget.STYLE <= 100_000


def test_a_build_over_budget_is_refused_in_words(copy: Path) -> None:
    [entry] = (copy / name for name in budget.first_load(copy)[0] if name.startswith("main"))
    entry.write_text(entry.read_text() + f"//{secrets.token_hex(20_000)}")
    [said] = budget.faults(copy)
    assert "bytes of script packed, and may have" in said and "tools/budget.py" in said


def test_nothing_of_another_site_gets_in(copy: Path) -> None:
    (copy / "late.js").write_text("import('https://cdn.example/x.js')")
    [said] = budget.faults(copy)
    assert said.startswith("late.js has 'cdn' in it")
