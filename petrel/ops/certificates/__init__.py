"""Certificates: the one under which the site serves, how it comes and is renewed, and what is really served.

Words: live (served), fresh (issued, not proven), previous (kept until the new one is proven), temporary (signed by
nobody, until there is a real one). Invariants: a file is the old or the new one, never half; what cannot be served is
never taken over; connections that are open notice nothing of an exchange. Read next: serving.py, places.py.
"""

from petrel.ops.certificates.places import Places, places, put
from petrel.ops.certificates.serving import Files, Served, files_of
from petrel.ops.certificates.temporary import self_signed

__all__ = ["Files", "Places", "Served", "files_of", "places", "put", "self_signed"]
