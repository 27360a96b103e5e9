"""Whether the gate opens: from the reports of all parts of a run, and the book. Green is not believed by its colour."""

from collections.abc import Callable, Sequence
from datetime import date

from petrel.ops.gate.book import COUNTERS, is_guard
from petrel.ops.gate.shapes import Book, Floor, Judgement, Report

AGAIN = 3
"""So many are run once more by themselves; more at once are no accident. source: decision 0060."""


def judge(reports: Sequence[Report | None], book: Book, today: date, *, again: Callable[[list[str]], Report | None],
          is_whole: bool) -> Judgement:
    """`again`: runs these by themselves. `is_whole`: the reports are of all tests, so floors count."""
    whole = [one for one in reports if one is not None]
    counts = {name: sum(getattr(one, name) for one in whole) for name in COUNTERS}
    if why := _blind(reports):
        return Judgement("blind", why, [], counts)
    why = [fault for one in whole for fault in _shutting(one)]
    more, named = _failures([name for one in whole for name in one.failed], book, today, again)
    silent = [f"{name} passes without having asserted anything: it guards nothing"
              for one in whole for name in one.silent if name not in book.silent]
    if book.floors:
        why += silent + (_fallen(counts, book.floors[-1], whole) if is_whole else [])
    else:
        named += [f"nothing is known of earlier runs: petrel gate raise; {len(silent)} tests assert nothing"]
    return Judgement("shut" if why or more else "open", why + more, named, counts)


def _blind(reports: Sequence[Report | None]) -> list[str]:
    """Why nothing can be said of this run."""
    why = [f"part {n} of the run left no report: it broke off" for n, one in enumerate(reports, 1) if one is None]
    why += ["no test was run"] if not any(one and one.tests for one in reports) else []
    for n, one in enumerate(reports, 1):
        if one and one.sentinel != "xfailed":
            how = f"ended as {one.sentinel}" if one.sentinel else "did not run"
            why.append(f"the test that must fail {how} in part {n}: this run cannot be believed")
            why += _uncollected(one)
    return why


def _uncollected(report: Report) -> list[str]:
    return [f"{name} could not be collected" for name in report.errors]


def _shutting(report: Report) -> list[str]:
    why = _uncollected(report)
    if report.exit > 1 and not report.errors:
        why.append(f"pytest ended with {report.exit}")
    if len(report.tests) < report.collected:
        why.append(f"{report.collected - len(report.tests)} of {report.collected} collected tests never came to run")
    if report.exit == 1 and not report.failed:
        why.append("the run failed by something that is no test; its output says what")
    return why


def _fallen(counts: dict[str, int], floor: Floor, reports: Sequence[Report]) -> list[str]:
    why = [f"{name} fell from {getattr(floor, name)} to {counts[name]}" for name in COUNTERS
           if counts[name] < getattr(floor, name)]
    if why:
        skipped = sorted({one.said for report in reports for one in report.tests.values() if one.outcome == "skipped"})
        why[-1] += (f" (skipped: {'; '.join(skipped)})" if skipped else "") + ". If that is right: petrel gate lower"
    return why


def _failures(failed: list[str], book: Book, today: date,
              again: Callable[[list[str]], Report | None]) -> tuple[list[str], list[str]]:
    """(what shuts the gate, what does not)"""
    let = {one.test: one for one in book.quarantine if one.until >= today}
    named = [f"QUARANTINE {name}: failed; {let[name].owner} mends it by {let[name].until}"
              for name in failed if name in let]
    ended = {one.test: f" (its quarantine ended on {one.until}; it was for {one.owner} to mend)"
             for one in book.quarantine if one.until < today}
    rest = [name for name in failed if name not in let]
    if not rest:
        return [], named
    if len(rest) > AGAIN or any(map(is_guard, rest)):
        return [f"{name} failed{ended.get(name, '')}" for name in rest] + ["none of them is run once more"], named
    report = again(rest)
    broken = [name for name in rest if report is None or name not in report.tests or name in report.failed]
    named += [f"UNSTEADY {name}: failed beside the other tests, passed by itself. Find out why: petrel gate sort"
              for name in rest if name not in broken]
    return [f"{name} fails by itself too{ended.get(name, '')}" for name in broken], named
