"""What the guides name is there: every file, every symbol, every page that one page sends its reader to.

A code span `path: symbol` names a symbol, `path` alone a file; both from the root of the repository.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDES = ("README.md", "docs/map.md", "docs/glossary.md", "docs/operating.md", "docs/flows/*.md", "docs/handbook/*.md",
          "docs/runbooks/*.md")
TOP = ("petrel", "tests", "docs", "tools", "drills", "bench")

_code = re.compile(r"`([^`\n]+)`")
_named = re.compile(rf"((?:{'|'.join(TOP)})/[\w./*-]+|[A-Z]+\.md|pyproject\.toml)(?:: ?([\w.]+))?")
_link = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_question = re.compile(r"^(\d+)\. \*\*(.+?\?)\*\*(.*?)(?=^\d+\. |^## |\Z)", re.M | re.S)
_in_sql = (r"\b(?:function|table|type|schema|policy|index|unlogged table)\s+(?:if not exists\s+)?{}\b",
           r"^comment on column {}\b")
_FENCE = re.compile(r"```.*?```", re.S)


def guides() -> list[Path]:
    return sorted(path for pattern in GUIDES for path in ROOT.glob(pattern))


def faults(text: str, place: Path) -> list[str]:
    """What this text names and is not there; `place` is where the page is, for its links."""
    text = _FENCE.sub("", text)
    found = [fault for path, symbol in named(text) if (fault := _fault(path, symbol))]
    return found + [f"link to {target}" for target in _link.findall(text)
                    if "://" not in target and not (place.parent / target).exists()]


def named(text: str) -> Iterator[tuple[str, str | None]]:
    for span in _code.findall(text):
        if match := _named.fullmatch(span):
            yield match[1], match[2]


def _fault(path: str, symbol: str | None) -> str | None:
    if not any(ROOT.glob(path.rstrip("/"))):
        return f"no file {path}"
    if symbol is None:
        return None
    source = (ROOT / path).read_text()
    is_there = symbol in symbols(path) if path.endswith(".py") else any(
        re.search(pattern.format(re.escape(symbol)), source, re.M | re.I) for pattern in _in_sql)
    return None if is_there else f"no {symbol} in {path}"


@cache
def symbols(path: str) -> frozenset[str]:
    """What a Python file defines: names of the module, and of its classes with the class before them."""
    return frozenset(_defined(ast.parse((ROOT / path).read_text()).body, ""))


def _defined(body: list[ast.stmt], before: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield before + node.name
        elif isinstance(node, ast.ClassDef):
            yield before + node.name
            yield from _defined(node.body, f"{before}{node.name}.")
        elif isinstance(node, ast.Assign):
            yield from (before + target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield before + node.target.id


@pytest.mark.parametrize("guide", guides(), ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_guide_names_is_there(guide: Path) -> None:
    assert faults(guide.read_text(), guide) == []


def test_the_map_answers_its_questions_with_file_and_symbol() -> None:
    text = (ROOT / "docs/map.md").read_text()
    questions = [(int(number), question, list(named(answer))) for number, question, answer in _question.findall(text)]
    assert [number for number, _, _ in questions] == list(range(1, max(70, len(questions) + 1)))
    assert questions[0][1] == "Why can this viewer see this post?"
    assert questions[0][2][0] == ("petrel/features/posts/visibility.sql", "law.decide")
    assert [question for _, question, files in questions if not files] == []
    assert sum(any(symbol for _, symbol in files) for _, _, files in questions) >= 61


@pytest.mark.parametrize(("planted", "says"), [
    ("`petrel/features/posts/visibility.sql: law.decider`", "no law.decider in petrel/features/posts/visibility.sql"),
    ("`petrel/features/posts/visible.sql`", "no file petrel/features/posts/visible.sql"),
    ("`petrel/core/doors.py: Writer.recorded`", "no Writer.recorded in petrel/core/doors.py"),
    ("`petrel/core/doors.py: record`", "no record in petrel/core/doors.py"),
    ("`petrel/nothing/*.py`", "no file petrel/nothing/*.py"),
    ("see [there](flows/nowhere.md#top)", "link to flows/nowhere.md"),
])
def test_a_planted_wrong_one_is_found(planted: str, says: str) -> None:
    """Beside what is wrong already, if anything is: that fails above."""
    text, place = (ROOT / "docs/map.md").read_text(), ROOT / "docs/map.md"
    assert [fault for fault in faults(text + planted, place) if fault not in faults(text, place)] == [says]


def test_what_is_there_is_not_reported() -> None:
    text = ("`petrel/core/doors.py: Writer.record` `petrel/settings/shapes.py: Settings.post_length` `petrel/api/*.py` "
            "`petrel/storage/inventory.sql: posts.content.sealed` `petrel why @viewer POST` [map](docs/map.md)")
    assert faults(text, ROOT / "README.md") == []
