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

TITLES: dict[str, str] = {
    "mention": "{name} mentioned you", "status": "{name} has posted", "reblog": "{name} boosted your post",
    "follow": "{name} follows you", "follow_request": "{name} asks to follow you",
    "favourite": "{name} likes your post", "poll": "A poll has ended", "update": "{name} edited a post",
    "quote": "{name} quoted your post", "quoted_update": "{name} edited a post that you quoted",
}
POINTERS: dict[str, str] = {
    "mention": "You were mentioned", "status": "There is a new post", "reblog": "A post of yours was boosted",
    "favourite": "A post of yours was liked", "update": "A post was edited", "quote": "You were quoted",
    "quoted_update": "A post that you quoted was edited", "poll": "A poll has ended",
}
SOMETHING = "There is something new"
"""Titles that name nobody. source: docs/law/visibility.md section 14, the form of `P`."""

OPEN = "Open the app to see it."


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


def pointer_of(word: str) -> str:
    return POINTERS.get(word, SOMETHING)


def title_of(word: str, name: str) -> str:
    return TITLES[word].format(name=name) if word in TITLES else pointer_of(word)


def cut(text: str, most: int = BODY_CHARACTERS) -> str:
    return text if len(text) <= most else text[:most - 1].rstrip() + "…"


def wait_s(attempt: int) -> int:
    return WAITS_S[min(attempt, len(WAITS_S) - 1)]


def is_too_old(notification: int, now_ms: int) -> bool:
    return now_ms - ids.ms_of(notification) > TTL_S * 1000
