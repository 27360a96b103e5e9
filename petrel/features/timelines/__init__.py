"""Timelines: what is proposed to a viewer, and in which order. Candidates only; the law decides at showing.

Words: candidate, ring (a home timeline in memory), star (an author merged at reading instead of fanned out), marker.
Why is a post not in my home timeline? rules.py and functions.sql (candidates); then posts/visibility.sql.
Read next: rules.py, rings.py, fanout.py (the writer), reads.py.
"""

from petrel.features.timelines.bringing import BroughtBy, brought_by
from petrel.features.timelines.commands import set_marker
from petrel.features.timelines.fanout import Fanout, current_fanout
from petrel.features.timelines.reads import held_in_rings, home, markers, of_list
from petrel.features.timelines.rules import APART, RAW, kept

__all__ = ["APART", "RAW", "BroughtBy", "Fanout", "brought_by", "current_fanout", "held_in_rings", "home",
           "kept", "markers", "of_list", "set_marker"]
