"""What moves of what a post carries: its poll, what it quotes, the card of its link.

The rest is the same for everybody and rendered once (`rendered.py`). A row's `live` is the JSON of `law.live`.
"""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from petrel.api.present.asked import poll_alone, quote
from petrel.api.present.rendered import Static, rfc3339
from petrel.core.doors import Row
from petrel.features import cards
from petrel.features.posts import Carries

NOTHING = b',"poll":null,"quote":null,"card":null'

ready = cards.ready


class Author(Struct):
    name: str
    url: str
    account: None = None


class PreviewCard(Struct):
    """A card: always a link, never the page's own markup. It has no picture yet."""

    url: str
    title: str
    description: str
    language: str | None
    author_name: str
    author_url: str
    authors: list[Author]
    provider_name: str
    provider_url: str
    published_at: str | None
    type: str = "link"
    html: str = ""
    width: int = 0
    height: int = 0
    image: None = None
    image_description: str = ""
    embed_url: str = ""
    blurhash: None = None


def parts(row: Row, static: Static, quoted: tuple[Row | None, bytes | None], *, viewer: bool) -> bytes:
    """The fields `poll`, `quote` and `card` of a post that carries one of them. `quoted`: the row of the quoted post,
    and how this viewer sees it, None for one who gets nothing of it. After `ready`."""
    poll = b"null" if static.poll is None else msgspec.json.encode(poll_alone(row, static, viewer=viewer))
    quoting = quote(row, *quoted) if row["states"] & Carries.QUOTE else b"null"
    return b',"poll":%s,"quote":%s,"card":%s' % (poll, quoting, _card(row))


def _card(row: Row) -> bytes:
    card = cards.shown(row)
    return b"null" if card is None else msgspec.json.encode(preview_card(card))


def preview_card(card: cards.Card) -> PreviewCard:
    parts = urlsplit(card.url)
    return PreviewCard(
        card.url, card.title, card.description, card.language or None, card.author, card.author_url,
        [Author(card.author, card.author_url)] if card.author else [], card.provider or parts.netloc,
        f"{parts.scheme}://{parts.netloc}", _moment(card.published_at))


def _moment(text: str) -> str | None:
    if not text:
        return None
    at = datetime.fromisoformat(text)
    return rfc3339(at if at.tzinfo else at.replace(tzinfo=UTC))
