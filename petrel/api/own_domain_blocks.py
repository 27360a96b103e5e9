"""Servers that a member wants nothing to do with, in the client API. The crew's: admin_blocks.py."""

from typing import Annotated

from msgspec import Meta, Struct

from petrel.api.http import Call, Paged, Reply, listed, route
from petrel.core.doors import reading, writing
from petrel.features.relationships import domains

D = "/api/v1/domain_blocks"
OWN = "a member's own choice of servers; no post"


class DomainForm(Struct, frozen=True, kw_only=True):
    domain: Annotated[str, Meta(max_length=300)]


class Preview(Struct):
    """Whom a block would part."""

    following_count: int
    followers_count: int


@route("GET", D, scope="read:blocks", surface="none", why_no_surface=OWN)
async def mine(call: Call, form: Paged) -> Reply:
    page = form.page(100, 200)
    async with reading(call.viewer) as r:
        found = await domains.blocked(r, page)
    return listed(call, [one.name for one in found], [one.id for one in found], is_full=len(found) == page.limit)


@route("POST", D, scope="write:blocks", surface="none", why_no_surface=OWN)
async def block(call: Call, form: DomainForm) -> None:
    async with writing(call.member, cause=call.id) as w:
        await domains.block_and_part(w, form.domain)


@route("DELETE", D, scope="write:blocks", surface="none", why_no_surface=OWN)
async def unblock(call: Call, form: DomainForm) -> None:
    async with writing(call.member, cause=call.id) as w:
        await domains.unblock(w, form.domain)


@route("GET", f"{D}/preview", scope="write:blocks", surface="none", why_no_surface=OWN)
async def preview(call: Call, form: DomainForm) -> Preview:
    async with reading(call.viewer) as r:
        ties = await domains.ties(r, form.domain)
    return Preview(len(ties.following), len(ties.followers))
