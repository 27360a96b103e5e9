"""Push: telling apps of notifications through a service of their choosing, which cannot read what it carries.

Words: subscription (of one token), way (where messages go and who can read them), alert (a kind that an app wants to
hear of), pointer (that something happened, without names or words). Invariants: what an app is told is judged at the
moment of sending, by its own token; what is not public leaves as a pointer; no token is stored or sent.
What leaves? saying.py. Read next: shapes.py, then jobs.py. source: decision 0042
"""

from petrel.features.push.commands import change, get, subscribe, unsubscribe
from petrel.features.push.sending import server_key
from petrel.features.push.shapes import ALERTS, Payload, Policy, Subscription, Way, bit_of

__all__ = ["ALERTS", "Payload", "Policy", "Subscription", "Way", "bit_of", "change", "get", "server_key", "subscribe",
           "unsubscribe"]
