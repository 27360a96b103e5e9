"""Releases of Petrel that are installed on this machine, and the one that serves some cells beside the others.

Words: *slot* (one installed release: a directory with a virtual environment, by name), *beside* (the web part of
another release, for the members of some cells). Invariants: the release that serves and the last good one are never
removed; a list that is empty or has shrunk is refused; nobody is served by a release that has not shown that it can be
replaced.
Read next: slots.py, bringing.py, ops/changes/releasing.py (releases as changes), docs/decisions/0072.
"""

from petrel.ops.releases.bringing import Unfit, bring_up, end, tidied, what_ails
from petrel.ops.releases.memory import Growth, Slope
from petrel.ops.releases.slots import (
    Slot,
    add,
    environment,
    find,
    folder,
    install,
    is_installed,
    listed,
    name_of,
    remove,
)

__all__ = ["Growth", "Slope", "Slot", "Unfit", "add", "bring_up", "end", "environment", "find", "folder", "install",
           "is_installed", "listed", "name_of", "remove", "tidied", "what_ails"]
