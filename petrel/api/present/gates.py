"""Posts that wait behind a notice: why they do, and what is sent instead. The client API has no gates of its own,
so a gated post is an entity without text whose warning is the notice. source: docs/law/visibility.md section 14.
"""

import msgspec

from petrel.api.present import cards
from petrel.api.present.rendered import rendered
from petrel.core.doors import Row
from petrel.core.errors import Gone, NotFound
from petrel.features.posts import Code, Content, State, Surface, Who

HISTORY = "From a conversation with somebody on the other side of a block"
BLOCKING = "You have blocked this person"
MUTING = "You have muted this person"
LIMITED = "This account has been limited by the moderators"
SUSPENDED = "This account has been suspended by the moderators"
ADULT = "For adults"

# Where muting and limiting put a post behind a notice; elsewhere they do not, and another reason holds.
AMONG_OTHERS = (Surface.THRD, Surface.EMBD)


def notice_of(row: Row, surface: int) -> str:
    """Why the text waits for a second request; "" when it does not. source: visibility.md sections 4 and 14, code G."""
    if row["code"] != Code.GATE:
        return ""
    who, states = row["who"], row["states"]
    if who & Who.BLOCKING:
        return BLOCKING
    if surface in AMONG_OTHERS:
        if who & Who.MUTING:
            return MUTING
        if states & State.LIMITED:
            return LIMITED
    if states & State.SUSPENDED:
        return SUSPENDED
    return ADULT if states & State.ADULT else ""  # `sensitive` alone: apps hide it themselves


def gone(states: int) -> NotFound:
    """What somebody who was in the audience is told of a tombstone. source: visibility.md sections 2.5 and 3."""
    if states & State.DELETED:
        return NotFound(reason="deleted")
    return Gone(reason="removed" if states & State.REMOVED else "suspended")


def opening(row: Row, notice: str, card: cards.Card) -> bytes:
    """The entity up to its author: the notice stands for all that the post says."""
    content = Content("", notice)
    return rendered(row["id"], row["author"], 0, card, content, audience=row["audience"],
                    flags=State.SENSITIVE, reply_to=row["reply_to"], reply_to_account=row["reply_to_account"],
                    language=None, edited_at=None).opened


def as_filter(notice: str) -> bytes:
    """The notice in the form of a filter of the viewer's, which apps show with a button. One entry of `filtered`."""
    found = _KEPT.get(notice)
    if found is None:
        everywhere = ["home", "notifications", "public", "thread", "account"]
        named = {"id": "0", "title": notice, "context": everywhere, "expires_at": None, "filter_action": "warn"}
        entry = {"filter": named, "keyword_matches": None, "status_matches": None}
        found = _KEPT[notice] = msgspec.json.encode(entry)
    return found


_KEPT: dict[str, bytes] = {}
