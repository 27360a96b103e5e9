"""What pages of settings show and send: filters, who is kept away, lists that come and go, how one is shown."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from petrel.features.archives import Difference, Waiting
from petrel.web.shapes import AccountView

__all__ = ["Away", "Chosen", "Difference", "FilterSent", "FilterView", "Kept", "OwnProfile", "PeopleKind", "Server",
           "Waiting"]

PeopleKind = Literal["mutes", "blocks", "servers"]


class FilterView(Struct, frozen=True, kw_only=True):
    """A filter of the viewer's. `whole`, `within`: words that must stand alone, and words found inside others."""

    id: int
    title: str
    contexts: tuple[str, ...] = ()
    action: str = "warn"
    ends_at: datetime | None = None
    has_ended: bool = False
    whole: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    posts: int = 0


class FilterSent(Struct, frozen=True, kw_only=True):
    """What the form sent. `ends_in_s`: 0 never, None as it was."""

    title: str
    contexts: tuple[str, ...]
    action: str
    ends_in_s: int | None
    whole: tuple[str, ...]
    within: tuple[str, ...]


class Kept(Struct, frozen=True, kw_only=True):
    """Somebody whom the viewer keeps away. `until`: of a mute that ends."""

    account: AccountView
    until: datetime | None = None


class Server(Struct, frozen=True, kw_only=True):
    name: str


class Away(Struct, frozen=True, kw_only=True):
    """A page of people, or of servers, newest first. `older`: the `max_id` of the next one."""

    people: tuple[Kept, ...] = ()
    servers: tuple[Server, ...] = ()
    older: int | None = None


class OwnProfile(Struct, frozen=True, kw_only=True):
    """One's own profile as it was typed."""

    name: str = ""
    note: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    avatar: str = ""
    header: str = ""
    avatar_description: str = ""
    header_description: str = ""
    has_avatar: bool = False
    has_header: bool = False
    is_bot: bool = False
    is_discoverable: bool = False
    is_indexable: bool = False


class Chosen(Struct, frozen=True, kw_only=True):
    """How pages look; "" is what the device has."""

    theme: str = ""
    text_size: str = ""
    is_calm: bool = False
    language: str = ""
