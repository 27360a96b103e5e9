"""Notifications: who is told of what, and what is kept back until its owner says yes.

Words: notification, candidate (a row before the law has seen it), group (likes or boosts of one post, or follows,
within twelve hours), bell (to be told of somebody's posts), policy, held, request (what is held of one sender).
Invariants: rows are derived from the journal and are no authority; whoever shows one asks the law for its post and
`accounts.cards` for its actor. Who is told? rules.py, then the statement TELL in rows.py. Read next: shapes.py.
"""

from petrel.features.notifications.commands import (
    accept,
    clear,
    dismiss,
    dismiss_group,
    dismiss_requests,
    set_policy,
)
from petrel.features.notifications.reads import find, led, listed, members_of, policy, requests
from petrel.features.notifications.rows import told
from petrel.features.notifications.shapes import (
    ALL_KINDS,
    GROUPED,
    OF_COLLECTION,
    OF_OWN,
    OWN_POST,
    Candidate,
    Group,
    Kind,
    Leader,
    Members,
    Policy,
    Request,
    Step,
    Summary,
    Wanted,
    group_named,
    group_of,
)

__all__ = [
    "ALL_KINDS",
    "GROUPED",
    "OF_COLLECTION",
    "OF_OWN",
    "OWN_POST",
    "Candidate",
    "Group",
    "Kind",
    "Leader",
    "Members",
    "Policy",
    "Request",
    "Step",
    "Summary",
    "Wanted",
    "accept",
    "clear",
    "dismiss",
    "dismiss_group",
    "dismiss_requests",
    "find",
    "group_named",
    "group_of",
    "led",
    "listed",
    "members_of",
    "policy",
    "requests",
    "set_policy",
    "told",
]
