"""A small honest suite, and the ways in which one like it stops looking while it stays green."""

from collections.abc import Callable
from pathlib import Path

from drills.gating.thirty import SENTINEL, SETTINGS, write

LAW = """def may_see(viewer, author, followers, is_protected):
    return viewer == author or not is_protected or viewer in followers
"""
TESTS = """from shop.law import may_see

SEEN = [("anna", True), ("ben", True), ("carl", False)]


def test_followers_see_what_is_protected():
    assert may_see("ben", "anna", ["ben"], True)


def test_a_stranger_does_not():
    assert not may_see("carl", "anna", ["ben"], True)


def test_whom_it_was_shown():
    for viewer, sees in SEEN:
        assert may_see(viewer, "anna", ["ben"], True) == sees


def test_everybody_sees_what_is_public():
    assert may_see("carl", "anna", [], False)
    assert may_see("anna", "anna", [], False)
"""
SWALLOWED = """from shop.law import may_see


def test_a_stranger_does_not():
    try:
        assert not may_see("carl", "anna", ["ben"], True)
    except AssertionError:
        pass
    assert may_see
"""
"""Its assertions are reached, and whether they hold is nobody's business."""

PLAIN = """import pytest


@pytest.mark.parametrize("number", range(20))
def test_double(number):
    assert number * 2 == number + number
"""
GUARD, PLAINS = "tests/visibility/test_seen.py", "tests/test_plain.py"
Trick = Callable[[Path], dict[str, str] | None]


def make(root: Path) -> None:
    """Writes the honest one."""
    for path, text in (("pyproject.toml", SETTINGS), ("shop/__init__.py", ""), ("shop/law.py", LAW), (GUARD, TESTS),
                       ("tests/__init__.py", ""), ("tests/visibility/__init__.py", ""), (PLAINS, PLAIN),
                       ("tests/test_sentinel.py", SENTINEL)):
        write(root / path, text)


def _changed(path: str, old: str, new: str) -> Trick:
    def trick(root: Path) -> None:
        text = (root / path).read_text()
        assert old in text, old
        write(root / path, text.replace(old, new))
    return trick


def _conftest(text: str) -> Trick:
    return lambda root: write(root / "tests/conftest.py", "import os\n\nimport pytest\n\n\n" + text)


def _removed(path: str) -> Trick:
    return lambda root: (root / path).unlink()


def _both(*tricks: Trick) -> Trick:
    def trick(root: Path) -> None:
        for one in tricks:
            one(root)
    return trick


EXIT_ZERO = """

@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    session.exitstatus = 0
"""

TRICKS: dict[str, tuple[Trick, str, str]] = {
    "the assertion is taken out of a privacy test": (
        _changed(GUARD, 'assert not may_see("carl"', 'not may_see("carl"'), "shut", "does_not passes without"),
    "one of two assertions is taken out": (
        _changed(GUARD, 'assert may_see("anna", "anna"', 'may_see("anna", "anna"'), "shut", "asserted fell"),
    "the loop around an assertion is empty": (
        _changed(GUARD, "in SEEN:", "in SEEN[:0]:"), "shut", "test_whom_it_was_shown passes without"),
    "a file is no longer found": (
        lambda root: (root / GUARD).rename(root / "tests/visibility/seen.py") and None, "shut", "collected fell"),
    "a marker leaves half of them out": (
        _conftest("def pytest_collection_modifyitems(items):\n    del items[::2]\n"), "shut", "collected fell"),
    "a test is skipped": (
        _changed(GUARD, "def test_a_str", "import pytest\n\n\n@pytest.mark.skip(reason='later')\ndef test_a_str"),
        "shut", "executed fell"),
    "a file cannot be imported, and the runner says 0": (
        _both(_changed(GUARD, "from shop.law", "from shop.laws"), _conftest(EXIT_ZERO)),
        "blind", "could not be collected"),
    "the runner stops half way, and says 0": (
        _conftest("def pytest_runtest_logfinish(nodeid):\n    if '[9]' in nodeid:\n        os._exit(0)\n"),
        "blind", "left no report"),
    "the runner stops half way in good order, and says 0": (
        _conftest("@pytest.fixture(autouse=True)\ndef stop(request):\n    yield\n    if '9' in request.node.name:\n"
                  "        request.session.shouldstop = 'enough'\n" + EXIT_ZERO), "blind", "must fail did not run"),
    "every report is turned into a pass": (
        _conftest("@pytest.hookimpl(wrapper=True, tryfirst=True)\n"
                  "def pytest_runtest_makereport():\n    report = yield\n"
                  "    report.outcome = 'passed'\n    return report\n"), "blind", "must fail ended as passed"),
    "no test is really called": (
        _conftest("@pytest.hookimpl(tryfirst=True)\ndef pytest_pyfunc_call():\n    return True\n"),
        "blind", "must fail ended as failed"),
    "Python leaves assertions out": (
        lambda root: {"PYTHONOPTIMIZE": "1"}, "blind", "must fail ended as failed"),
    "the test that must fail is gone": (_removed("tests/test_sentinel.py"), "blind", "must fail did not run"),
    "nothing is run at all": (
        _conftest("def pytest_collection_modifyitems(items):\n    del items[:]\n"), "blind", "no test was run"),
}
"""What is done, what the gate has to say, and a piece of why."""
