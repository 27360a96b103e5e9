"""Collections in the client API: accounts that somebody recommends to everybody."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from msgspec import UNSET, Struct, UnsetType, json

from petrel.api import present
from petrel.api.accounts_public import must_see
from petrel.api.http import Call, Id, Offset, Plain, Reply, route
from petrel.api.present import collections as entity
from petrel.api.present.cards import PartialAccount
from petrel.api.relationships import by_id
from petrel.core.doors import Reader, reading, writing
from petrel.core.errors import Invalid, Refused
from petrel.features import collections
from petrel.features.collections import Change, Collection, Marks, Text

NO_POSTS = "accounts that somebody recommends; no post"
PREVIEWED = 4


class Address(Struct, frozen=True, kw_only=True):
    id: Id


class CreateForm(Struct, frozen=True, kw_only=True):
    name: str = ""
    description: str = ""
    language: str | None = None
    tag_name: str = ""
    sensitive: bool = False
    discoverable: bool = True
    account_ids: list[Id] = []


class ChangeForm(Address, frozen=True, kw_only=True):
    """What is not sent stays as it is."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    language: str | UnsetType | None = UNSET
    tag_name: str | UnsetType = UNSET
    sensitive: bool | UnsetType = UNSET
    discoverable: bool | UnsetType = UNSET


class AccountForm(Offset, frozen=True, kw_only=True):
    account_id: Id


class AddForm(Struct, frozen=True, kw_only=True):
    collection_id: Id
    account_id: Id | None = None


class ItemAddress(Struct, frozen=True, kw_only=True):
    collection_id: Id
    id: Id


def _route(method: str, path: str, scope: str, *, limit: str = "default",
           preview_scope: str = "") -> Callable[[Any], Any]:
    """Under the address of the release that has them, and that of the previews which some apps still ask."""
    def both(endpoint: Any) -> Any:
        for base, needed in (("/api/v1", scope), ("/api/v1_alpha", preview_scope or scope)):
            route(method, base + path, scope=needed, surface="none", why_no_surface=NO_POSTS, limit=limit)(endpoint)
        return endpoint
    return both


async def _wrapped(r: Reader, one: Collection) -> dict[str, Any]:
    [shown] = await entity.collections(r, [one])
    return {"collection": shown}


@_route("POST", "/collections", "write:collections", limit="collections")
async def create(call: Call, form: CreateForm) -> dict[str, Any]:
    text = Text(form.name, form.description, form.tag_name)
    marks = Marks(form.language, form.sensitive, form.discoverable)
    async with writing(call.member, cause=call.id) as w:
        return await _wrapped(w, await collections.create(w, text, marks, form.account_ids))


@_route("GET", "/collections/:id", "public or read:collections")
async def show(call: Call, form: Address) -> Plain:
    async with reading(call.viewer) as r:
        [shown] = await entity.collections(r, [await collections.get(r, form.id)])
        people = [int(shown.account_id), *(int(one.account_id) for one in shown.items if one.account_id)]
        accounts = await present.accounts(r, list(dict.fromkeys(people)))
    return Plain([b'{"accounts":[', b",".join(accounts), b'],"collection":', json.encode(shown), b"}"])


@_route("PATCH", "/collections/:id", "write:collections")
async def change(call: Call, form: ChangeForm) -> dict[str, Any]:
    new = Change(form.name, form.description, form.tag_name, form.language, form.sensitive, form.discoverable)
    async with writing(call.member, cause=call.id) as w:
        return await _wrapped(w, await collections.change(w, form.id, new))


@_route("DELETE", "/collections/:id", "write:collections")
async def delete(call: Call, form: Address) -> None:
    async with writing(call.member, cause=call.id) as w:
        await collections.delete(w, form.id)


@_route("GET", "/accounts/:account_id/collections", "public or read:collections")
async def of_account(call: Call, form: AccountForm) -> Reply:
    limit, offset = form.bounds(40, 80)
    async with reading(call.viewer) as r:
        await must_see(r, form.account_id)
        return await _listed(call, r, await collections.of_account(r, form.account_id, limit, offset), limit, offset)


@_route("GET", "/accounts/:account_id/in_collections", "read:collections", preview_scope="public or read:collections")
async def holding(call: Call, form: AccountForm) -> Reply:
    """Who is recommended by whom is for whom it is about."""
    limit, offset = form.bounds(40, 80)
    async with reading(call.viewer) as r:
        if form.account_id != call.member.account:
            await must_see(r, form.account_id)
            raise Refused("deny.not_yours")
        return await _listed(call, r, await collections.holding(r, limit, offset), limit, offset)


async def _listed(call: Call, r: Reader, found: list[Collection], limit: int, offset: int) -> Reply:
    """With small pictures of the owner and of the first accounts of each."""
    shown = await entity.collections(r, found)
    people = [int(number) for one in shown for number in (
        one.account_id, *(each.account_id for each in one.items[:PREVIEWED])) if number]
    cards = await by_id(r, list(dict.fromkeys(people)))
    small = [json.decode(card, type=PartialAccount) for card in cards.values()]
    steps = [("next", offset + limit)] if len(found) == limit else []
    steps += [("prev", max(0, offset - limit))] if offset else []
    link = ", ".join(f'<{call.url}?{urlencode({"limit": limit, "offset": at})}>; rel="{rel}"' for rel, at in steps)
    return Reply({"collections": shown, "partial_accounts": small}, headers=((b"link", link.encode()),) if link else ())


@_route("POST", "/collections/:collection_id/items", "write:collections", limit="follows")
async def add(call: Call, form: AddForm) -> dict[str, Any]:
    if form.account_id is None:
        raise Invalid(message="`account_id` parameter is missing")
    async with writing(call.member, cause=call.id) as w:
        return {"collection_item": entity.item(await collections.add(w, form.collection_id, form.account_id))}


@_route("DELETE", "/collections/:collection_id/items/:id", "write:collections")
async def remove(call: Call, form: ItemAddress) -> None:
    async with writing(call.member, cause=call.id) as w:
        await collections.remove(w, form.collection_id, form.id)


@_route("POST", "/collections/:collection_id/items/:id/revoke", "write:collections")
async def revoke(call: Call, form: ItemAddress) -> None:
    async with writing(call.member, cause=call.id) as w:
        await collections.revoke(w, form.collection_id, form.id)
