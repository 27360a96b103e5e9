"""Privacy: what the law gives people over what we hold of them, derived from the inventory.

Words: export (a copy for its owner), erasure (an account goes for good), consent, request (with its month), way (how
an account leads to rows). Invariants: an export holds every column that the inventory calls somebody's, or names it
as held; after an erasure a sweep by the inventory finds nothing. Read next: reach.py, then erasure.py.
"""

from petrel.features.privacy import consents, erasure, exporting, reach, record, retention, shapes, sources

__all__ = ["consents", "erasure", "exporting", "reach", "record", "retention", "shapes", "sources"]
