"""Pure decisions about pushes: how much an app is told, and when to try again."""

from petrel.core import ids
from petrel.features.notifications import OWN_POST, Kind
from petrel.features.posts import Audience, Code

TTL_S = 48 * 3600
"""How old a message may become, with us and at the service."""

WAITS_S = (30, 120, 600, 1800, 7200)
"""Between the tries of one message; after the last, that one again, until it is too old."""

GONE = (404, 410)
"""The subscription has ended. source: RFC 8030 section 7.3."""

BODY_CHARACTERS = 200


def is_whole(kind: Kind, code: Code, audience: int) -> bool | None:
    """Whether an app is told who and what (True), only that something happened (False), or nothing (None), of a
    notification about a post. What is not public leaves as a pointer, whatever the code.

    source: docs/law/visibility.md sections 4 and 14.
    """
    if kind in OWN_POST:                # the owner's own post, by surface `api`
        return None if code <= Code.TOMBSTONE else code == Code.FULL and audience <= Audience.UNLISTED
    if code in (Code.NOTHING, Code.TOMBSTONE, Code.HISTORY) or (code == Code.IF_ASKED and kind is not Kind.STATUS):
        return None
    return code in (Code.FULL, Code.IF_ASKED) and audience <= Audience.UNLISTED


def cut(text: str, most: int = BODY_CHARACTERS) -> str:
    return text if len(text) <= most else text[:most - 1].rstrip() + "…"


def wait_s(attempt: int) -> int:
    return WAITS_S[min(attempt, len(WAITS_S) - 1)]


def is_too_old(notification: int, now_ms: int) -> bool:
    return now_ms - ids.ms_of(notification) > TTL_S * 1000
