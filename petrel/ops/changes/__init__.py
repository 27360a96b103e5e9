"""Changes: one ledger and one path for what alters the running site.

Words: change (one thing altered, with its inverse), kind (what sort of thing), plan (what would be done, to which cells
in which order; its digest is what an approval is bound to), wave, reach (how many cells have it), control (the cells
that do not have it, at least one until it is confirmed), trial, evidence, freeze, slip (what was done by a path of its
own, on its way into the ledger). Invariants: nothing is in force that the ledger does not say, both change in one
transaction, or by a slip that lies there before; a change under way goes on, is undone or confirmed by itself, whoever
ends; undoing and freezing take one person, going faster and thawing two; all changes together reach the site
once over in ten minutes at most.
Read next: rules.py (what is next), evidence.py (how harm is told), controlling.py, kinds.py, docs/decisions/0068; for
who did it blaming.py and narrowing.py, 0083.
"""

from petrel.ops.changes import slips
from petrel.ops.changes.asking import MEASURES, Asked, Suspect, narrow, suspects
from petrel.ops.changes.blaming import Span, Symptom, blame
from petrel.ops.changes.commands import confirm, drop, freeze, look, note, pause, plan, resume, start, thaw, undo
from petrel.ops.changes.controlling import Controller
from petrel.ops.changes.evidence import Counted
from petrel.ops.changes.hearing import hear, watch
from petrel.ops.changes.kinds import KINDS, set_by_hand
from petrel.ops.changes.noted import back_over, blocks_moved, migrated, over_to
from petrel.ops.changes.noticing import Looks
from petrel.ops.changes.reads import FlagNow, find, flags_now, frozen, listed, score
from petrel.ops.changes.reverting import Way, way_back, way_of
from petrel.ops.changes.shapes import Change, Freeze, Plan
from petrel.ops.changes.without import by_change, written

__all__ = ["KINDS", "MEASURES", "Asked", "Change", "Controller", "Counted", "FlagNow", "Freeze", "Looks", "Plan",
           "Span", "Suspect", "Symptom", "Way", "back_over", "blame", "blocks_moved", "by_change", "confirm", "drop",
           "find", "flags_now", "freeze", "frozen", "hear", "listed", "look", "migrated", "narrow", "note", "over_to",
           "pause", "plan", "resume", "score", "set_by_hand", "slips", "start", "suspects", "thaw", "undo", "watch",
           "way_back", "way_of", "written"]
