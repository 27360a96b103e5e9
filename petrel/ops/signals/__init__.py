"""Signals: what was measured, kept for a while, so that now can be compared with the days before.

Words: series (one measure of one target, over time), look (all of them at one moment, one row), grain (how many seconds
a row stands for), activity (what answers of the last seconds were like), drift (what grows a little every day at the
same hour), census (what runs by the clock, and when it last did). Invariants: what is kept has an end; a series that is
missing is missing, never 0; keeping never stands in the way of watching.
Read next: activity.py, keeping.py, drifting.py (pure), docs/decisions/0073.
"""

from petrel.ops.signals.activity import Activity
from petrel.ops.signals.census import Clocked, census
from petrel.ops.signals.drifting import Drift, find
from petrel.ops.signals.jobs import search
from petrel.ops.signals.keeping import Keeper
from petrel.ops.signals.reads import Line, by_cell, drifts, lines, targets

__all__ = ["Activity", "Clocked", "Drift", "Keeper", "Line", "by_cell", "census", "drifts", "find", "lines", "search",
           "targets"]
