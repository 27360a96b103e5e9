"""Posts that wait behind a notice: why they do, and what is sent instead. The client API has no gates of its own,
so a gated post is an entity without text whose warning is the notice. source: docs/law/visibility.md section 14.
"""

import msgspec

from petrel.api.present import cards
from petrel.api.present.rendered import rendered
from petrel.core.doors import Row
from petrel.core.errors import Gone, NotFound, PetrelError, Refused, Withheld
from petrel.features import posts
from petrel.features.posts import Audience, Code, Content, State, Surface, Who

HISTORY = "From a conversation with somebody on the other side of a block"
BLOCKING = "You have blocked this person"
MUTING = "You have muted this person"
LIMITED = "This account has been limited by the moderators"
SUSPENDED = "This account has been suspended by the moderators"
ADULT = "For adults"
WITHHELD = "This post is withheld in your country because of a legal order."

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
        if who & Who.MUTING and row["audience"] != Audience.DIRECT:
            return MUTING
        if states & State.LIMITED:
            return LIMITED
    if states & State.SUSPENDED:
        return SUSPENDED
    return ADULT if states & State.ADULT else ""  # `sensitive` alone: apps hide it themselves


def gone(states: int) -> PetrelError:
    """What somebody who was in the audience is told of a tombstone. source: visibility.md sections 2.5 and 3."""
    reason = posts.reason_of(states)
    if reason == "age":
        return Refused("deny.age", "This post is for adults. Sign in to see it")
    if reason == "withheld":
        return Withheld(reason=reason)
    return NotFound(reason=reason) if reason == "deleted" else Gone(reason=reason)


def is_withheld(row: Row) -> bool:
    """Whether a tombstone stands there for a legal order and nothing else."""
    return bool(row["code"] == Code.TOMBSTONE and posts.reason_of(row["states"]) == "withheld")


def opening(row: Row, content: Content, card: cards.Card) -> bytes:
    """The entity up to its author: `content`, a notice, stands for all that the post says."""
    return rendered(row["id"], row["author"], 0, card, content, audience=row["audience"],
                    flags=State.SENSITIVE if content.spoiler else 0, reply_to=row["reply_to"],
                    reply_to_account=row["reply_to_account"],
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
