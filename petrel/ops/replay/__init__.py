"""Replays a recording of real traffic through the site's public API, and checks every sampled home timeline.

Words: person (a number of the recording), account (what the site made of it), operation (one request of the play),
entry (what stands on a timeline), under (the post beneath it), probe (an entry awaited at a follower's).
Invariant: oracle.py knows nothing of the server. Read next: shapes.py, run.py, then oracle.py.
"""

from petrel.ops.replay.load import SiteRooms
from petrel.ops.replay.report import Report
from petrel.ops.replay.run import replay
from petrel.ops.replay.shapes import Options
from petrel.ops.replay.show import Show
from petrel.ops.replay.site import find_site

__all__ = ["Options", "Report", "Show", "SiteRooms", "find_site", "replay"]
