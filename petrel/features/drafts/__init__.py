"""Drafts, which only their author sees, and scheduled posts: drafts with a time.

Words: draft, scheduled (a draft with a time), refused (could not be published when its time came, is a draft again).
Invariants: what a draft says is sealed; a draft ends in the transaction that makes its post.
source: docs/law/visibility.md section 4.5. Read next: commands.py, then jobs.py.
"""

from petrel.features.drafts.commands import change, delete, move, save, schedule
from petrel.features.drafts.jobs import publish_due
from petrel.features.drafts.reads import get, mine, told
from petrel.features.drafts.shapes import Saved

__all__ = ["Saved", "change", "delete", "get", "mine", "move", "publish_due", "save", "schedule", "told"]
