"""What people are shown whom and what they did not ask for: what is talked about, whom to follow, the directory.

Words: trend (a tag, a post or a link that gets more attention than usual), review (the crew says whether it may be
shown), publisher (whose page a link leads to, by the name of the host). suggestion (somebody to follow). `links`,
`people` and `activity` (how much the site is used) are modules of their own.
Invariants: counted from what is public and countable now, so what was deleted, hidden or protected since counts no
longer; numbers are of nobody; accounts are counted, not posts; nothing that the crew has not looked at is shown, unless
the operator wants that; the law is asked for each post at the moment of showing.
Read next: rules.py (who counts, and how much), then counting.py.
"""

from petrel.features.discovery import activity, links, people
from petrel.features.discovery.counting import count
from petrel.features.discovery.reads import history, said_of_tag, trending_posts, trending_tags
from petrel.features.discovery.reviewing import review
from petrel.features.discovery.shapes import Day, Kind, Trend

__all__ = ["Day", "Kind", "Trend", "activity", "count", "history", "links", "people", "review", "said_of_tag",
           "trending_posts", "trending_tags"]
