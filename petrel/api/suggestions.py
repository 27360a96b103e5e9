"""Whom to follow, and the directory, in the client API."""

from typing import Literal

from msgspec import Raw, Struct

from petrel.api import present
from petrel.api.http import Call, Id, Offset, Pieces, route
from petrel.api.relationships import by_id
from petrel.core.doors import Reader, reading, writing
from petrel.features.discovery import people

NO_POSTS = "accounts, not posts"


class DirectoryForm(Offset, frozen=True, kw_only=True):
    order: Literal["active", "new"] = "active"
    local: bool = False


class Address(Struct, frozen=True, kw_only=True):
    account_id: Id


class Suggestion(Struct):
    """`source` is the older word for the first of `sources`. source: the API's Suggestion entity, release 4.3."""

    source: Literal["staff", "past_interactions", "global"]
    sources: list[str]
    account: Raw


async def _suggested(r: Reader, form: Offset) -> list[Suggestion]:
    found = await people.suggestions(r, *form.bounds(40, 80))
    entities = await by_id(r, [one.account for one in found])
    return [_entity(one, entities[one.account]) for one in found if one.account in entities]


def _entity(one: people.Suggestion, account: bytes) -> Suggestion:
    sources = ["featured"] * one.is_picked + ["friends_of_friends"] * (one.friends > 0) or ["most_followed"]
    word: Literal["staff", "past_interactions", "global"] = (
        "staff" if one.is_picked else "past_interactions" if one.friends else "global")
    return Suggestion(word, sources, Raw(account))


@route("GET", "/api/v2/suggestions", scope="read:accounts", surface="none", why_no_surface=NO_POSTS)
async def suggestions(call: Call, form: Offset) -> list[Suggestion]:
    async with reading(call.viewer) as r:
        return await _suggested(r, form)


@route("GET", "/api/v1/suggestions", scope="read:accounts", surface="none", why_no_surface=NO_POSTS)
async def accounts(call: Call, form: Offset) -> Pieces:
    """The same without why."""
    async with reading(call.viewer) as r:
        return Pieces(bytes(one.account) for one in await _suggested(r, form))


@route("DELETE", "/api/v1/suggestions/:account_id", scope="write:accounts", surface="none", why_no_surface=NO_POSTS)
async def dismiss(call: Call, form: Address) -> None:
    async with writing(call.member, cause=call.id) as w:
        await people.dismiss(w, form.account_id)


@route("GET", "/api/v1/directory", scope="public", surface="none",
       why_no_surface="accounts; that they wrote in public lately is what anybody sees")
async def directory(call: Call, form: DirectoryForm) -> Pieces:
    limit, offset = form.bounds(40, 80)
    async with reading(call.viewer) as r:
        found = await people.listed(r, limit, offset, active=form.order == "active", local=form.local)
        return Pieces(await present.accounts(r, found))
