"""Shapes of cards."""

from msgspec import Struct


class Card(Struct, frozen=True, omit_defaults=True):
    """What a page says of itself; plain text, none of it ours. Sealed as JSON under a key of the site's, before the
    fetch with `url` alone. `url` is the address as the post has it, never one that the page names."""

    url: str
    title: str = ""
    description: str = ""
    provider: str = ""
    author: str = ""
    author_url: str = ""
    language: str = ""
    kind: str = "link"
    published_at: str = ""


class Due(Struct, frozen=True):
    """A card that waits to be fetched."""

    id: int
    tries: int
    url: str
