"""Sign-up: who may come in, by which way, and what is done when too many come at once.

Words: way (at once, by a confirmed address, by the crew), arrival (that somebody came, when, from which network), gate
(shut while nobody who comes alone is taken), wave (more arrivals in an hour than the site takes), work (a search that
a browser does), newcomer (who came alone, a short while ago), to undo (a whole wave is suspended, and can be brought
back; of many accounts by a change, for which they are gathered into a set). Invariants: an invitation passes every
gate but a block of the moderators; nobody is asked to show anything to a third party; no network address is kept, only
a keyed digest of its network, for 30 days.
Read next: rules.py, then joining.py; what the crew does: crew.py. What newcomers may not: features/posts/newcomers.py.
"""

from petrel.features.signup import crew, work
from petrel.features.signup.joining import gate, join
from petrel.features.signup.shapes import Arrival, Came, Gate, Joined, Wave

__all__ = ["Arrival", "Came", "Gate", "Joined", "Wave", "crew", "gate", "join", "work"]
