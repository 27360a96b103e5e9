"""Cards as doors show them: what comes with a post's row, opened."""

import base64
from collections.abc import Sequence

from petrel.core.doors import Row
from petrel.features import posts
from petrel.features.cards import rows
from petrel.features.cards.shapes import Card

_key = b""


async def ready() -> None:
    """Before `shown`, in an ordinary function; costs nothing the second time. Errors: Unavailable."""
    global _key
    _key = await rows.key()


def shown(row: Row) -> Card | None:
    """The card of a post, from the law's row; None where there is none (yet)."""
    found = posts.live_of(row).get("card") if row["states"] & posts.Carries.CARD else None
    return rows.opened(_key, found[0], base64.b64decode(found[1])) if found else None


async def opened(sealed: Sequence[tuple[int, bytes]]) -> list[Card]:
    """Of rows of cards.card, for rooms that may show them: (id, sealed_card). Errors: Unavailable."""
    await ready()
    return [rows.opened(_key, number, what) for number, what in sealed]


async def digest_of(url: str) -> bytes:
    """By which the card of this address is found. Errors: Unavailable."""
    return rows.digest_of(await rows.key(), url)
