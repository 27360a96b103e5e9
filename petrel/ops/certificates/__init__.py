"""Certificates: the one under which the site serves, how it comes and is renewed, and what is really served.

Words: live (served), fresh (issued, not installed), previous (kept until the new one is proven), temporary (signed by
nobody, until there is a real one), proven (seen in real handshakes by somebody who believes nothing but authorities),
issuer, window (when the issuer wants a renewal), census (what handshakes show), undeclared (served for one of our
names, and not ours). Invariants: a file is the old or the new one, never half; what no visitor would accept is never
served; a certificate that does not prove itself makes room for the one before; connections that are open notice
nothing. Read next: renewing.py, rules.py, serving.py, census.py. See decision 0021.
"""

from petrel.ops.certificates.jobs import install, stop
from petrel.ops.certificates.places import Places, places
from petrel.ops.certificates.reading import census, read, state
from petrel.ops.certificates.renewing import ask, turn
from petrel.ops.certificates.rules import findings, renew_at
from petrel.ops.certificates.serving import Files, Served, files_of
from petrel.ops.certificates.shapes import Census, Certificate, Finding, Issuer, Plan, Seen, State
from petrel.ops.certificates.temporary import self_signed

__all__ = ["Census", "Certificate", "Files", "Finding", "Issuer", "Places", "Plan", "Seen", "Served", "State", "ask",
           "census", "files_of", "findings", "install", "places", "read", "renew_at", "self_signed", "state",
           "stop", "turn"]
