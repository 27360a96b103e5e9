"""Upgrades: a running site goes from one release of Petrel to another, and back while nothing has been removed.

Words: *giver* and *taker* (the release that serves and the one that is to), *plan*, *record* (DATA/upgrade.json),
*expand* and *contract* (migrations that add, and that remove what only older releases need: never part of an upgrade).
Invariants: whatever is interrupted, the same command goes on; until the taker serves, the giver does; no way back is
offered that would lose something. Read next: running.py, ops/processes/handover.py, docs/decisions/0024.
"""

from petrel.ops.upgrades.going_back import go_back, way_back
from petrel.ops.upgrades.planning import plan, tables_of
from petrel.ops.upgrades.records import Record, instead, is_at_work, read, successor
from petrel.ops.upgrades.running import Hands, run
from petrel.ops.upgrades.shapes import CannotUpgrade, Cost, Done, Plan, Problem
from petrel.ops.upgrades.trials import Trial, refuse

__all__ = ["CannotUpgrade", "Cost", "Done", "Hands", "Plan", "Problem", "Record", "Trial", "go_back", "instead",
           "is_at_work", "plan", "read", "refuse", "run", "successor", "tables_of", "way_back"]
