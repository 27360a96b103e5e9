"""Lists: accounts that a member reads apart from the rest. Private: nobody learns that they are in one.

Words: list, member, exclusive. Invariant: whoever is in a list is followed by its owner.
The timeline of a list is made in `timelines`. Read next: functions.sql, then commands.py.
"""

from petrel.features.lists.commands import add, change, create, delete, remove, sweep
from petrel.features.lists.reads import get, holding, members, mine
from petrel.features.lists.shapes import List, Membership, MemberTaken, RepliesPolicy

__all__ = [
    "List",
    "MemberTaken",
    "Membership",
    "RepliesPolicy",
    "add",
    "change",
    "create",
    "delete",
    "get",
    "holding",
    "members",
    "mine",
    "remove",
    "sweep",
]
