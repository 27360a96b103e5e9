"""Databases for production: distribution Postgres found or set up, its links, settings, moves and upgrades.

Words: *main* and *keyring* are the two clusters of a site, *system* are servers of the distribution (or of somebody
else), *embedded* is the one that Petrel brings; a *wish* is a setting that a server should have, a *finding* one that
it has not. Invariants: no secret goes over a line whose end is not proven; what is moved is compared row for row before
anything is served from it; the old databases stay until somebody confirms, and a keyring at most seven days.
"""

from petrel.ops.databases import confirming, debian, moving, packages, restarting, sessions, state, upgrading
from petrel.ops.databases.carrying import Carried, Progress
from petrel.ops.databases.jobs import install
from petrel.ops.databases.looking import Report, look
from petrel.ops.databases.moving import Moved, Plan
from petrel.ops.databases.preparing import Ask, Prepared, prepare
from petrel.ops.databases.shapes import CLUSTERS, LOGIN, Finding, Unfit, Urls, Where, Wish
from petrel.ops.databases.state import Kept, State
from petrel.ops.databases.taking import Done, for_others, for_whom, known, next_step, read_urls, take
from petrel.ops.databases.tuning import judge

__all__ = [
    "CLUSTERS", "LOGIN", "Ask", "Carried", "Done", "Finding", "Kept", "Moved", "Plan", "Prepared", "Progress", "Report",
    "State", "Unfit", "Urls", "Where", "Wish", "confirming", "debian", "for_others", "for_whom", "install", "judge",
    "known", "look", "moving", "next_step", "packages", "prepare", "read_urls", "restarting", "sessions", "state",
    "take", "upgrading",
]
