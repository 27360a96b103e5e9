"""Live streams in a web process: who has which open, and what is sent to whom, judged at that moment.

Words: line (one open connection), topic (what it asked for: user, public, a list), proposal (a post that may be sent
on a topic), frame (an event as it stands on the wire, the same bytes for everybody who gets the same).
Read next: topics.py, lines.py, hub.py, judging.py. See decision 0041.
"""

from petrel.api.live.hub import HUB, Hub

__all__ = ["HUB", "Hub"]
