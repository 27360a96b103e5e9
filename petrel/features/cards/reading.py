"""What a page says of itself in its head: Open Graph, Twitter's cards, plain HTML; or its oEmbed. Pure.

The page is anybody's and may mean harm. Only its first part is read, tag by tag, by patterns that never read again what
they have read; of what is found plain text remains, short, without markup, control characters or tricks of direction.
Nothing of it is shown as HTML. source: ogp.me; oembed.com; the HTML standard, section 4.2.
"""

import html
import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urljoin, urlsplit

import msgspec

from petrel.core.text.scripts import BIDI_CONTROLS
from petrel.features.cards.shapes import Card

MOST_READ = 262_144
LENGTHS = {"title": 300, "description": 600, "provider": 100, "author": 200, "language": 35}
FOR_US = ("robots", "petrel")

_tag = re.compile(
    r"<(meta|link|html|title)\b((?:[^\"'<>]{1,4000}+|\"[^\"]{0,8000}+\"|'[^']{0,8000}+'){0,80}+)>", re.I)
_attribute = re.compile(
    r"([a-zA-Z][a-zA-Z:_-]{0,30}+)\s{0,8}+=\s{0,8}+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'<>=]{1,4000}+))")
_charset = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,30})", re.I)
_unseen = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{BIDI_CONTROLS}\ufeff\u200b\ufff9-\ufffb]")
_markup = re.compile(r"<[^<>]{0,2000}+>")
_language = re.compile(r"[a-zA-Z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}\Z")


class NotWanted(Exception):
    """The page says that it is not to be shown elsewhere."""


def decoded(body: bytes, content_type: str) -> str:
    """The first part of a page as text, by what it says of its bytes; what fits nothing becomes a mark."""
    told = re.search(r"charset\s*=\s*[\"']?([A-Za-z0-9_-]{2,30})", content_type, re.I)
    found = _charset.search(body[:2048])
    part = body[:MOST_READ]
    for name in (told and told[1], found and found[1].decode("ascii"), "utf-8"):
        if name:
            try:
                return part.decode(name, "replace")
            except (LookupError, ValueError):
                continue
    return part.decode("utf-8", "replace")


def card_of(page: str, url: str) -> tuple[Card, str]:
    """The card, and the address of the page's oEmbed where its own words do not give a title ("" otherwise). Errors:
    NotWanted."""
    head = page[:end] if (end := page.lower().find("</head")) >= 0 else page
    said: dict[str, str] = {}
    oembed = ""
    for name, attributes, at in _tags(head):
        if name == "title":
            end = head.find("<", at)
            said.setdefault("<title>", head[at:end if 0 <= end < at + 4000 else at + 4000])
        elif name == "html":
            said.setdefault("<lang>", attributes.get("lang", ""))
        elif name == "meta":
            key = (attributes.get("property") or attributes.get("name") or "").lower()
            said.setdefault(key, attributes.get("content", ""))
        elif "alternate" in attributes.get("rel", "").lower() and attributes.get("type", "").lower() == OEMBED:
            oembed = oembed or attributes.get("href", "")
    _check(said)
    card = _card(said, url)
    return card, "" if card.title or not oembed else urljoin(url, html.unescape(oembed))


OEMBED = "application/json+oembed"


def with_oembed(card: Card, body: bytes) -> Card:
    """What a page's oEmbed adds; what is no such thing adds nothing."""
    try:
        said = msgspec.json.decode(body[:MOST_READ])
    except (msgspec.DecodeError, ValueError, RecursionError):
        return card
    if not isinstance(said, dict):
        return card
    found = {key: value for key, value in said.items() if isinstance(value, str)}
    return msgspec.structs.replace(
        card, title=_plain(found.get("title", ""), "title"), provider=_plain(found.get("provider_name", ""), "provider")
        or card.provider, author=_plain(found.get("author_name", ""), "author") or card.author,
        author_url=_address(found.get("author_url", ""), card.url) or card.author_url)


def _tags(head: str) -> Iterator[tuple[str, dict[str, str], int]]:
    for found in _tag.finditer(head):
        attributes: dict[str, str] = {}
        for one in _attribute.finditer(found[2]):
            attributes.setdefault(one[1].lower(), one[2] or one[3] or one[4] or "")
        yield found[1].lower(), attributes, found.end()


def _check(said: dict[str, str]) -> None:
    for name in FOR_US:
        words = {word.strip().lower() for word in said.get(name, "").split(",")}
        if words & {"nosnippet", "none", "max-snippet:0"}:
            raise NotWanted


def _card(said: dict[str, str], url: str) -> Card:
    def first(*names: str) -> str:
        return next((said[name] for name in names if said.get(name, "").strip()), "")

    language = _plain(first("og:locale", "<lang>"), "language").replace("_", "-")
    author = first("author", "article:author")
    return Card(
        url=url,
        title=_plain(first("og:title", "twitter:title", "<title>"), "title"),
        description=_plain(first("og:description", "twitter:description", "description"), "description"),
        provider=_plain(first("og:site_name", "application-name"), "provider"),
        author="" if "://" in author else _plain(author, "author"),
        author_url=_address(first("article:author"), url) if "://" in first("article:author") else "",
        language=language if _language.match(language) else "",
        published_at=_moment(first("article:published_time")))


def _plain(text: str, name: str) -> str:
    """One line of text that shows as what it is."""
    text = _markup.sub(" ", html.unescape(text[:8000]))
    text = " ".join(_unseen.sub("", text).split())
    most = LENGTHS[name]
    return text if len(text) <= most else text[:most - 1].rstrip() + "…"


def _address(text: str, url: str) -> str:
    """An address of the web, or ""."""
    try:
        parts = urlsplit(urljoin(url, html.unescape(text.strip()))) if text.strip() else None
    except ValueError:
        return ""
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return ""
    whole = parts.geturl()
    return whole if len(whole) <= 500 and not set(whole) & set(" \"'<>\\") else ""


def _moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text.strip()[:40]).isoformat()
    except ValueError:
        return ""
