"""What the plugin writes of a run, and in which order it has tests run."""

from pathlib import Path

import pytest

from petrel.ops import gate

SENTINEL = Path(__file__).parents[2] / "test_sentinel.py"
QUICK = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
TESTS = """
import pytest
from tests.helping import check

def test_one(): assert True
def test_loop_over_nothing():
    for one in []: assert one
def test_same_line_again():
    for one in range(1, 9): assert one
def test_helper(): check(True)
def test_raises():
    with pytest.raises(KeyError): {}[1]
@pytest.mark.skip(reason="not today")
def test_skipped(): assert True
@pytest.fixture
def asserting():
    assert True
def test_set_up(asserting): pass
def test_wrong(): assert [1] == [2]
def test_stumbles(asserting):
    assert not SEEN
SEEN = []
def test_leaves():
    SEEN.append(1)
    assert SEEN
"""
FILE = "tests/test_it.py"


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> gate.Suite:
    root = tmp_path_factory.mktemp("suite")
    (root / "tests").mkdir()
    for name, text in (("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '--import-mode=importlib'\n"),
                       ("tests/__init__.py", ""), ("tests/helping.py", "def check(one): assert one\n"), (FILE, TESTS),
                       ("tests/test_sentinel.py", SENTINEL.read_text())):
        (root / name).write_text(text)
    return gate.Suite(root, QUICK)


def test_each_test_is_told_with_the_assertions_that_it_reached(suite: gate.Suite) -> None:
    report = suite.run()
    assert report is not None
    assert {name.partition("::")[2]: (one.outcome, one.asserted) for name, one in report.tests.items()} == {
        "test_one": ("passed", 1), "test_loop_over_nothing": ("passed", 0), "test_same_line_again": ("passed", 1),
        "test_helper": ("passed", 1), "test_raises": ("passed", 1), "test_skipped": ("skipped", 0),
        "test_set_up": ("passed", 0), "test_wrong": ("failed", 1), "test_stumbles": ("passed", 1),
        "test_leaves": ("passed", 1)}
    assert (report.collected, report.executed, report.exit, report.sentinel) == (10, 9, 1, "xfailed")
    assert report.tests[f"{FILE}::test_wrong"].said == "assert [1] == [2]"
    assert report.tests[f"{FILE}::test_skipped"].said == "Skipped: not today"


def test_tests_run_in_the_order_asked_for_and_the_sentinel_with_them(suite: gate.Suite) -> None:
    asked = [f"{FILE}::test_leaves", f"{FILE}::test_stumbles"]
    report = suite.run(asked)
    assert report is not None and list(report.tests) == asked
    assert report.failed == [f"{FILE}::test_stumbles"] and report.sentinel == "xfailed"


def test_what_cannot_be_collected_is_named_and_nothing_is_left_of_a_run_that_broke_off(suite: gate.Suite) -> None:
    (suite.root / "tests/test_more.py").write_text("import nowhere\n")
    report = suite.run(["tests/test_more.py"])
    assert report is not None and report.errors == ["tests/test_more.py"] and suite.fails("tests/test_more.py::test_a")
    (suite.root / "tests/test_more.py").write_text("import os\ndef test_a(): os._exit(0)\n")
    assert suite.run(["tests/test_more.py"]) is None and suite.ended == 0
