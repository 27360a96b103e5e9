"""Cards: what a page that a public post links to says of itself, fetched once for everybody.

Words: card (of an address), link (of a post to a card). Invariants: nothing is asked of a page's server unless a post
that links there may be seen by anybody; what it says is plain text, never markup; it learns nothing of who links.
How is one fetched? fetching.py. How is a page read? reading.py. source: decision 0045
"""

from petrel.features.cards.shapes import Card
from petrel.features.cards.showing import digest_of, opened, ready, shown

__all__ = ["Card", "digest_of", "opened", "ready", "shown"]
