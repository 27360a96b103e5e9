"""Cards as doors show them: what comes with a post's row, opened."""

import base64
from typing import Any

from petrel.features.cards import rows
from petrel.features.cards.shapes import Card

_key = b""


async def ready() -> None:
    """Before `shown`, in an ordinary function; costs nothing the second time. Errors: Unavailable."""
    global _key
    _key = await rows.key()


def shown(live: dict[str, Any]) -> Card | None:
    """The card of a post from its `live`; None where there is none (yet)."""
    found = live.get("card")
    return rows.opened(_key, found[0], base64.b64decode(found[1])) if found else None
