"""`petrel gate`: whether the tests may be believed, and what is to blame when they fail. Needs no site."""

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from petrel.cli.common import put, say, table, with_json

if TYPE_CHECKING:
    from petrel.ops.gate import Judgement, Report

with_report = click.argument("reports", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="REPORT...")
with_owner = click.option("--owner", required=True, help="Who mends it.")
with_reason = click.option("--reason", required=True, help="Why, in a sentence.")


@click.group()
def gate() -> None:
    """Judge a run of the tests, and find out which test, or which change, is to blame.

    A run writes its report with `pytest --gate-report=REPORT`. What a run may not fall below, and whose failures do not
    count until when, stands in tests/gate.json.
    """


@gate.command()
@with_report
@click.option("--whole", is_flag=True, help="These reports are of all tests: counters may not have fallen.")
@with_json
def judge(reports: tuple[Path, ...], whole: bool, as_json: bool) -> None:
    """Open or shut? Runs up to three failed tests once more by themselves. Exit code 1 unless it opens.

    With --whole, tests/verdict.json says that it opened for this build: put it under version control with the release,
    which no site goes over to without it unless two people say so (petrel changes kinds).
    """
    from petrel.ops import gate as room

    suite = room.Suite()

    def again(tests: list[str]) -> "Report | None":
        say("Once more, by themselves: " + " ".join(tests))
        return suite.run(tests, shows=True)

    found = room.judge([room.report(one) for one in reports], room.book(suite.root), _today(), again=again,
                       is_whole=whole)
    if whole:
        room.carry(suite.root, found)
    put(found, lambda: _judged(found), as_json)
    sys.exit(found.word != "open")


@gate.command()
@with_report
@click.option("--test", "tests", multiple=True, help="Only this one; all that failed by default.")
@with_json
def sort(reports: tuple[Path, ...], tests: tuple[str, ...], as_json: bool) -> None:
    """Tell broken, flaky and polluted tests apart, each with how sure that is. Takes many runs."""
    from petrel.ops import gate as room

    suite, causes = room.Suite(), []
    for report in _read(reports):
        failed = [one for one in report.failed if not tests or one in tests]
        for one in failed:
            causes += room.separate(suite, report, [one])
            say(str(causes[-1]))
    put(causes, f"{len(causes)} failed; {suite.runs} runs, {suite.spent_s:.0f} s", as_json)


@gate.command()
@click.argument("test")
@click.option("--good", required=True, metavar="COMMIT", help="One in which it did not fail yet.")
@click.option("--bad", default="HEAD", show_default=True, metavar="COMMIT", help="One in which it does.")
@with_json
def culprit(test: str, good: str, bad: str, as_json: bool) -> None:
    """Find the commit since which TEST fails, be it every time or only now and then."""
    from petrel.ops import gate as room

    found = room.find(room.Suite().root, test, good, bad, say)
    sure = f"{100 * found.confidence:.4g} % sure after {found.runs} runs"
    put(found, f"{found.change}: since then it fails {found.rate:.0%} of the time; {sure}" if found.change
        else f"None of them is to blame, or it fails too seldom; most likely {found.next[0]}, {sure}", as_json)
    sys.exit(found.change is None)


@gate.command("raise")
@with_report
def raise_floors(reports: tuple[Path, ...]) -> None:
    """Nothing below what these reports of all tests have counted, from now on."""
    from petrel.ops import gate as room

    root = room.Suite().root
    room.write(root, room.raised(room.book(root), _counted(reports),
                                  [name for one in _read(reports) for name in one.silent], _today()))


@gate.command()
@with_report
@with_owner
@with_reason
def lower(reports: tuple[Path, ...], owner: str, reason: str) -> None:
    """Less is enough from now on, and that is known: who gave it up and why stays in the file."""
    from petrel.ops import gate as room

    root = room.Suite().root
    room.write(root, room.lowered(room.book(root), _counted(reports), owner, reason, _today()))


@gate.command()
@click.argument("test")
@with_owner
@with_reason
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The last day, at most 30 from now.")
def quarantine(test: str, owner: str, reason: str, until: datetime) -> None:
    """Let TEST fail until that day. Never one that guards what people may see."""
    from petrel.ops import gate as room

    root = room.Suite().root
    room.write(root, room.quarantined(room.book(root), test, owner, reason, until.date(), _today()))


@gate.command()
@click.argument("test")
def release(test: str) -> None:
    """TEST counts again."""
    from petrel.ops import gate as room

    root = room.Suite().root
    room.write(root, room.released(room.book(root), test))


@gate.command()
@with_json
def show(as_json: bool) -> None:
    """Floors, quarantine, and what the critical files' tests have caught."""
    from petrel.ops import gate as room

    root = room.Suite().root
    book, bites = room.book(root), room.kept(root)
    rows = [(str(one.on), one.collected, one.executed, one.asserted, one.owner, one.reason) for one in book.floors]
    held = [(one.test, one.owner, str(one.until), one.reason) for one in book.quarantine]
    put({"book": book, "bites": bites}, lambda: "\n\n".join([
        table(rows, ("since", "collected", "executed", "asserted", "lowered by", "why")),
        table(held, ("in quarantine", "owner", "until", "why")) if held else "Nothing is in quarantine.",
        f"{len(bites)} tests have caught a fault in {len(book.critical)} critical files."]), as_json)


@gate.command()
@click.argument("files", nargs=-1)
@click.option("--most", type=int, help="Only so many faults of each file, evenly spread.")
@with_json
def mutate(files: tuple[str, ...], most: int | None, as_json: bool) -> None:
    """Put one fault at a time into the critical files and see which tests catch it. Takes long; kept in
    tests/bites.json. Exit code 1 when a fault survives that nobody has called harmless."""
    from petrel.core.errors import NotFound
    from petrel.ops import gate as room

    root = room.Suite().root
    book = room.book(root)
    survivors = []
    if unknown := [file for file in files if file not in book.critical]:
        raise NotFound(f"{', '.join(unknown)} is not among the critical files of {room.FILE}: add it with its tests")
    for file in files or book.critical:
        found = room.survey(root, book.critical[file], room.some(room.faults(root, file), book, most), say)
        room.keep(root, found, _today())
        survivors += [f"{found.file}: {name}" for name in found.survivors]
        say(f"{file}: {len(found.caught) - len(found.survivors)} of {len(found.caught)} caught, {found.seconds:.0f} s")
    put({"survivors": survivors}, "\n".join(["Survived:", *survivors]) if survivors else "Nothing survives.", as_json)
    sys.exit(bool(survivors))


def _today() -> date:
    return datetime.now(UTC).date()


def _read(reports: tuple[Path, ...]) -> "list[Report]":
    from petrel.core.errors import NotFound
    from petrel.ops import gate as room

    if missing := [str(one) for one in reports if room.report(one) is None]:
        raise NotFound(f"no whole report is in {', '.join(missing)}: the run broke off, or wrote none")
    return [one for path in reports if (one := room.report(path))]


def _counted(reports: tuple[Path, ...]) -> dict[str, int]:
    found = _read(reports)
    return {name: sum(getattr(one, name) for one in found) for name in ("collected", "executed", "asserted")}


def _judged(found: "Judgement") -> str:
    counts = ", ".join(f"{count} {name}" for name, count in found.counts.items())
    words = {"open": "The gate is open", "shut": "The gate is SHUT", "blind": "NO VERDICT: the run may not have looked"}
    return "\n".join([*found.named, f"{words[found.word]} ({counts})", *(f"  {one}" for one in found.why)])
