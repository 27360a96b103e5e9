"""Collections: accounts that somebody recommends."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from tests.api.schemas.accounts import Account, PartialAccount
from tests.api.schemas.base import Count, Empty, Entity, Id, Text, Time, Url

Escaped = Annotated[str, Meta(pattern=r"^[^<>]*$")]


class CollectionItem(Entity):
    """`account_id` is null, and `pending` said, to the owner alone."""

    id: Id
    account_id: Id | None
    state: Literal["accepted", "pending"]
    created_at: Time


class ShallowTag(Entity):
    name: str
    url: Url


class Collection(Entity):
    id: Id
    account_id: Id
    uri: Url
    url: Url
    name: Text
    description: Escaped
    language: str | None
    local: Literal[True]
    sensitive: bool
    discoverable: bool
    tag: ShallowTag | None
    item_count: Count
    items: list[CollectionItem]
    created_at: Time
    updated_at: Time


class WrappedCollection(Entity):
    collection: Collection


class WrappedCollectionItem(Entity):
    collection_item: CollectionItem


class CollectionWithAccounts(Entity):
    accounts: list[Account]
    collection: Collection


class CollectionsWithAccountPreviews(Entity):
    collections: list[Collection]
    partial_accounts: list[PartialAccount]


ANSWERS: dict[str, Any] = {
    f"{method} {base}{tail}": kind for base in ("/api/v1", "/api/v1_alpha") for method, tail, kind in (
        ("POST", "/collections", WrappedCollection),
        ("GET", "/collections/:id", CollectionWithAccounts),
        ("PATCH", "/collections/:id", WrappedCollection),
        ("DELETE", "/collections/:id", Empty),
        ("GET", "/accounts/:account_id/collections", CollectionsWithAccountPreviews),
        ("GET", "/accounts/:account_id/in_collections", CollectionsWithAccountPreviews),
        ("POST", "/collections/:collection_id/items", WrappedCollectionItem),
        ("DELETE", "/collections/:collection_id/items/:id", Empty),
        ("POST", "/collections/:collection_id/items/:id/revoke", Empty))}
