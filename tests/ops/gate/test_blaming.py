"""Which test, which change, and which fault. Runs are pretended here; drills/gate_culprit.py has real ones."""

import random
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from petrel.core.errors import Invalid
from petrel.ops import gate
from petrel.ops.gate.separating import smallest
from petrel.ops.gate.suite import Suite

ORDER = [f"tests/test_a.py::test_{n}" for n in range(1000)]
VICTIM, CULPRIT, OTHER = ORDER[900], ORDER[123], ORDER[456]
REPORT = gate.Report(1000, 1, "xfailed", [], {name: gate.Test("passed", 1) for name in ORDER})


class Pretended(gate.Suite):
    def __init__(self, rate: float = 0.0, by: Sequence[str] = ()) -> None:
        super().__init__()
        self.rate, self.by, self.chance = rate, set(by), random.Random(7)  # noqa: S311

    def fails(self, test: str, after: Sequence[str] = ()) -> bool:
        self.runs += 1
        return self.chance.random() < self.rate or (bool(self.by) and self.by <= set(after))


@pytest.mark.parametrize(("suite", "kind", "by"), [
    (Pretended(rate=1.0), "broken", []), (Pretended(rate=0.3), "flaky", []), (Pretended(), "flaky", []),
    (Pretended(by=[CULPRIT]), "polluted", [CULPRIT]), (Pretended(by=[CULPRIT, OTHER]), "polluted", [CULPRIT, OTHER]),
])
def test_each_is_called_what_it_is(suite: Pretended, kind: str, by: list[str]) -> None:
    cause, = gate.separate(suite, REPORT, [VICTIM])
    assert (cause.kind, cause.by) == (kind, by) and cause.confidence > 0.99
    assert cause.runs == suite.runs < 200 and kind.upper() in str(cause) and all(name in str(cause) for name in by)


def test_what_stops_failing_on_the_way_was_chance() -> None:
    assert smallest(ORDER, lambda some: False) == []
    luck = iter([False, True, True] + [False] * 1000)
    assert smallest(ORDER, lambda some: next(luck)) == []


@pytest.mark.parametrize("rate", [1.0, 0.25])
def test_the_change_is_found_though_runs_lie(rate: float) -> None:
    right = 0
    for seed in range(20):
        chance = random.Random(seed)       # noqa: S311 (a simulation)
        guilty = chance.randint(1, 64)

        def runs(version: int, chance: random.Random = chance, guilty: int = guilty) -> bool:
            return version >= guilty and chance.random() < rate

        found = gate.culprit([str(n + 1) for n in range(64)], runs)
        right += found.change == str(guilty)
        assert found.runs < (20 if rate == 1 else 300) and found.next[0] == (found.change or found.next[0])
    assert right >= (20 if rate == 1 else 18)


def test_nobody_is_blamed_for_what_was_so_before() -> None:
    found = gate.culprit(["a", "b", "c"], lambda version: True)
    assert found.change is None and found.failed == found.runs


def test_versions_are_those_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*words: str) -> str:
        return subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *words], cwd=tmp_path,
                              check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    commits = []
    for number in range(9):
        (tmp_path / "number").write_text(str(number))
        git("add", "number")
        git("commit", "-q", "-m", str(number))
        commits.append(git("rev-parse", "HEAD"))
    monkeypatch.setattr(Suite, "fails", lambda self, test: int((self.root / "number").read_text()) >= 6)
    found = gate.find(tmp_path, VICTIM, commits[0], "HEAD", lambda _: None)
    assert found.change == commits[6]
    with pytest.raises(Invalid, match="no change between"):
        gate.find(tmp_path, VICTIM, "HEAD", "HEAD", lambda _: None)
    with pytest.raises(Invalid, match="nowhere"):
        gate.find(tmp_path, VICTIM, "nowhere", "HEAD", lambda _: None)


PYTHON = '''"""Not this one == that one."""
LIMIT: int | None = 3
def may(age: int, friends: list[str], who: str) -> bool:
    if who:
        return not age < LIMIT and who in friends
    return False
'''
SQL = """create function law.other() returns boolean as $$
  select true
$$;
create function law.may(p integer) returns boolean as $$
  select p <= 3 and not p is null   -- and this is said
$$;
"""


TEST = """from runpy import run_path
law = run_path("petrel/law.py")
def test_may(): assert law["may"](4) and not law["may"](3)
"""


def test_each_fault_changes_one_thing(tmp_path: Path) -> None:
    (tmp_path / "law.py").write_text(PYTHON)
    (tmp_path / "law.sql").write_text(SQL)
    assert {one.name for one in gate.faults(tmp_path, "law.py")} == {
        "3 -> 4", "if who -> if not who", "not age < LIMIT and who in friends -> not age < LIMIT or who in friends",
        "not age < LIMIT -> age < LIMIT", "age < LIMIT -> age <= LIMIT", "who in friends -> who not in friends",
        "False -> True"}
    faults = gate.faults(tmp_path, "law.sql#law.may")
    assert {one.name.partition(" -> ")[2] for one in faults} == {
        "select p < 3 and not p is null", "select p <= 3 or not p is null", "select p <= 3 and p is null",
        "select p <= 3 and not p is not null"}
    assert all(one.text != SQL and one.line == 5 for one in faults) and len(gate.faults(tmp_path, "law.sql")) == 5


def test_a_fault_is_caught_or_survives(tmp_path: Path) -> None:
    (tmp_path / "petrel").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "petrel/law.py").write_text("def may(age):\n    return age > 3 and age < 90\n")
    (tmp_path / "tests/test_law.py").write_text(TEST)
    faults = [one for one in gate.faults(tmp_path, "petrel/law.py") if one.name.startswith("age")]
    surveyed = gate.survey(tmp_path, ["tests/test_law.py"], faults[1:], lambda _: None)
    assert surveyed.caught == {"age > 3 -> age >= 3": ["tests/test_law.py::test_may"], "age < 90 -> age <= 90": []}
    assert surveyed.survivors == ["age < 90 -> age <= 90"]
