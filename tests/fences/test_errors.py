"""`Refused` takes a code of the law first, which nobody is shown: a sentence there is lost."""

import ast

from tests.fences.house import ROOT


def test_no_sentence_for_people_stands_where_a_code_belongs() -> None:
    lost = []
    for path in sorted((ROOT / "petrel").rglob("*.py")):
        tree = ast.parse(path.read_text())
        ours = any(isinstance(node, ast.ImportFrom) and node.module == "petrel.core.errors" and
                   any(name.name == "Refused" for name in node.names) for node in ast.walk(tree))
        lost += [f"{path.relative_to(ROOT)}:{node.lineno}" for node in ast.walk(tree) if ours
                 and isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused"
                 and node.args and _is_sentence(node.args[0])]
    assert not lost, f"{', '.join(lost)}: write Refused(message=...)"


def _is_sentence(first: ast.expr) -> bool:
    return isinstance(first, ast.JoinedStr) or (
        isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value[:1].isupper())
