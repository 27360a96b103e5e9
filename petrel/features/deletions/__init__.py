"""Deletions: that what was deleted is gone, everywhere, and that this can be shown.

Words: deletion (a line of the ledger: what, whose, when; numbers and times, never content), sweep (looking through
every store for what remains), remain, receipt (what its author is given, signed). A room deletes its own things: it
hides them and empties their rows in one transaction, with a journal entry, and a job destroys the keys. This room
follows the journal. Which remains are allowed, and why? rules.py: ALLOWED. Read next: docs/flows/delete.md, jobs.py,
sweeping.py.
"""

from petrel.features.deletions.jobs import said, shred
from petrel.features.deletions.reads import find, listed, mine, own
from petrel.features.deletions.receipts import Receipt, check, signed
from petrel.features.deletions.shapes import Deletion, Kind, Look, Remain, State
from petrel.features.deletions.sweeping import look, verify

__all__ = ["Deletion", "Kind", "Look", "Receipt", "Remain", "State", "check", "find", "listed", "look", "mine", "own",
           "said", "shred", "signed", "verify"]
