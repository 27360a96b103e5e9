"""Events that are not simply a post: what each says, asked as the member who gets it."""

from collections.abc import Iterable

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from petrel.api import notifications as notified_api
from petrel.api.announcements import entity_of as announcement_entity
from petrel.api.conversations import entities as conversation_entities
from petrel.api.live import frames
from petrel.api.live.topics import Topic, may
from petrel.core import seen
from petrel.core.doors import Reader, reading
from petrel.core.errors import NotFound
from petrel.core.pages import Page
from petrel.core.viewer import Member
from petrel.features import accounts, messages, notifications, posts, timelines
from petrel.features.posts import Code, Surface

MOST_MISSED = 40
OVERLAP_MS = 1_000
"""How far a stream that is taken up again goes back behind the last it had: what was written at the same time may have
been committed later."""


class Event(Struct, frozen=True):
    """`payload`: None for an event that says nothing but its name. `number`: by which a client can come back."""

    name: bytes
    payload: bytes | None = None
    number: int = 0

    def framed(self, topic: Topic, *, is_socket: bool) -> bytes:
        if is_socket:
            return frames.message(topic.label, self.name, self.payload)
        return frames.sse(self.name, self.payload or b"undefined", self.number)


async def _streamable(r: Reader, ids: Iterable[int]) -> set[int]:
    """Of these posts, those that the law gives this viewer on a stream."""
    found = await posts.judged(r, Surface.STRM, list(ids))
    return {one.row["id"] for one in found if one.row["code"] > Code.TOMBSTONE}


async def notified(member: Member, numbers: Iterable[int]) -> list[tuple[int, bytes]]:
    """(number, Notification entity) of those that may be shown and streamed, oldest first."""
    wanted = sorted(numbers)[-MOST_MISSED:]
    if not wanted:
        return []
    async with reading(member) as r:
        page = Page(MOST_MISSED, max_id=wanted[-1] + 1, since_id=wanted[0] - 1)
        candidates = [one for one in await notifications.listed(r, page) if one.id in wanted]
        about = {one.post for one in candidates if one.post and one.kind not in notifications.OF_COLLECTION}
        good = await _streamable(r, about) if about else set()
        good |= {one.post for one in candidates if one.kind in notifications.OF_COLLECTION}
        shown = await notified_api.seen(r, [one for one in candidates if not one.post or one.post in good])
        seen.only(r, [one.candidate.post for one in shown if one.status])
        return [(one.candidate.id, notified_api.entity(one)) for one in reversed(shown)]


async def conversation(member: Member, number: int, message: int) -> bytes | None:
    """A Conversation entity, for somebody who is in it and may be sent this message, which stands as its last."""
    async with reading(member) as r:
        if not await _streamable(r, [message]):
            return None
        try:
            found = await messages.find(r, number)
        except NotFound:
            return None
        return (await conversation_entities(r, [replace(found, newest=message)]))[0]


async def announcement(member: Member, number: int) -> bytes | None:
    """An Announcement entity, when it is shown now."""
    async with reading(member) as r:
        found = [one for one in await accounts.announcements.listed(r) if one.id == number]
    return msgspec.json.encode(announcement_entity(found[0])) if found else None


async def reactions(member: Member, number: int) -> dict[str, int]:
    """How many put which picture under an announcement."""
    async with reading(member) as r:
        found = [one for one in await accounts.announcements.listed(r, with_dismissed=True) if one.id == number]
    return {one.name: one.count for one in found[0].reactions} if found else {}


async def missed(member: Member, topic: Topic, after: int) -> tuple[list[tuple[int, int]], list[tuple[int, bytes]]]:
    """What came since an event with this number: (post or boost, what it boosts or 0), and notifications; oldest first.
    Candidates: the law has not seen the posts."""
    since = max(0, after - (OVERLAP_MS << 16))
    page = Page(MOST_MISSED, min_id=since)
    found: list[tuple[int, int]] = []
    told: list[tuple[int, bytes]] = []
    async with reading(member) as r:
        if topic.name == "user":
            async def propose(ids: list[int], boosted: list[int | None]) -> list[tuple[int, bytes]]:
                found.extend((i, b or 0) for i, b in zip(ids, boosted, strict=True))
                return [(i, b"") for i in ids]
            await timelines.home(r, page, propose)
        elif topic.name in ("public", "public:local"):
            found = [(i, 0) for i in await posts.public(r, page)]
        elif topic.name == "list":
            found = [(i, p if p != i else 0) for i, p in await timelines.of_list(r, int(topic.value), page)]
        if topic.name in ("user", "user:notification") and may(member, "read:notifications"):
            told = [(one.id, b"") for one in await notifications.listed(r, page)]
    if told:
        told = await notified(member, [number for number, _ in told if number > after])
    return sorted(found), told
