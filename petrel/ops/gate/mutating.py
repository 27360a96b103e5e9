"""Puts one fault at a time into a critical file and looks which tests notice. A test that never caught one guards
nothing that anybody has seen.

Python by its syntax tree, SQL by its words. Each fault is put into a copy of the sources; ours are never touched.
"""

import ast
import copy
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import msgspec

from petrel.core.errors import Conflict
from petrel.ops.gate.shapes import Bite, Book, Fault, Survey
from petrel.ops.gate.suite import Suite

BITES = "tests/bites.json"
COPIED = ("petrel", "tests", "tools", "docs", "pyproject.toml")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "node_modules", "static", ".*")

_TURNED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd}
_WORDS = {"<=": "<", ">=": ">", "<>": "=", "<": "<=", ">": ">=", " and ": " or ", " or ": " and ", "not ": "",
          "true": "false", "false": "true", "is null": "is not null", "is not null": "is null", "exists": "not exists",
          " & ": " | "}
_WORD = re.compile(r"<=|>=|<>|(?<![<=>|-])[<>](?![<>=])|(?<!between \d) and | or |\bnot (?!null|exists)|\btrue\b|"
                   r"\bfalse\b|\bis null\b|\bis not null\b|\bexists\b| & ")


def faults(root: Path, place: str) -> list[Fault]:
    """All that can be put into this file, in order; into one function of it for `FILE.sql#NAME`."""
    file, _, function = place.partition("#")
    text = (root / file).read_text()
    found = list(_in_sql(file, text, function) if file.endswith(".sql") else _in_python(file, text))
    return [msgspec.structs.replace(one, name=f"{one.name} #{n}") if n > 1 else one for one, n in _numbered(found)]


def some(found: list[Fault], book: Book, most: int | None) -> list[Fault]:
    """Without those that are known to be harmless; at most so many, evenly spread."""
    found = [one for one in found if f"{one.file}: {one.name}" not in book.harmless]
    return found[::max(1, -(-len(found) // most))] if most else found


def survey(root: Path, tests: list[str], found: list[Fault], say: Callable[[str], None],
           also: tuple[str, ...] = ()) -> Survey:
    """Runs `tests` once as they are and once with each of these faults, which are one file's. `also`: what has to be
    copied beside what ours need. Errors: Conflict, when they fail as they are."""
    caught: dict[str, list[str]] = {}
    file = found[0].file
    with tempfile.TemporaryDirectory(prefix="petrel-gate-") as folder:
        place = _copied(root, Path(folder) / "sources", also)
        suite = Suite(place, {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})       # which is half the time of a short run
        if (report := suite.run(tests)) is None or report.failed or report.errors or not report.tests:
            raise Conflict(f"the tests of {file} do not pass as they are; mend those first"
                           f"{': ' + ', '.join([*report.failed, *report.errors]) if report else ''}")
        as_it_is = (place / file).read_text()
        for one in found:
            (place / file).write_text(one.text)
            report = suite.run(tests)
            # What cannot even be imported is noticed by whatever imports it.
            caught[one.name] = (report.failed or report.errors) if report else ["the run broke off"]
            say(f"{'caught  ' if caught[one.name] else 'SURVIVES'} {file}:{one.line} {one.name}")
        (place / file).write_text(as_it_is)
    return Survey(file, caught, suite.runs, suite.spent_s)


def keep(root: Path, surveyed: Survey, today: date) -> None:
    """Each test with the fault that it last caught."""
    bites = kept(root)
    for fault, tests in surveyed.caught.items():
        bites |= {test: Bite(f"{surveyed.file}: {fault}", today) for test in tests}
    path = root / BITES
    path.write_bytes(msgspec.json.format(msgspec.json.encode(dict(sorted(bites.items()))), indent=1) + b"\n")


def kept(root: Path) -> dict[str, Bite]:
    try:
        return msgspec.json.decode((root / BITES).read_bytes(), type=dict[str, Bite])
    except FileNotFoundError:
        return {}


def _copied(root: Path, place: Path, also: tuple[str, ...]) -> Path:
    place.mkdir()
    for name in (*COPIED, *also):
        if (root / name).is_dir():
            shutil.copytree(root / name, place / name, ignore=LEFT_OUT)
        elif (root / name).exists():
            shutil.copy(root / name, place / name)
    return place


def _numbered(found: list[Fault]) -> Iterator[tuple[Fault, int]]:
    seen: dict[str, int] = {}
    for one in found:
        seen[one.name] = seen.get(one.name, 0) + 1
        yield one, seen[one.name]


def _in_python(file: str, text: str) -> Iterator[Fault]:
    tree = ast.parse(text)
    skipped = {id(node) for outer in ast.walk(tree) for node in _not_run(outer)}
    places = [node for node in ast.walk(tree) if id(node) not in skipped]
    for number, node in enumerate(places):
        for turn in range(len(getattr(node, "ops", [0]))):
            changed = copy.deepcopy(node)
            after = _turned(changed, turn)
            if after is None:
                continue
            line = getattr(node, "lineno", number)
            yield Fault(file, line, f"{_shown(node)} -> {_shown(after)}", ast.unparse(_replaced(tree, node, after)))


def _shown(node: ast.AST) -> str:
    return (f"if {ast.unparse(node.test)}" if isinstance(node, ast.If) else ast.unparse(node))[:120]


def _not_run(outer: ast.AST) -> Iterator[ast.AST]:
    """Annotations and docstrings: a fault there is none."""
    for field in ("annotation", "returns"):
        if isinstance(inner := getattr(outer, field, None), ast.AST):
            yield from ast.walk(inner)
    if isinstance(outer, ast.Expr) and isinstance(outer.value, ast.Constant):
        yield outer.value
    if isinstance(outer, ast.JoinedStr):
        yield from ast.walk(outer)


def _turned(node: ast.AST, turn: int) -> ast.AST | None:
    """The node with its fault; None where it can have none."""
    match node:
        case ast.Compare() if type(node.ops[turn]) in _TURNED:
            node.ops[turn] = _TURNED[type(node.ops[turn])]()       # type: ignore[call-overload]
        case ast.BoolOp() | ast.BinOp() if type(node.op) in _TURNED:
            node.op = _TURNED[type(node.op)]()                      # type: ignore[assignment]
        case ast.UnaryOp(op=ast.Not() | ast.Invert()):
            return node.operand
        case ast.Constant(value=bool()):
            node.value = not node.value
        case ast.Constant(value=int(number)):
            node.value = number + 1
        case ast.If() | ast.IfExp() if not isinstance(node.test, ast.Compare | ast.BoolOp | ast.UnaryOp):
            node.test = ast.UnaryOp(ast.Not(), node.test)
        case _:
            return None
    return node


def _replaced(tree: ast.AST, node: ast.AST, after: ast.AST) -> ast.AST:
    class Swap(ast.NodeTransformer):
        def visit(self, one: ast.AST) -> ast.AST:
            return after if one is node else self.generic_visit(one)

    memo = {id(node): node}                 # the one place is the same object in the copy
    return ast.fix_missing_locations(Swap().visit(copy.deepcopy(tree, memo)))


def _in_sql(file: str, text: str, function: str) -> Iterator[Fault]:
    is_in = not function
    for number, line in enumerate(text.splitlines()):
        code = line.partition("--")[0]
        if function and line.startswith(("create ", "do ")):
            is_in = f" {function}(" in line
        if not is_in or re.match(r"\s*(create|language|returns|end|declare|do |exception|on )", code):
            continue
        for found in _WORD.finditer(code):
            changed = code[:found.start()] + _WORDS[found[0]] + code[found.end():]
            lines = text.splitlines()
            lines[number] = changed
            yield Fault(file, number + 1, f"{code.strip()} -> {changed.strip()}"[:240], "\n".join(lines) + "\n")
