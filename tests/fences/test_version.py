"""The number of the release stands in pyproject.toml; the program has it too, and the changelog begins with it."""

import re
import subprocess
import sys
import tomllib

from petrel.storage.build import ROOT, VERSION


def test_one_number_everywhere() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION
    newest = next(re.finditer(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE))[1]
    assert newest in (VERSION, "Unreleased")
    said = subprocess.run([sys.executable, "-m", "petrel", "--version"], capture_output=True, text=True, check=True)
    assert said.stdout == f"petrel {VERSION}\n"


def test_no_code_asks_what_is_installed() -> None:
    """A release that runs from its own folder would be told another's number."""
    asking = [str(path) for path in (ROOT / "petrel").rglob("*.py") if "importlib.metadata" in path.read_text()]
    assert asking == []
