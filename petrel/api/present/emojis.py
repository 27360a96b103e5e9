"""The CustomEmoji entity."""

from typing import Any

from petrel.core import limits
from petrel.features import media
from petrel.features.media.emojis import Emoji


def entity(one: Emoji) -> dict[str, Any]:
    said = {"shortcode": one.name, **addresses(one), "visible_in_picker": True}
    return said if one.category is None else said | {"category": one.category}


def addresses(one: Emoji) -> dict[str, str]:
    base = limits.current().base_url
    return {"url": f"{base}/media/{one.file}", "static_url": f"{base}/media/{one.still}"}


def in_text(*texts: str) -> list[dict[str, Any]]:
    """Entities of those that the texts name."""
    return [entity(one) for one in media.emojis.in_text(*texts)]


def every() -> list[dict[str, Any]]:
    return [entity(one) for one in media.emojis.known().values()]
