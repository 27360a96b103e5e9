"""Speed: how fast the site is for those who use it, and how long it takes to answer.

Words: field (what browsers of members measure of their own pages, and send without anything about the person), measure
(one kind of number), page (a kind of page, never an address), cell (one of 16, drawn anew by each session, so that
chance can be told from change), change (what became of a measure with this release), answers (what the web processes
measure, by address pattern), release.
Invariants: counts only, of numbers on a logarithmic scale; nothing leads back to who sent them; a beacon with anything
in it that could not be is refused whole; a flood changes nothing but what is counted.
Read next: rules.py, collecting.py, comparing.py, reads.py; core/metrics.py is the scale; docs/decisions/0059, 0063.
"""

from petrel.ops.speed.collecting import flush, run, take
from petrel.ops.speed.comparing import LEAST_NUMBERS, SURE
from petrel.ops.speed.reads import seen_by_crew
from petrel.ops.speed.rules import MEASURES, PAGES, read
from petrel.ops.speed.shapes import Beacon, Change, Line, Point, Series, Speed

__all__ = ["LEAST_NUMBERS", "MEASURES", "PAGES", "SURE", "Beacon", "Change", "Line", "Point", "Series", "Speed",
           "flush", "read", "run", "seen_by_crew", "take"]
