"""Access: what one person of the crew may not do alone.

Words: request (somebody asks for one exact thing), kind (what sort of thing, and what it takes), second person,
approval (good for a while, and for that thing only). Invariants: whoever approves is not whoever asked, and signed in
within five minutes; kind, particulars and reason cannot change between asking and using; each step is in the journal;
stopping takes one person. A crew of one waits half an hour instead, in the open.

    request = await access.ask(w, "surface.open", {"surface": "home"}, "the probe was wrong")
    await access.approve(w, request.id)                                  # somebody else, in a transaction of theirs
    await access.use(w, request.id, "surface.open", {"surface": "home"}) # in the transaction of the thing itself

Read next: kinds.py, rules.py, functions.sql (which enforces the same), docs/decisions/0015.
"""

from petrel.ops.access import who_saw
from petrel.ops.access.commands import approve, ask, refuse, use
from petrel.ops.access.kinds import KINDS
from petrel.ops.access.reads import find, listed, waiting
from petrel.ops.access.shapes import Decision, Kind, NotAllowed, Request

__all__ = ["KINDS", "Decision", "Kind", "NotAllowed", "Request", "approve", "ask", "find", "listed", "refuse", "use",
           "waiting", "who_saw"]
