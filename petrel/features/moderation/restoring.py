"""What of moderation is done again after a restore (`core/restrictions.py`). What decisions do to posts and accounts is
recorded by those rooms, and done again by them."""

from petrel.core.restrictions import harmless

_WORDS = "words of the crew's or to it; what was restricted has entries of its own"

harmless(dict.fromkeys((
    "moderation.report.made", "moderation.case.opened", "moderation.case.assigned", "moderation.case.closed",
    "moderation.case.reopened", "moderation.case.looked", "moderation.decision.made", "moderation.decision.undone",
    "moderation.report.answered", "moderation.evidence.ended", "moderation.account.swept",
    "moderation.appeal.made", "moderation.appeal.granted", "moderation.appeal.refused",
), _WORDS))
