"""What pytest tells the gate: `pytest -p petrel.ops.gate.plugin`. Imported by pytest alone, never by the site.

It counts which assertions are reached, sees to it that the test that must fail is in every run, and writes down what
became of everything, while the exit code only says what the runner believes. source: decision 0076.
"""

import ast
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from _pytest import raises
from _pytest.assertion import rewrite

from petrel.ops.gate.shapes import Report, Test

SENTINEL = "tests/test_sentinel.py"
ASSERTIONS, ASSERTED = "assertions", pytest.StashKey[int]()
reached: set[str] = set()

pytest.register_assert_rewrite("tests")         # helpers assert as well


class Counting(rewrite.AssertionRewriter):
    """Each assertion says that it was reached: a name in a set, so that a loop is no more than its line."""

    def visit_Assert(self, assert_: ast.Assert) -> list[ast.stmt]:
        said = ast.Expr(self.helper("reached", ast.Constant(f"{self.module_path}:{assert_.lineno}")))
        for node in ast.walk(said):
            ast.copy_location(node, assert_)
        return [said, *super().visit_Assert(assert_)]


def counted(asserts: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, one call of which counts as an assertion: for those that have another word than `assert`."""
    def reaching(*args: Any, **more: Any) -> Any:
        caller = sys._getframe(1)
        reached.add(f"{caller.f_code.co_filename}:{caller.f_lineno}")
        return asserts(*args, **more)
    return reaching


vars(rewrite).update(AssertionRewriter=Counting, reached=reached.add, PYC_TAIL=f".gate1{rewrite.PYC_TAIL}")
raises.RaisesExc.__enter__ = counted(raises.RaisesExc.__enter__)      # type: ignore[method-assign]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("gate")
    group.addoption("--gate-report", metavar="FILE", help="where the gate's report of this run goes")
    group.addoption("--gate-only", metavar="FILE", help="runs the tests or files that it names, in its order")


def pytest_configure(config: pytest.Config) -> None:
    if file := config.getoption("--gate-report"):
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).unlink(missing_ok=True)      # that of an earlier run is none of this one
        config.pluginmanager.register(Recorder(Path(file).absolute()))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    if file := config.getoption("--gate-only"):
        known = {item.nodeid: [item] for item in items}
        for item in items:
            known.setdefault(item.nodeid.partition("::")[0], []).append(item)
        wanted = [item for name in Path(file).read_text().splitlines() for item in known.get(name, ())]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(wanted)])
        items[:] = wanted
    if items and not any(_is_sentinel(item.nodeid) for item in items) and (config.rootpath / SENTINEL).exists():
        module = pytest.Module.from_parent(session, path=config.rootpath / SENTINEL)
        items += [item for item in module.collect() if isinstance(item, pytest.Item)]


def _is_sentinel(nodeid: str) -> bool:
    return nodeid.startswith(SENTINEL)


class Recorder:
    """Writes the report at the end; a run that breaks off leaves none."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.report = Report(collected=0, exit=0, sentinel="", errors=[], tests={})

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.report.errors.append(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.report.collected = sum(not _is_sentinel(item.nodeid) for item in session.items)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        reached.clear()
        try:
            yield
        finally:
            item.stash[ASSERTED] = len(reached)

    @pytest.hookimpl(trylast=True, wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        report.user_properties.append((ASSERTIONS, item.stash.get(ASSERTED, 0)))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """As the terminal gets it: what a hook has made of the outcome is what the run believes."""
        outcome = _outcome(report)
        if _is_sentinel(report.nodeid):
            if report.when == "call":
                self.report.sentinel = outcome
            return
        known = self.report.tests.setdefault(report.nodeid, Test("passed"))
        known.seconds = round(known.seconds + report.duration, 3)
        if report.when == "call":
            known.asserted = int(str(dict(report.user_properties).get(ASSERTIONS, 0)))
        if outcome != "passed":
            known.outcome, known.said = outcome, _said(report)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.report.exit = int(session.exitstatus)
        self.file.write_bytes(msgspec.json.encode(self.report))


def _outcome(report: pytest.TestReport) -> Any:
    if hasattr(report, "wasxfail") and report.skipped:
        return "xfailed"
    if report.failed:
        return "failed" if report.when == "call" else "error"
    return report.outcome


def _said(report: pytest.TestReport) -> str:
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2])[:200]
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message if crash else report.longreprtext).strip().partition("\n")[0][:200]
