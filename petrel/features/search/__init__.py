"""Search: posts by their words, prefixes, hashtags and phrases; accounts by handle and name; hashtag timelines.

Words: term (a folded word or a sign such as #tag), edge (a beginning of a word), mark (a term that narrows a search:
who wrote it, whom it names, open to all, what it carries), era (a stretch of time as a mark), vocabulary, index.
Invariants: the database gets keyed hashes, no words; the index proposes ids and is no authority; direct messages never
come near it. It may be lost at any moment, and is then built anew (building.py) while it serves what it has. How are
candidates found? functions.sql, `search.newest`.
Read next: terms.py, then jobs.py for writing, asked.py and reads.py for asking.
"""

from petrel.features.search.asked import Asked, Place, understood
from petrel.features.search.building import State, state
from petrel.features.search.reads import accounts, posts, tag_names, tagged, tags

__all__ = ["Asked", "Place", "State", "accounts", "posts", "state", "tag_names", "tagged", "tags", "understood"]
