"""A room is entered by its front desk: `from petrel.features import posts`, never `posts.rows`."""

import ast
from pathlib import Path

import pytest

from tests.fences.house import ROOT, name_of, parsed, plant, python_files

HALLS = ("petrel.features.", "petrel.ops.")


def back_doors(root: Path) -> list[str]:
    """Imports of a room's inner files from outside of that room."""
    return [f"{name_of(root, path)}:{line}: {module}" for path in python_files(root, "petrel")
            for module, line in _imported(path) if _is_inner(root, path, module)]


def _imported(path: Path) -> list[tuple[str, int]]:
    found = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from petrel.features.posts import rows` enters rows as well as `import petrel.features.posts.rows`.
            found += [(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
            found.append((node.module, node.lineno))
    return found


def _is_inner(root: Path, path: Path, module: str) -> bool:
    if not module.startswith(HALLS):
        return False
    hall, room, *inner = module.split(".")[1:]
    if not inner or path.is_relative_to(root / "petrel" / hall / room):
        return False
    folder = root / "petrel" / hall / room
    is_file = (folder / f"{inner[0]}.py").exists() or (folder / inner[0]).is_dir()
    return is_file and inner[0] not in _handed_out(folder)


def _handed_out(folder: Path) -> set[str]:
    """Parts that a front desk hands out whole, such as `accounts.invites`."""
    desk = folder / "__init__.py"
    tree = parsed(desk) if desk.exists() else ast.Module([], [])
    names = [node.value for node in tree.body if isinstance(node, ast.Assign)
             and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets)]
    return {one.value for value in names if isinstance(value, ast.List)
            for one in value.elts if isinstance(one, ast.Constant)}


def test_rooms_are_entered_by_their_front_desks() -> None:
    assert back_doors(ROOT) == []


@pytest.mark.parametrize("line", [
    "from petrel.features.posts import rows", "import petrel.features.posts.rows",
    "from petrel.features.posts.rows import fetch",
])
def test_it_bites(tmp_path: Path, line: str) -> None:
    plant(tmp_path, "petrel/features/posts/__init__.py", "__all__ = []\n")
    plant(tmp_path, "petrel/features/posts/rows.py", "def fetch(): ...\n")
    plant(tmp_path, "petrel/features/posts/reads.py", "from petrel.features.posts import rows\n")
    plant(tmp_path, "petrel/api/statuses.py", line + "\n")
    assert back_doors(tmp_path) and all(found.startswith("petrel/api/statuses.py:1") for found in back_doors(tmp_path))
    plant(tmp_path, "petrel/api/statuses.py", "from petrel.features import posts\n")
    assert back_doors(tmp_path) == []
