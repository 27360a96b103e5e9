"""Incidents: what is wrong as one thing with one cause, what probably did it, who is called, what is next.

Words: incident (alerts with one cause, from the first to five minutes after the last), root (the component that lies
deepest of those that fail), severity (by whom it hurts, 1 to 4), suspect (a change, a component or something that
grows), card (an incident with all that is known of it), board (the whole state, in the database and in a file), slip
(what somebody said of an incident, in a file beside the board), rota, call (with the proof that its address took it).
Invariants: alerts of severity 1 to 3 are in one open incident each; what nobody measured is never well; nobody is
called about what somebody has taken; all of this is said with the databases away, as it was before, and what people say
then holds; a brain that begins then knows what the last one knew.
Read next: brain.py, grouping.py, suspecting.py, rota.py, docs/flows/incident.md, decisions 0074, 0077, 0081.
"""

from petrel.ops.incidents import board, grouping, rota, slips, suspecting, telling
from petrel.ops.incidents.brain import Brain
from petrel.ops.incidents.commands import end, hear, note, slip, take
from petrel.ops.incidents.fencing import alone
from petrel.ops.incidents.jobs import install
from petrel.ops.incidents.minding import Minder
from petrel.ops.incidents.reads import board_for, card_of
from petrel.ops.incidents.rows import find, listed
from petrel.ops.incidents.screen import screen
from petrel.ops.incidents.shapes import (
    HARM,
    Board,
    Card,
    Cell,
    Event,
    Growing,
    Incident,
    Moving,
    Page,
    Picture,
    Speaking,
    Suspect,
)
from petrel.ops.incidents.slips import Slip

__all__ = ["HARM", "Board", "Brain", "Card", "Cell", "Event", "Growing", "Incident", "Minder", "Moving", "Page",
           "Picture", "Slip", "Speaking", "Suspect", "alone", "board", "board_for", "card_of", "end", "find",
           "grouping", "hear", "install", "listed", "note", "rota", "screen", "slip", "slips", "suspecting", "take",
           "telling"]
