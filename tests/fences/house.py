"""The files of the house, for the fences. A fence is a function from a root to what is wrong there, so that each can
be shown to bite on a planted violation."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]


def python_files(root: Path, *folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(p for p in (root / folder).rglob("*.py") if "__pycache__" not in p.parts)


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def name_of(root: Path, path: Path) -> str:
    """As in petrel/core/ids.py."""
    return path.relative_to(root).as_posix()


def plant(root: Path, path: str, text: str) -> None:
    """Writes a file with a violation in it."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
