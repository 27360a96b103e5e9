"""`petrel inventory` as an operator meets it. The columns themselves: tests/fences/test_inventory.py."""

import json
from types import SimpleNamespace
from typing import Any

from click.testing import CliRunner, Result

from petrel.cli.inventory import inventory
from petrel.core.inventory import Found, parse

TEXT = parse("what: text; of: author by id; for: show; kept: with post; erased: key; leaves: sealed; key: id")
ROLE = parse("what: role; of: account by id; for: decide; kept: 90 days after deletion (not built); erased: row; "
             "leaves: pseudonymous")


def run(*args: str, faults: list[str] | None = None) -> Result:
    found = [Found("main", {"a.b.sealed": TEXT, "a.b.role": ROLE}, faults or [])]
    wiring: Any = SimpleNamespace(settings=lambda data: None, call=lambda now, work, say: found)
    return CliRunner().invoke(inventory, list(args), obj=wiring)


def test_every_column_is_listed_with_what_it_is():
    result = run()
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["column", "a.b.sealed", "a.b.role"]


def test_columns_are_chosen_by_whose_they_are_and_what_is_missing():
    assert list(json.loads(run("--json", "--of", "author").stdout)["columns"]) == ["a.b.sealed"]
    assert list(json.loads(run("--json", "--sealed").stdout)["columns"]) == ["a.b.sealed"]
    assert list(json.loads(run("--json", "--open").stdout)["columns"]) == ["a.b.role"]


def test_a_column_without_a_line_is_named_and_fails():
    result = run(faults=["a.b.c: has no line in the inventory"])
    assert result.exit_code == 1
    assert "a.b.c" in result.stderr
