"""Which remains of a deleted thing may stay, and why. Everything else that is found is a remain. Pure.

A place is a column that holds the thing's number, as the database has it, or a store of its own name. `*` stands for
every table of a schema. source: docs/law/visibility.md section 8, decision 0020.
"""

from collections.abc import Mapping

from petrel.features.deletions.shapes import Kind

_RECORD = "the journal's record that it was written and deleted: numbers only"
_LEDGER = "this ledger"
_POINTER = "somebody else's, which points at it by number; the law shows nothing there"

_ALLOWED: Mapping[str, str] = {
    "journal.*": _RECORD,
    "deletions.*": _LEDGER,
    "posts.post.reply_to": _POINTER,
    "posts.post.thread": _POINTER,
    "posts.post.quote_of": _POINTER,
    "posts.once.post": "so that a late repetition of the same request does not publish it again; a day at most",
    "archives.item.object": "so that importing the same archive again does not bring it back",
    "timelines.marker.last_read": "how far its reader had read: a place in time",
    "notifications.policy.cleared_until": "how far its reader had cleared: a place in time",
    "notifications.muted_thread.thread": "a thread that outlives its first post",
    "notifications.conversation.conversation": "a conversation that outlives its first message",
    "ops.decoy.number": "things of the site's own that it asks for, to see that nobody gets them",
    "access.*": "who read what, when, by number; sealed, for 90 days",
}

ALLOWED: Mapping[Kind, Mapping[str, str]] = {
    Kind.POST: _ALLOWED,
    Kind.MESSAGE: _ALLOWED,
    # What is an account's is told from what only names its number by the inventory: the room privacy does (reach.py).
    Kind.ACCOUNT: {"*": "swept by the inventory, by the room that erases accounts; the number alone says nothing"},
}
ALWAYS = frozenset(("keyring", "rings in memory"))

KEY_BACKUPS_DAYS = 7
"""How long a backup of keys lives at most. source: docs/law/visibility.md section 8, backups."""


def why_allowed(kind: Kind, place: str) -> str:
    """Why this place may hold the number of something deleted; "" when it may not."""
    table = ALLOWED[kind]
    if place in ALWAYS:
        return ""
    return table.get(place) or table.get(place.partition(".")[0] + ".*") or table.get("*", "")
