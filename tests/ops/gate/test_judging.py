"""When the gate opens, when not, and when nothing can be said."""

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from petrel import cli
from petrel.core.errors import Conflict, Invalid, NotFound
from petrel.ops import gate
from petrel.ops.gate.book import GUARDS
from petrel.ops.gate.suite import Suite
from petrel.storage.build import ROOT, build_of

TODAY = date(2026, 11, 22)
GUARD, WEB = "tests/visibility/test_a.py::test_a", "tests/web/test_w.py::test_w"
FLOOR = gate.Floor(3, 3, 3, TODAY)


def report(*failed: str, **changes: object) -> gate.Report:
    tests = {name: gate.Test("failed" if name in failed else "passed", asserted=1) for name in (GUARD, WEB, *failed)}
    tests["tests/core/test_c.py::test_c"] = gate.Test("passed", asserted=1)
    whole = gate.Report(len(tests), int(bool(failed)), "xfailed", [], tests)
    return msgspec.structs.replace(whole, **changes)


def judged(*reports: gate.Report | None, book: gate.Book | None = None, again: gate.Report | None = None,
           day: date = TODAY, is_whole: bool = True) -> gate.Judgement:
    asked.clear()

    def once_more(tests: list[str]) -> gate.Report | None:
        asked.extend(tests)
        return again

    return gate.judge(reports, book or gate.Book(), day, again=once_more, is_whole=is_whole)


asked: list[str] = []


def test_a_whole_run_that_looked_opens_it() -> None:
    assert judged(report(), book=gate.Book(floors=[FLOOR])).word == "open"


@pytest.mark.parametrize(("reports", "why"), [
    ((report(), None), "part 2 of the run left no report"),
    ((report(sentinel="passed"),), "ended as passed"), ((report(sentinel=""),), "did not run in part 1"),
    ((report(sentinel="failed"),), "ended as failed"), ((report(tests={}, collected=0),), "no test was run"),
    ((), "no test was run"),
])
def test_a_run_that_may_not_have_looked_is_no_verdict(reports: tuple[gate.Report | None, ...], why: str) -> None:
    found = judged(*reports)
    assert found.word == "blind" and any(why in one for one in found.why)


@pytest.mark.parametrize(("changes", "why"), [
    ({"errors": ["tests/web/test_x.py"], "exit": 0}, "tests/web/test_x.py could not be collected"),
    ({"exit": 3}, "pytest ended with 3"), ({"collected": 9}, "6 of 9 collected tests never came to run"),
    ({"exit": 1}, "something that is no test"),
    ({"tests": report().tests | {WEB: gate.Test("passed")}}, f"{WEB} passes without having asserted anything"),
])
def test_what_shuts_it_beside_failures(changes: dict[str, object], why: str) -> None:
    found = judged(report(**changes), book=gate.Book(floors=[FLOOR]))
    assert found.word == "shut" and any(why in one for one in found.why)


def test_what_may_be_silent_is_written_down() -> None:
    silent = report(tests=report().tests | {WEB: gate.Test("passed")})
    book = gate.Book(floors=[FLOOR], silent={WEB: "it only must not end"})
    assert judged(silent, book=book, is_whole=False).word == "open"
    assert judged(silent).named == ["nothing is known of earlier runs: petrel gate raise; 1 tests assert nothing"]


@pytest.mark.parametrize("name", ["collected", "executed", "asserted"])
def test_counters_of_a_whole_run_may_not_fall(name: str) -> None:
    book = gate.Book(floors=[msgspec.structs.replace(FLOOR, **{name: 4})])
    found = judged(report(), book=book)
    assert found.word == "shut" and found.why[0].startswith(f"{name} fell from 4 to 3")
    assert judged(report(), book=book, is_whole=False).word == "open"
    skipped = report(tests=report().tests | {WEB: gate.Test("skipped", said="Skipped: no browser")})
    assert "(skipped: Skipped: no browser)" in judged(skipped, book=book).why[-1]


def test_floors_rise_in_place_and_fall_only_with_who_and_why() -> None:
    book = gate.raised(gate.Book(), {"collected": 9, "executed": 8, "asserted": 70}, [WEB], TODAY)
    book = gate.raised(book, {"collected": 9, "executed": 7, "asserted": 71}, [GUARD], TODAY)
    assert [(one.collected, one.executed, one.asserted) for one in book.floors] == [(9, 8, 71)]
    assert list(book.silent) == [WEB], "those of the first time are known; another one shuts it"
    many = gate.raised(gate.Book(), {"collected": 5000, "executed": 5000, "asserted": 5000}, [], TODAY).floors[0]
    assert (many.collected, many.executed, many.asserted) == (5000, 4975, 4950)
    less = {"collected": 8, "executed": 8, "asserted": 71}
    for owner, reason in (("", "they tested what is gone"), ("crew", "gone")):
        with pytest.raises(Invalid):
            gate.lowered(book, less, owner, reason, TODAY)
    after = gate.lowered(book, less, "crew", "they tested what is gone", TODAY)
    assert [one.collected for one in after.floors] == [9, 8] and after.floors[-1].owner == "crew"
    with pytest.raises(Conflict):
        gate.lowered(after, less, "crew", "they tested what is gone", TODAY)


def test_what_failed_is_run_once_more_and_named_when_it_passes() -> None:
    found = judged(report(WEB), again=report())
    assert asked == [WEB] and found.word == "open" and found.named[0].startswith(f"UNSTEADY {WEB}")
    assert not any("UNSTEADY" in one for one in judged(report(WEB), again=report(WEB)).named)
    found = judged(report(WEB), again=report(WEB))
    assert found.word == "shut" and found.why == [f"{WEB} fails by itself too"]
    assert judged(report(WEB), again=None).word == "shut"


@pytest.mark.parametrize("failed", [[GUARD], [WEB, GUARD], [f"tests/web/test_w.py::test_{n}" for n in range(4)]])
def test_what_guards_people_and_what_is_no_accident_is_not_asked_twice(failed: list[str]) -> None:
    assert judged(report(*failed), again=report()).word == "shut" and not asked


def test_a_quarantine_holds_until_its_day_and_is_said() -> None:
    until = TODAY + timedelta(days=7)
    book = gate.quarantined(gate.Book(), WEB, "crew", "fails beside the mail tests", until, TODAY)
    found = judged(report(WEB), book=book)
    assert found.word == "open" and "crew mends it by 2026-11-29" in found.named[0] and not asked
    later = judged(report(WEB), book=book, day=until + timedelta(days=1), again=report(WEB))
    assert later.word == "shut" and "its quarantine ended on 2026-11-29; it was for crew to mend" in later.why[0]
    assert gate.released(book, WEB).quarantine == []
    with pytest.raises(NotFound):
        gate.released(gate.Book(), WEB)


@pytest.mark.parametrize("test", [GUARD, "tests/features/deletions/test_ledger.py::x",
                                  "tests/ops/gate/test_plugin.py::x", "tests/features/messages/test_wall.py::x"])
def test_what_guards_people_cannot_be_put_aside(test: str) -> None:
    with pytest.raises(Invalid, match="guards people"):
        gate.quarantined(gate.Book(), test, "crew", "fails now and then", TODAY, TODAY)


@pytest.mark.parametrize(("owner", "reason", "days"), [
    ("", "fails now and then", 1), ("crew", "flaky", 1), ("crew", "fails now and then", 31),
    ("crew", "fails now and then", -1)])
def test_a_quarantine_has_an_owner_a_reason_and_an_end(owner: str, reason: str, days: int) -> None:
    with pytest.raises(Invalid):
        gate.quarantined(gate.Book(), WEB, owner, reason, TODAY + timedelta(days=days), TODAY)


@pytest.mark.parametrize("written", [
    {"quarantine": [{"test": GUARD, "owner": "crew", "reason": "flaky", "until": "2026-12-01"}]},
    {"quarantine": [{"test": WEB, "owner": "", "reason": "flaky", "until": "2026-12-01"}]},
    {"floors": [{"collected": 9, "executed": 9, "asserted": 9, "on": "2026-11-01"},
                {"collected": 8, "executed": 9, "asserted": 9, "on": "2026-11-02"}]},
    {"floors": 3}])
def test_nor_by_hand(tmp_path: Path, written: dict[str, object]) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / gate.FILE).write_bytes(msgspec.json.encode(written))
    with pytest.raises(Invalid):
        gate.book(tmp_path)


def test_the_book_of_this_suite_can_be_read_and_names_files_that_there_are() -> None:
    book = gate.book(ROOT)
    assert book.critical and not [name for place, tests in book.critical.items() for name in (place, *tests)
                                  if not (ROOT / name.partition("#")[0]).exists()]
    assert not [one for one in GUARDS if not (ROOT / one).exists()]


def test_the_command_ends_with_1_unless_it_opens(tmp_path: Path) -> None:
    for whole, code, says in ((report(), 0, "The gate is open"), (report(sentinel="passed"), 1, "NO VERDICT"),
                              (report(exit=1), 1, "SHUT")):
        (tmp_path / "report").write_bytes(msgspec.json.encode(whole))
        done = CliRunner().invoke(cli.petrel, ["gate", "judge", str(tmp_path / "report")])
        assert (done.exit_code, says in done.output) == (code, True)


def test_a_build_carries_its_verdict_and_no_other_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "Suite", lambda: Suite(tmp_path))
    (tmp_path / "petrel").mkdir()
    (tmp_path / "petrel" / "site.py").write_text("posts = 1")
    (tmp_path / "report").write_bytes(msgspec.json.encode(report()))
    (tmp_path / "shut").write_bytes(msgspec.json.encode(report(exit=1)))

    def judged_by_command(*words: str) -> gate.Verdict | None:
        CliRunner().invoke(cli.petrel, ["gate", "judge", *(str(tmp_path / one) if one[0] != "-" else one
                                                           for one in words)])
        return gate.verdict(tmp_path, build_of(tmp_path))

    assert judged_by_command("report") is None, "a part of the tests proves nothing"
    found = judged_by_command("report", "--whole")
    assert found is not None and "the test gate opened for it" in str(found)
    (tmp_path / "petrel" / "site.py").write_text("posts = 2")
    assert gate.verdict(tmp_path, build_of(tmp_path)) is None, "one line more is another build"
    assert judged_by_command("report", "--whole") and judged_by_command("shut", "--whole") is None
    for text in ("", "{", '{"build": "x", "on": "2026-01-01T00:00:00Z", "counts": {}}'):
        (tmp_path / gate.VERDICT).write_text(text)
        assert gate.verdict(tmp_path, "x") is None


def test_commands_write_into_the_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "Suite", lambda: Suite(tmp_path))
    (tmp_path / "report").write_bytes(msgspec.json.encode(report()))
    (tmp_path / "less").write_bytes(msgspec.json.encode(report(collected=2)))
    who = ["--owner", "crew", "--reason", "fails beside the mail tests"]

    def typed(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli.petrel, ["gate", *words])
        return done.exit_code, done.output

    soon = str(date.today() + timedelta(days=3))
    for words in (["raise", str(tmp_path / "report")], ["lower", str(tmp_path / "less"), *who],
                  ["quarantine", WEB, *who, "--until", soon]):
        assert typed(*words) == (0, ""), words
    book = gate.book(tmp_path)
    assert [one.collected for one in book.floors] == [3, 2] and book.floors[-1].reason == who[3]
    assert [(one.test, str(one.until)) for one in book.quarantine] == [(WEB, soon)]
    assert all(word in typed("show")[1] for word in ("fails beside the mail tests", WEB, soon))
    refused = typed("quarantine", GUARD, *who, "--until", soon)
    assert refused[0] == 2 and "guards people" in refused[1] and gate.book(tmp_path) == book
    assert typed("release", WEB) == (0, "") and not gate.book(tmp_path).quarantine
    assert "no whole report is in" in typed("raise", str(tmp_path / "nothing"))[1]
