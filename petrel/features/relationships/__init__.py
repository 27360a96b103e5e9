"""Relationships: who follows, blocks and mutes whom, and what a member wants to see (filters, tags, servers).

Words: relation (how one account stands to another), edge (one follow, block or mute, with the id it is paged by),
request, wish (what comes with a follow: boosts, bell). Invariants: each edge is stored at both ends, and both ends
change together; nobody is told who blocks or mutes them. `filters` and `tags` are
modules of their own. Read next: shapes.py, rules.py, then commands.py.
"""

from petrel.features.relationships import domains, filters, tags
from petrel.features.relationships.commands import (
    accept,
    endorse,
    follow,
    follow_many,
    reject,
    remove_follower,
    unendorse,
    unfollow,
)
from petrel.features.relationships.distance import block, mute, set_note, unblock, unmute
from petrel.features.relationships.reads import (
    blocks,
    count_requests,
    endorsed,
    familiar_followers,
    followers,
    following,
    many,
    mutes,
    one,
    requests,
)
from petrel.features.relationships.rows import actor
from petrel.features.relationships.shapes import Bit, Edge, Relation

__all__ = [
    "Bit",
    "Edge",
    "Relation",
    "accept",
    "actor",
    "block",
    "blocks",
    "count_requests",
    "domains",
    "endorse",
    "endorsed",
    "familiar_followers",
    "filters",
    "follow",
    "follow_many",
    "followers",
    "following",
    "many",
    "mute",
    "mutes",
    "one",
    "reject",
    "remove_follower",
    "requests",
    "set_note",
    "tags",
    "unblock",
    "unendorse",
    "unfollow",
    "unmute",
]
