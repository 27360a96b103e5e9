"""The stranger: the site asks itself, all day long, for what nobody may have.

Words: decoys (posts, messages and other things of accounts that are nobody's), mark (a word that is nowhere but in one
decoy), viewer (as whom it asks: a stranger, somebody not signed in, a blocked person, an app without the scope),
question (one request), round (some of the questions, every ten seconds), cycle (all of them), blind (those who may see
the decoys do not find them either). Invariants: one mark or number seen closes the surface, opens a breach file and is
said loudly; marks stand nowhere but in the sealed decoys, being made from a secret of the keyring; nobody can sign in
to its accounts, and they count nowhere.
Read next: rounds.py, planting.py, asking.py, alarm.py; jobs.py runs it; docs/decisions/0014 for why 404s take 50 ms.
"""

from petrel.ops.stranger.jobs import install, probe_now
from petrel.ops.stranger.passing import HEADER, pass_key
from petrel.ops.stranger.reads import State, state
from petrel.ops.stranger.shapes import Page, Place
from petrel.ops.stranger.wire import Answer, NoAnswer, Wire

__all__ = ["HEADER", "Answer", "NoAnswer", "Page", "Place", "State", "Wire", "install", "pass_key", "probe_now",
           "state"]
