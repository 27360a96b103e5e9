"""Every kind of journal entry is classified: restricting, with how it is applied again, or harmless, with why."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from petrel import app
from petrel.core import restrictions
from tests.fences.house import ROOT

Kinds = list[tuple[str, str]]        # a kind, or a pattern of kinds, and where
CURE = ("Say in the room's restoring.py what a restore has to do with it: @restricts(kind) when it takes something "
        "away from somebody, harmless({kind: why}) when losing it opens nothing.")


def _texts(node: ast.AST, names: dict[str, list[ast.AST]]) -> Iterator[str]:
    """What an expression may be, as patterns; nothing for what cannot be known."""
    match node:
        case ast.Constant(value=str(text)):
            yield re.escape(text)
        case ast.IfExp(body=a, orelse=b):
            yield from _texts(a, names)
            yield from _texts(b, names)
        case ast.JoinedStr(values=parts):
            yield "".join(re.escape(p.value) if isinstance(p, ast.Constant) else "[a-z_]+" for p in parts)
        case ast.Name(id=name):
            for value in names.get(name, ()):
                yield from _texts(value, {})


def _assigned(tree: ast.AST) -> dict[str, list[ast.AST]]:
    found: dict[str, list[ast.AST]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
    return found


def _given(tree: ast.AST, function: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, list[ast.AST]]:
    """What the callers in this file give to the parameters of one of its functions."""
    names = [a.arg for a in function.args.args]
    found: dict[str, list[ast.AST]] = {}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == function.name:
            for name, value in [*zip(names, call.args, strict=False), *((k.arg, k.value) for k in call.keywords)]:
                found.setdefault(name or "", []).append(value)
    return found


def recorded(text: str, where: str) -> Kinds:
    """The kinds that a file records; one that cannot be read off the code is given as ''."""
    tree = ast.parse(text)
    found: Kinds = []
    at_module = _assigned(ast.Module([n for n in tree.body if isinstance(n, ast.Assign)], []))
    scopes = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    seen: set[int] = set()
    for scope in reversed(scopes):          # the innermost first
        names = at_module | _given(tree, scope) | _assigned(scope)
        for call in ast.walk(scope):
            if (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "record"
                    and len(call.args) > 1 and id(call) not in seen):
                seen.add(id(call))
                patterns = list(_texts(call.args[0], names)) or [""]
                found += [(pattern, f"{where}:{call.lineno}") for pattern in patterns]
    return found


def unclassified(kinds: Kinds) -> list[str]:
    known = restrictions.AGAIN.keys() | restrictions.HARMLESS.keys()
    return [f"{where}: {pattern or 'a kind that cannot be read off the code'}" for pattern, where in kinds
            if not pattern or not any(re.fullmatch(pattern, kind) for kind in known)]


def _all() -> Kinds:
    found: Kinds = []
    for path in sorted((ROOT / "petrel").rglob("*.py")):
        # The restore writes again what it read from the witness.
        if path.relative_to(ROOT) != Path("petrel/ops/backups/replay.py"):
            found += recorded(path.read_text(), str(path.relative_to(ROOT)))
    return found


def test_every_kind_is_classified() -> None:
    app.load_rooms()
    found = _all()
    assert len(found) > 60, "this test has gone blind"
    assert not unclassified(found), CURE


def test_none_is_both_and_each_reason_says_something() -> None:
    app.load_rooms()
    assert not restrictions.AGAIN.keys() & restrictions.HARMLESS.keys()
    assert all(len(why) > 10 for why in restrictions.HARMLESS.values())


@pytest.mark.parametrize("planted", [
    'def f(w):\n    w.record("posts.post.scorched", 1)\n',
    'def f(w, on):\n    kind = "posts.post.created" if on else "posts.post.scorched"\n    w.record(kind, 1)\n',
    'KIND = "posts.post.scorched"\ndef f(w):\n    w.record(KIND, 1)\n',
    'def f(w, how):\n    w.record(f"posts.scorch.{how}", 1)\n',
    'def f(w, kind):\n    w.record(kind, 1)\n',
])
def test_a_kind_that_nobody_classified_is_found(planted: str) -> None:
    app.load_rooms()
    assert unclassified(recorded(planted, "planted.py"))
