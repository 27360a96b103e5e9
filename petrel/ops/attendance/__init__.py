"""Attendance: does somebody of the crew answer what waits for them, and what the site does while nobody does.

Words: waiting (an alert, a breach, a case, an appeal, a request for approval that nobody has taken up; newcomers who
wait to be let in, the gate of sign-up where it is shut), pressing (what cannot wait until tomorrow), caution (how
careful the site is: 0 attended, 1 careful, 2 safe). Invariants: caution follows from what waits and from nothing else,
so that answering ends it by itself; reading and posting go on for everybody who is a member, whatever the caution.
source: docs/law/SCENARIOS.md rows 38 and 62; decision 0031.
Read next: rules.py, functions.sql; what caution changes: core/limits.py.
"""

from petrel.ops.attendance.hearing import hear, watch
from petrel.ops.attendance.jobs import look
from petrel.ops.attendance.reads import standing, waiting, waiting_for
from petrel.ops.attendance.rules import EFFECTS, PRESSING, where
from petrel.ops.attendance.shapes import Standing, Waiting

__all__ = ["EFFECTS", "PRESSING", "Standing", "Waiting", "hear", "look", "standing", "waiting", "waiting_for", "watch",
           "where"]
