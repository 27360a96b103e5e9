"""The gate: whether the tests may be believed, and which of them, or of the changes, is to blame when they fail.

Words: report (one run of pytest, as our plugin wrote it), sentinel (the test that must fail), floor (what a run may
not fall below), book (`tests/gate.json`), cause (broken, flaky, polluted), culprit (the change since which), fault and
bite (what was put into a critical file, and what caught it), verdict (that it opened for one build, which carries it).
Invariant: a run that may not have looked is no verdict.
Source: decision 0076. Read next: shapes.py, judging.py, plugin.py.
"""

from petrel.ops.gate.book import FILE, LONGEST, lowered, quarantined, raised, released, write
from petrel.ops.gate.book import read as book
from petrel.ops.gate.judging import judge
from petrel.ops.gate.mutating import faults, keep, kept, some, survey
from petrel.ops.gate.searching import culprit, plain_runs
from petrel.ops.gate.separating import separate
from petrel.ops.gate.shapes import Book, Cause, Culprit, Floor, Judgement, Report, Survey, Test
from petrel.ops.gate.suite import Suite
from petrel.ops.gate.suite import read as report
from petrel.ops.gate.verdicts import FILE as VERDICT
from petrel.ops.gate.verdicts import Verdict, carry, verdict
from petrel.ops.gate.versions import find

__all__ = [
    "FILE", "LONGEST", "VERDICT", "Book", "Cause", "Culprit", "Floor", "Judgement", "Report", "Suite", "Survey",
    "Test", "Verdict", "book", "carry", "culprit", "faults", "find", "judge", "keep", "kept", "lowered",
    "plain_runs", "quarantined", "raised", "released", "report", "separate", "some", "survey", "verdict", "write",
]
