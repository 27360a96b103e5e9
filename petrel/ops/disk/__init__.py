"""Disk: what writes on it, how fast, when it will be full, who does it, and what is kept back for the databases.

Words: place (one thing that writes, such as "posts and all else" or "log of the journal"), budget (what a place may
have), ballast (room that is taken, to be given up when there is none left), culprit (a process that writes, of ours or
not). Invariants: nothing here removes anything but ballast; what is refused at the doors is refused by
`petrel/core/room.py`, which needs nothing of this.
Read next: guarding.py (every second), places.py, forecasting.py, culprits.py.
"""

from petrel.ops.disk.guarding import Guard
from petrel.ops.disk.jobs import install
from petrel.ops.disk.places import BUDGETS, Budgets, Size, sizes
from petrel.ops.disk.reads import Standing, newest, standing

__all__ = ["BUDGETS", "Budgets", "Guard", "Size", "Standing", "install", "newest", "sizes", "standing"]
