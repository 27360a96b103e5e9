"""What an export of a Petrel holds (docs/export-format.md): of this site, or of another one.

Shapes are read here as they stand in the file, not as the room privacy writes them: a file may have been changed since.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from petrel.core import clock, limits
from petrel.core.errors import Invalid
from petrel.core.text import Mention, clean, parse
from petrel.features.archives import tables
from petrel.features.archives.mastodon import (
    BOOST,
    DATE,
    DIRECT,
    EMPTY,
    FIRST,
    NO_LIKES,
    NO_PROFILE,
    UNREADABLE,
    host_of,
)
from petrel.features.archives.opening import Archive
from petrel.features.archives.scanning import items
from petrel.features.archives.shapes import BadArchive, Kind, Left, Old, Person
from petrel.features.posts import Audience

MANIFEST = "data/manifest.json"
MOST_HEAD_BYTES = 8 << 20
AUDIENCES = {"public": Audience.PUBLIC, "unlisted": Audience.UNLISTED, "followers": Audience.FOLLOWERS}


class Head(Struct, frozen=True):
    """The manifest, as far as it matters here."""

    format: str
    version: int
    site: str
    account: str
    acct: str


class Settings(Struct, frozen=True):
    is_protected: bool


class Profile(Struct, frozen=True):
    settings: Settings


class Told(Struct, frozen=True):
    """A line of data/posts.json."""

    id: str
    created_at: datetime
    audience: str
    text: str = ""
    spoiler: str = ""
    language: str | None = None
    in_reply_to: str | None = None
    in_reply_to_account: str | None = None
    boost_of: str | None = None
    is_sensitive: bool = False
    edited_at: datetime | None = None


class Exported:
    """One export."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._head = _decoded(archive, MANIFEST, Head)
        self._is_protected = _decoded(archive, "data/account.json", Profile).settings.is_protected
        self._host = _host_and_port(self._head.site)
        if self._head.format != "petrel-export" or not self._host:
            raise BadArchive(message="This archive cannot be imported: it is of no format that is known here")
        self.who = f"@{self._head.acct}@{self._host}"

    def posts(self) -> Iterator[Old | Left]:
        for raw in self._list("posts"):
            yield self._post(raw)

    def people(self, kind: Kind) -> Iterator[Person | Left]:
        for raw in self._list(kind):
            yield self._person(kind, _fields(raw))

    def in_lists(self) -> Iterator[tuple[str, Person | Left]]:
        for raw in self._list("lists"):
            told = _fields(raw)
            title, members = told.get("title"), told.get("members")
            for one in members if isinstance(members, list) else []:
                person = self._person("lists", one if isinstance(one, dict) else {})
                yield (title if isinstance(title, str) else "", person)

    def bookmarks(self) -> Iterator[tuple[str, str]]:
        for raw in self._list("bookmarks"):
            told = _fields(raw)
            folder = told.get("folder")
            yield (f"{self._head.site}/ap/users/0/statuses/{told.get('post')}",
                   folder if isinstance(folder, str) else "")

    def servers(self) -> Iterator[str]:
        return iter(())         # kept in settings of the account, which are not brought in

    def left(self) -> Iterator[Left]:
        yield Left("profile", NO_PROFILE, self.who)
        yield from (Left("likes", NO_LIKES) for _ in self._list("likes"))
        yield from (Left("messages", DIRECT) for _ in self._list("messages"))

    def _list(self, name: str) -> Iterator[bytes]:
        path = f"data/{name}.json"
        if path in self._archive.names:
            with self._archive.open(path) as file:
                yield from items(file, None)

    def _post(self, raw: bytes) -> Old | Left:
        try:
            told = msgspec.json.decode(raw, type=Told)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return Left("posts", UNREADABLE)
        if told.boost_of is not None:
            return Left("boosts", BOOST, told.boost_of)
        audience = AUDIENCES.get(told.audience)
        if audience is None:
            return Left("messages", DIRECT)
        if told.created_at.tzinfo is None or not FIRST < told.created_at <= clock.now():
            return Left("posts", DATE, told.id)
        text = self._whole_names(told.text)
        if not text.strip() and not told.spoiler.strip():
            return Left("posts", EMPTY, told.id)
        is_own_thread = told.in_reply_to is not None and told.in_reply_to_account == self._head.account
        edited = told.edited_at if told.edited_at is not None and told.edited_at.tzinfo is not None else None
        return Old(
            source=self._name(told.id),
            at=told.created_at,
            text=text,
            spoiler=told.spoiler,
            # What everybody could see of a protected account was nothing.
            audience=max(audience, Audience.FOLLOWERS) if self._is_protected else audience,
            is_sensitive=told.is_sensitive,
            language=told.language,
            reply_to=self._name(told.in_reply_to or "") if is_own_thread else None,
            edited_at=edited,
        )

    def _name(self, number: str) -> str:
        return f"{self._head.site} {self._head.account} {number}"

    def _whole_names(self, text: str) -> str:
        """`@bob` of another site is not the `@bob` of this one."""
        if self._host == limits.current().domain or "@" not in text:
            return text
        try:
            parsed = parse(clean(text))
        except Invalid:
            return text
        text = parsed.text
        for span in reversed(parsed.spans):
            if isinstance(span, Mention) and span.domain is None:
                text = f"{text[:span.end]}@{self._host}{text[span.end:]}"
        return text

    def _person(self, kind: Kind, told: dict[str, Any]) -> Person | Left:
        acct = told.get("acct")
        if not isinstance(acct, str):
            return Left(kind, "the export does not say who it was", str(told.get("account", ""))[:40])
        return tables.person(acct if "@" in acct else f"{acct}@{self._host}", kind, ())


def _decoded(archive: Archive, name: str, shape: type[Any]) -> Any:
    if name not in archive.names:
        raise BadArchive(message=f"This archive cannot be imported: {name} is missing")
    with archive.open(name) as file:
        try:
            return msgspec.json.decode(file.read(MOST_HEAD_BYTES), type=shape)
        except (msgspec.MsgspecError, UnicodeDecodeError) as e:
            raise BadArchive(message=f"This archive cannot be imported: {name} cannot be read") from e


def _fields(raw: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return {}


def _host_and_port(site: str) -> str:
    """As handles name a site: `localhost:8000`."""
    return site.partition("://")[2].partition("/")[0].lower() if host_of(site) else ""
