"""Shapes into wire JSON, in batches. A post and an account card are rendered once and kept as bytes; each answer
splices in what moves (counts) and what is the viewer's (flags). Nothing here decides who sees what.
"""

from petrel.api.present import cards, rendered
from petrel.api.present.cards import account, accounts, numbered
from petrel.api.present.live import preview_card
from petrel.api.present.statuses import Step, entries, fresh, poll, status, status_with, statuses

__all__ = ["Step", "account", "accounts", "entries", "forget", "fresh", "numbered", "poll", "preview_card", "status",
           "status_with", "statuses"]


def forget() -> None:
    """Lets go of every rendered copy, of posts and of accounts: when something changes that no version tells."""
    rendered.KEPT.clear()
    cards.KEPT.clear()
