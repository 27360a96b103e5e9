"""Polls in the client API. A poll has the number of its post."""

from msgspec import Struct

from petrel.api import present
from petrel.api.http import Call, Id, route
from petrel.api.present.asked import Poll
from petrel.core.doors import reading, writing
from petrel.features import posts


class Address(Struct, frozen=True, kw_only=True):
    id: Id


class VoteForm(Address, frozen=True, kw_only=True):
    """Choices that are no numbers are options that do not exist."""

    choices: list[str] = []

    @property
    def wanted(self) -> list[int]:
        return [int(one) if one.isascii() and one.isdigit() and len(one) < 6 else -1 for one in self.choices[:100]]


@route("GET", "/api/v1/polls/:id", scope="public or read:statuses", surface="api")
async def show(call: Call, form: Address) -> Poll:
    async with reading(call.viewer) as r:
        return await present.poll(r, form.id)


@route("POST", "/api/v1/polls/:id/votes", scope="write:statuses", surface="api")
async def vote(call: Call, form: VoteForm) -> Poll:
    async with writing(call.member, cause=call.id) as w:
        await posts.polls.vote(w, form.id, form.wanted)
    async with reading(call.viewer) as r:
        return await present.poll(r, form.id)
