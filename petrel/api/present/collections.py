"""The Collection entity, as one viewer may see it."""

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote

from msgspec import Struct, json

from petrel.api.present.statuses import rfc3339, when
from petrel.core import limits
from petrel.core.doors import Reader
from petrel.core.text import Hashtag
from petrel.features import collections as room


class Item(Struct):
    id: str
    account_id: str | None
    state: str
    created_at: str


class ShallowTag(Struct):
    name: str
    url: str


class Collection(Struct):
    """`item_count` counts `items`: what this viewer may see. `description` is text in which nothing can be a tag of
    HTML: that API calls it HTML, and sends text."""

    id: str
    account_id: str
    uri: str
    url: str
    name: str
    description: str
    language: str | None
    local: bool
    sensitive: bool
    discoverable: bool
    tag: ShallowTag | None
    item_count: int
    items: list[Item]
    created_at: str
    updated_at: str


def item(one: room.Item) -> Item:
    return Item(str(one.id), str(one.account) if one.account else None, one.state, when(one.id))


def address(number: int) -> str:
    return f"{limits.current().base_url}/collections/{number}"


def collection(one: room.Collection, items: Iterable[room.Item]) -> Collection:
    shown = [item(each) for each in items]
    return Collection(
        str(one.id), str(one.owner), address(one.id), address(one.id), one.text.name,
        escape(one.text.description, quote=False), one.marks.language, True, one.marks.is_sensitive,
        one.marks.is_discoverable, _tag(one.text.tag), len(shown), shown, when(one.id), rfc3339(one.changed_at))


def _tag(name: str) -> ShallowTag | None:
    if not name:
        return None
    key = Hashtag(0, 0, name).key
    return ShallowTag(name, f"{limits.current().base_url}/tags/{quote(key)}")


async def collections(r: Reader, found: Sequence[room.Collection]) -> list[Collection]:
    within = await room.items(r, [one.id for one in found])
    return [collection(one, within[one.id]) for one in found]


async def entities(r: Reader, ids: Iterable[int]) -> dict[int, bytes]:
    """Of those that concern the viewer: what a notification is about."""
    found = await room.concerning(r, list(dict.fromkeys(ids)))
    return {one.id: json.encode(collection(one, items)) for one, items in found}
