"""Files of at most 400 lines, functions of at most 60. What is over stands in oversize.txt with its reason, and may
shrink only."""

import ast
import sys
from pathlib import Path

from tests.fences.house import ROOT, name_of, parsed, plant, python_files

FILE_LINES, FUNCTION_LINES = 400, 60
LIST = Path(__file__).with_name("oversize.txt")
FOLDERS = ("petrel", "drills", "bench", "tools", "tests")


def too_large(root: Path) -> dict[str, int]:
    """Lines of each file and function over its ceiling, by path or path:function."""
    found = {}
    for path in python_files(root, *FOLDERS):
        name, lines = name_of(root, path), len(path.read_text().splitlines())
        if lines > FILE_LINES:
            found[name] = lines
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION_LINES:
                    found[f"{name}:{node.name}"] = length
    return found


def allowed(text: str) -> dict[str, int]:
    """Lines of the list: path, how many lines (`table`: any), why."""
    rows = [line.split(maxsplit=2) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for row in rows:
        assert len(row) == 3, f"no reason given: {row}"
    return {row[0]: sys.maxsize if row[1] == "table" else int(row[1]) for row in rows}


def test_nothing_is_too_large_but_what_is_listed() -> None:
    listed = allowed(LIST.read_text())
    found = too_large(ROOT)
    assert [f"{name} {lines}" for name, lines in sorted(found.items()) if lines > listed.get(name, 0)] == []
    assert sorted(listed.keys() - found.keys()) == [], "no longer too large: take it off the list"


def test_it_bites(tmp_path: Path) -> None:
    plant(tmp_path, "petrel/core/long.py", "x = 1\n" * 401)
    plant(tmp_path, "petrel/core/tall.py", "def tall():\n" + "    x = 1\n" * 60)
    plant(tmp_path, "petrel/core/fine.py", "def fine():\n" + "    x = 1\n" * 59)
    assert too_large(tmp_path) == {"petrel/core/long.py": 401, "petrel/core/tall.py:tall": 61}
