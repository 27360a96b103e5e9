"""The demo: a site with the named cast, their conversations, and a month of posts, so that a newcomer sees life.

Who they are and how they stand to each other: cast.py, which tests use as well. What they say: threads.py (written
by hand) and banks.py with replies.py (half-sentences, put together by catalogue.py). Read next: fill.py.
"""

from petrel.ops.demo.cast import BY_HANDLE, CAST, FOLLOWS
from petrel.ops.demo.fill import Filled, fill
from petrel.ops.demo.people import Stamps, keep_apart, make_people, relate

__all__ = ["BY_HANDLE", "CAST", "FOLLOWS", "Filled", "Stamps", "fill", "keep_apart", "make_people",
           "relate"]
