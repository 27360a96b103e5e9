"""Conversations in the client API: direct posts by who takes part."""

from collections.abc import Sequence

from msgspec import Struct

from petrel.api import present
from petrel.api.http import Call, Id, Paged, Pieces, Reply, listed, route
from petrel.api.relationships import by_id
from petrel.core.doors import Reader, reading, writing
from petrel.features import messages
from petrel.features.messages import Conversation
from petrel.features.posts import Surface

MOST = 40


class Address(Struct, frozen=True, kw_only=True):
    id: Id


class UnreadCount(Struct):
    count: int


async def entities(r: Reader, found: Sequence[Conversation]) -> list[bytes]:
    """Conversations with their people and last message, as far as the viewer may see them."""
    people = await by_id(r, [account for one in found for account in one.people])
    last = dict(await present.entries(r, Surface.API, [one.newest for one in found if one.newest is not None]))
    return [b'{"id":"%d","unread":%s,"accounts":[%s],"last_status":%s}' % (
        one.id, b"true" if one.is_unread else b"false",
        b",".join(people[account] for account in one.people if account in people), last.get(one.newest or 0, b"null"))
        for one in found]


@route("GET", "/api/v1/conversations", scope="read:statuses", surface="api")
async def mine(call: Call, form: Paged) -> Reply:
    page = form.page(20, MOST)
    async with reading(call.viewer) as r:
        found = await messages.mailbox(r, page)
        items = await entities(r, found)
    return listed(call, Pieces(items), [one.place for one in found], is_full=len(found) == page.limit)


@route("GET", "/api/v1/petrel/conversations/unread_count", scope="read:statuses", surface="none",
       why_no_surface="a number of one's own conversations")
async def unread(call: Call) -> UnreadCount:
    async with reading(call.viewer) as r:
        return UnreadCount(await messages.unread(r))


async def _marked(call: Call, conversation: int, *, unread: bool) -> bytes:
    async with writing(call.member, cause=call.id) as w:
        await messages.set_read(w, conversation, unread=unread)
        return (await entities(w, [await messages.find(w, conversation)]))[0]


@route("POST", "/api/v1/conversations/:id/read", scope="write:conversations", surface="api")
async def mark_read(call: Call, form: Address) -> bytes:
    return await _marked(call, form.id, unread=False)


@route("POST", "/api/v1/conversations/:id/unread", scope="write:conversations", surface="api")
async def mark_unread(call: Call, form: Address) -> bytes:
    return await _marked(call, form.id, unread=True)


@route("DELETE", "/api/v1/conversations/:id", scope="write:conversations", surface="none",
       why_no_surface="removes one's own entry; no post leaves")
async def leave(call: Call, form: Address) -> None:
    async with writing(call.member, cause=call.id) as w:
        await messages.leave(w, form.id)
