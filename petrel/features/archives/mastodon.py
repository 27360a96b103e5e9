"""What an archive of Mastodon holds: activities of ActivityPub, as posts of ours or as reasons why not.

Source: ActivityPub sections 4 and 6, ActivityStreams vocabulary, and what Mastodon's "request your archive" packs.
An activity is believed only where it says of itself that it is by the archive's own actor.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from petrel.core import clock
from petrel.core.text import plain, sanitise
from petrel.features.archives import tables
from petrel.features.archives.opening import Archive
from petrel.features.archives.scanning import items
from petrel.features.archives.shapes import BadArchive, Kind, Left, Old, Person
from petrel.features.posts import Audience

PUBLIC = {"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"}
MOST_ACTOR_BYTES = 1 << 20
FIRST = datetime(1970, 1, 1, tzinfo=UTC)
NOTES = {"Note", "Article", "Question", "Page"}

NOT_THEIRS = "not by the owner of this archive"
UNREADABLE = "cannot be read"
DATE = "a date that cannot be"
DIRECT = "direct messages stay private, and out of this"
EMPTY = "no text; pictures are not taken yet"
BOOST = "posts of others"
NO_PROFILE = "change it in your settings"
NO_LIKES = "they would tell people"

_link = re.compile(r'<a\b[^<>]*?\bhref="([^"<>]*)"[^<>]*>(.*?)</a>', re.I | re.S)
_tags = re.compile(r"<[^<>]*>")


class Actor(Struct, frozen=True):
    """Whose archive this is. `host`: of their site, `followers`: the address of the collection of them."""

    id: str
    name: str
    host: str
    followers: str


class Mastodons:
    """An archive of Mastodon, its CSV files, or both."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._actor = actor_of(archive) if archive.names & {"actor.json", "outbox.json"} else None
        self.who = f"@{self._actor.name}@{self._actor.host}" if self._actor else ""

    def posts(self) -> Iterator[Old | Left]:
        return iter(()) if self._actor is None else posts_of(self._archive, self._actor)

    def people(self, kind: Kind) -> Iterator[Person | Left]:
        return tables.people(self._archive, kind)

    def in_lists(self) -> Iterator[tuple[str, Person | Left]]:
        return tables.in_lists(self._archive)

    def bookmarks(self) -> Iterator[tuple[str, str]]:
        yield from ((one, "") for one in liked(self._archive, "bookmarks.json"))
        yield from ((row[0], "") for row in tables.lines(self._archive, "bookmarks"))

    def servers(self) -> Iterator[str]:
        return (row[0] for row in tables.lines(self._archive, "domain blocks"))

    def left(self) -> Iterator[Left]:
        if self._actor is not None:
            yield Left("profile", NO_PROFILE, self.who)
        yield from (Left("likes", NO_LIKES, address) for address in liked(self._archive, "likes.json"))


def actor_of(archive: Archive) -> Actor:
    """Errors: BadArchive without one."""
    if "actor.json" not in archive.names:
        raise BadArchive(message="This archive cannot be imported: it does not say whose it is (actor.json is missing)")
    with archive.open("actor.json") as file:
        raw = file.read(MOST_ACTOR_BYTES)
    try:
        told = msgspec.json.decode(raw, type=dict[str, Any])
        actor = told["id"]
        host = host_of(actor)
        name = str(told.get("preferredUsername") or "")
    except (msgspec.MsgspecError, KeyError, ValueError, TypeError, AttributeError) as e:
        raise BadArchive(message="This archive cannot be imported: actor.json cannot be read") from e
    if not host or not isinstance(actor, str):
        raise BadArchive(message="This archive cannot be imported: actor.json names no actor")
    return Actor(actor, name, host, str(told.get("followers") or f"{actor}/followers"))


def posts_of(archive: Archive, actor: Actor) -> Iterator[Old | Left]:
    """In the order of the file, which is that of writing. Errors: BadArchive."""
    if "outbox.json" not in archive.names:
        return
    with archive.open("outbox.json") as file:
        for raw in items(file, "orderedItems"):
            yield activity(raw, actor, clock.now())


def liked(archive: Archive, name: str) -> Iterator[str]:
    """The addresses in likes.json or bookmarks.json; what is no text is passed over. Errors: BadArchive."""
    if name not in archive.names:
        return
    with archive.open(name) as file:
        try:
            told = msgspec.json.decode(file.read(8 << 20), type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError) as e:
            raise BadArchive(message=f"This archive cannot be imported: {name} cannot be read") from e
    found = told.get("orderedItems")
    yield from (one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def activity(raw: bytes, actor: Actor, now: datetime) -> Old | Left:
    """One entry of an outbox."""
    try:
        told = msgspec.json.decode(raw, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Left("posts", UNREADABLE)
    name = _text(told.get("id"))
    if told.get("type") == "Announce":
        return Left("boosts", BOOST, _text(told.get("object")))
    note = told.get("object")
    if told.get("type") != "Create" or not isinstance(note, dict) or _text(note.get("type")) not in NOTES:
        return Left("posts", "of a kind that is not known here", name)
    source = _text(note.get("id"))
    if actor.id != told.get("actor") or note.get("attributedTo", actor.id) != actor.id:
        return Left("posts", NOT_THEIRS, source or name)
    if not source or host_of(source) != actor.host:
        return Left("posts", NOT_THEIRS, source or name)
    audience = _audience({*_names(note.get("to"))}, {*_names(note.get("cc"))}, actor)
    if audience is None:
        return Left("messages", DIRECT)
    at = _moment(note.get("published") or told.get("published"), now)
    return Left("posts", DATE, source) if at is None else _old(note, source, at, audience, actor, now)


def _old(
    note: dict[str, Any], source: str, at: datetime, audience: Audience, actor: Actor, now: datetime
) -> Old | Left:
    content = note.get("content")
    languages = note.get("contentMap")
    if not isinstance(content, str) and isinstance(languages, dict):
        content = next((text for text in languages.values() if isinstance(text, str)), "")
    text = text_of(_text(content), _mentions(note.get("tag"), actor))
    options = [*_options(note.get("oneOf")), *_options(note.get("anyOf"))]
    if options:
        text = "\n".join([text, "", *(f"• {option}" for option in options)]).strip()
    pictures = note.get("attachment")
    count = len(pictures) if isinstance(pictures, list) else 0
    spoiler = _text(note.get("summary")).strip()
    if not text and not spoiler:
        return Left("posts", EMPTY, source)
    language = next(iter(languages), None) if isinstance(languages, dict) and len(languages) == 1 else None
    edited = _moment(note.get("updated"), now)
    return Old(
        source=source,
        at=at,
        text=text,
        spoiler=spoiler,
        audience=audience,
        is_sensitive=note.get("sensitive") is True,
        language=language if isinstance(language, str) else None,
        reply_to=_text(note.get("inReplyTo")) or None,
        edited_at=edited if edited is not None and edited > at else None,
        pictures=count,
    )


def _audience(to: set[str], cc: set[str], actor: Actor) -> Audience | None:
    """None for messages, and for whatever is addressed in a way that is not known: read as direct."""
    if to & PUBLIC:
        return Audience.PUBLIC
    if cc & PUBLIC:
        return Audience.UNLISTED
    return Audience.FOLLOWERS if actor.followers in to | cc else None


def _moment(told: object, now: datetime) -> datetime | None:
    """Between 1970 and now; None for anything else."""
    try:
        at = datetime.fromisoformat(told) if isinstance(told, str) and len(told) < 64 else None
        if at is None or at.tzinfo is None:
            return None
        return at if FIRST < at <= now else None
    except (ValueError, OverflowError):
        return None


def text_of(html: str, mentions: dict[str, str]) -> str:
    """The plain text of a post's HTML. Mentions in full, since handles mean somebody else here; links by their
    address, since what they show may be something else."""

    def said(found: re.Match[str]) -> str:
        address, inner = unescape(found[1]), unescape(_tags.sub("", found[2])).strip()
        if address in mentions:
            return mentions[address]
        if inner.startswith("#") and " " not in inner:
            return inner
        if inner.startswith("@") and (host := host_of(address)):
            return inner if inner.count("@") > 1 else f"{inner}@{host}"
        return address if inner in ("", address) or address.endswith(inner) else f"{inner} ({address})"

    return plain(_link.sub(lambda found: _escape(said(found)), sanitise(html)))


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _mentions(tags: object, actor: Actor) -> dict[str, str]:
    """Address of a profile -> @user@host."""
    found = {}
    for tag in tags if isinstance(tags, list) else []:
        if isinstance(tag, dict) and tag.get("type") == "Mention":
            address, name = _text(tag.get("href")), _text(tag.get("name")).strip()
            if address and name.startswith("@"):
                found[address] = name if name.count("@") > 1 else f"{name}@{host_of(address) or actor.host}"
    return found


def _options(told: object) -> list[str]:
    names = [_text(one.get("name")) for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    return [name for name in names if name]


def _names(told: object) -> list[str]:
    if isinstance(told, str):
        return [told]
    return [one for one in told if isinstance(one, str)] if isinstance(told, list) else []


def host_of(address: str) -> str:
    """"" for what is no address."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _text(told: object) -> str:
    return told if isinstance(told, str) else ""
