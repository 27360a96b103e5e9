"""Drills: programs that break a private site for real and look from outside whether anybody was harmed.

Words: drill (a file in `drills/`), stage (what it stands on), outcome (what it found), verdict (passed, failed,
impossible here, broken), sabotage (a run with the protection off, which must fail with the harm the drill names),
build (digest of the sources). Invariant: a drill that did not look cannot pass. source: docs/law/SCENARIOS.md.
Read next: shapes.py, judge.py, perform.py, then drills/database.py.
"""

from petrel.ops.drills.clients import Answer, Clients, Lost, clients
from petrel.ops.drills.find import drills, names
from petrel.ops.drills.lock import measuring
from petrel.ops.drills.people import Person, follow, make_people, make_person, token_of
from petrel.ops.drills.perform import broken, keep, run
from petrel.ops.drills.records import kept
from petrel.ops.drills.scenarios import Line, now_utc, scenarios, table
from petrel.ops.drills.shapes import Broken, Drill, Impossible, Outcome, Phases, Verdict
from petrel.ops.drills.show import listing, report
from petrel.ops.drills.site import Site
from petrel.ops.drills.stage import Stage
from petrel.storage.build import build_of

__all__ = [
    "Answer", "Broken", "Clients", "Drill", "Impossible", "Line", "Lost", "Outcome", "Person", "Phases", "Site",
    "Stage", "Verdict", "broken", "build_of", "clients", "drills", "follow", "keep", "kept", "listing", "make_people",
    "make_person", "measuring", "names", "now_utc", "report", "run", "scenarios", "table", "token_of",
]
