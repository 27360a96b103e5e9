"""Moderation: what is reported, what the crew decides about it, why, and how that is undone.

Words: report, case (what is reported about one account), evidence (a copy of what the reporter saw), look (of the
crew's at what is not public), decision, statement of reasons, take down, limit, suspend, appeal
(somebody else decides), notice (of something illegal), counter-notice.
Invariants: who sees what is the law's alone (states of posts and accounts); the crew sees what is not public only in a
case, after a typed reason, which is journaled; nobody handles what is about themselves or somebody close; each decision
has reasons, is told to whom it concerns, and can be taken back.
source: docs/law/visibility.md sections 4.8, 4.11, 4.12, 6; decision 0027.
Read next: shapes.py, rules.py, functions.sql.
"""

from petrel.features.moderation import appeals, apps, block_rules, blocks, measures, numbers, rules
from petrel.features.moderation.blocks import is_blocked_address, is_blocked_domain
from petrel.features.moderation.cases import assign, close, crew, evidence, find, look, queue, reopen, reports
from petrel.features.moderation.deciding import decide, history, may_erase, release, undo
from petrel.features.moderation.deciding import find as find_decision
from petrel.features.moderation.reporting import followed, report
from petrel.features.moderation.shapes import (
    REPORT_KINDS,
    Appeal,
    Case,
    Decision,
    Evidence,
    Followed,
    Made,
    NewReport,
    NotCrew,
    NotForYou,
    OwnDecision,
    OwnReport,
    Plea,
    Report,
    Statement,
    Verdict,
    What,
    Written,
)
from petrel.features.moderation.sorting import sort

__all__ = [
    "REPORT_KINDS",
    "Appeal",
    "Case",
    "Decision",
    "Evidence",
    "Followed",
    "Made",
    "NewReport",
    "NotCrew",
    "NotForYou",
    "OwnDecision",
    "OwnReport",
    "Plea",
    "Report",
    "Statement",
    "Verdict",
    "What",
    "Written",
    "appeals",
    "apps",
    "assign",
    "block_rules",
    "blocks",
    "close",
    "crew",
    "decide",
    "evidence",
    "find",
    "find_decision",
    "followed",
    "history",
    "is_blocked_address",
    "is_blocked_domain",
    "look",
    "may_erase",
    "measures",
    "numbers",
    "queue",
    "release",
    "reopen",
    "report",
    "reports",
    "rules",
    "sort",
    "undo",
]
