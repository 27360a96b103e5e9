"""Streams: what has just happened, told to the web processes that hold open connections, as it happens.

Words: news (entries of the journal that a stream may show, in commit order), reached (whose home timeline a post
belongs on, of those watched), watched (accounts with an open connection), told (who has a new notification), relay (the
end in the followers' process), feed (the end in a web process).
Invariants: ids only, and candidates only: whoever sends something to somebody asks the law first, at that moment. Where
nobody has a stream open there is no connection, no query and no timer. Read next: shapes.py, relay.py, feed.py.
"""

from petrel.features.streams.feed import Feed
from petrel.features.streams.shapes import KINDS, Item, News, Told

__all__ = ["KINDS", "Feed", "Item", "News", "Told"]
