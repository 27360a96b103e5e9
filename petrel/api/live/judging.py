"""Proposals become entities: the law is asked once for all of a batch, and what is the same for many is made once."""

from collections.abc import Sequence

from msgspec import Struct

from petrel.api.present import attachments
from petrel.api.present.rendered import KEPT, Statics, refresh, stamps
from petrel.api.present.sieve import CONTEXTS, sieve_for
from petrel.api.present.statuses import get_ready, streamed
from petrel.core.doors import reading
from petrel.core.seen import Page, write_down
from petrel.core.viewer import Anonymous, Member
from petrel.features import posts
from petrel.features.posts import Code, Shown, Surface, Who

MOST = 4_000
"""Of one question to the law."""
FILES = b'"media_attachments":['
_FILTERING = int(Who.FILTERING)


class Want(Struct, frozen=True):
    """A post that may be sent to this member. `boosted`: what it boosts, or 0."""

    member: Member
    post: int
    boosted: int = 0


class Pages(Struct):
    """What one member is sent of what is not public."""

    member: Member
    seen: list[Page] = []


async def judge(place: Surface, wants: Sequence[Want]) -> list[bytes | None]:
    """The entity for each, None where nothing may be sent. Equal ones are one object. Errors: Unavailable."""
    found: list[bytes | None] = []
    for start in range(0, len(wants), MOST):
        found += await _judge(place, wants[start:start + MOST])
    return found


async def _judge(place: Surface, wants: Sequence[Want]) -> list[bytes | None]:
    ids, boosted = [want.post for want in wants], [want.boosted for want in wants]
    held = KEPT.held({*ids, *boosted})
    groups = await posts.streamed(place, [want.member.digest for want in wants], ids, stamps(held, ids),
                                  stamps(held, boosted))
    statics = held | await refresh([row for one in groups for row in (
        one.shown.row, one.shown.boosted, one.shown.quoted) if row is not None])
    await get_ready([one.shown for one in groups])
    entities: list[bytes | None] = [None] * len(wants)
    pages: dict[bytes, Pages] = {}
    for one in groups:
        entity = streamed(one.shown, statics)
        if entity is None:
            continue
        for i in one.places:
            member = wants[i].member
            mine: bytes | None = entity
            if one.shown.row["who"] & _FILTERING:
                mine = await _sieved(member, place, one.shown, statics, entity)
            if mine is not None:
                entities[i] = await attachments.signed(mine, member.digest)
                one.note(pages.setdefault(member.digest, Pages(member)))
    for page in pages.values():
        if page.seen:
            write_down(page.member, page.seen)
    return entities


async def _sieved(member: Member, place: Surface, one: Shown, statics: Statics, entity: bytes) -> bytes | None:
    """For somebody with filters of their own."""
    async with reading(member) as r:
        sieve = await sieve_for(r, [one], CONTEXTS.get(place))
    if sieve is None:
        return entity
    filtered = sieve.judge(one, statics[(one.boosted or one.row)["id"]].text)
    if filtered is None:
        return None
    return streamed(one, statics, filtered) if filtered else entity


def has_files(entity: bytes) -> bool:
    """Whether the post has files: of all that stands in an entity, its own come first."""
    at = entity.find(FILES)
    return at >= 0 and entity[at + len(FILES):at + len(FILES) + 1] != b"]"


async def tags_of(ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """The tags of public posts, as anybody may read them; posts that not everybody may read are left out."""
    async with reading(Anonymous()) as r:
        held = KEPT.held(ids)
        found = await posts.shown(r, Surface.PUB, ids, stamps(held, ids), None)
        statics = held | await refresh([one.row for one in found])
    return {one.row["id"]: statics[one.row["id"]].tags for one in found
            if one.row["code"] > Code.POINTER and one.row["id"] in statics}
