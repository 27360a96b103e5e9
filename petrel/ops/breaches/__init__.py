"""Breaches: a file for each time that somebody could see what is not theirs, and the clock that begins with it.

Words: breach (surface, door, kinds of things, first and last possible time), state (open, assessed, notified, closed),
the 72 hours (from finding it to telling the authority), note (sealed). Invariants: a file is never deleted; who read
what between its two times is asked for by two people (`petrel privacy who-saw`). source: GDPR articles 33 and 34.
Read next: commands.py, notices.py; who opens one: ops/stranger.
"""

from petrel.ops.breaches.commands import note, open_file, shut
from petrel.ops.breaches.notices import to_authority, to_people
from petrel.ops.breaches.reads import find, listed, notes
from petrel.ops.breaches.shapes import STATES, Breach, Note

__all__ = ["STATES", "Breach", "Note", "find", "listed", "note", "notes", "open_file", "shut", "to_authority",
           "to_people"]
