"""Why does somebody see this post? Said to whoever sees it, of what they may know anyway.

Words: reason (what brings a post before somebody), audience (whom it is for, and why the viewer is among them). The
law decides first: who may not see the post gets no reasons, as if there were none. For the crew, of any pair:
`petrel why`, posts/explain.py. Read next: reads.py.
"""

from petrel.features.reasons.reads import why
from petrel.features.reasons.shapes import Caught, Person, Reason, Reasons

__all__ = ["Caught", "Person", "Reason", "Reasons", "why"]
