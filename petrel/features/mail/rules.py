"""Pure decisions about mail: when to try again, whose fault it was."""

from typing import Literal

Outcome = Literal["relay", "later", "address", "refused"]

WAITS_S = (60, 300, 900, 3600, 7200, 14_400, 28_800)
"""Between the tries of one letter; after the last, that one again, until the letter's time is over."""

GONE = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.2.2", "5.6.7")
"""The address does not exist, or takes nothing any more (5.2.2: full, for good). source: RFC 3463, RFC 7505."""


def meaning(whose: str, code: int, enhanced: str) -> Outcome:
    """What a refusal means: `relay` (everything waits), `later` (this letter does), `address` (it does not exist),
    `refused` (this letter is not wanted: a rule of theirs, about us or about what we write)."""
    if whose == "relay":
        return "relay"
    if code < 500:
        return "later"
    if whose == "recipient" and (enhanced in GONE or (not enhanced and code in (550, 551, 553))):
        return "address"
    return "refused"


def wait_s(attempts: int) -> int:
    """After so many tries of a letter."""
    return WAITS_S[min(max(attempts, 1), len(WAITS_S)) - 1]
