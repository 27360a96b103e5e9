"""From parts to an archive: tables as they are, files for other programs, pages for people, and what is in it.

Goes through the parts as through a stream; of posts no more than a part is in memory. Names in the archive come from
tables and numbers, never from anything that somebody wrote.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import msgspec
from msgspec import Struct

from petrel.core import clock, limits
from petrel.core.doors import reading
from petrel.core.ids import at_of
from petrel.core.viewer import Member
from petrel.features import accounts, media
from petrel.features.privacy import leaves
from petrel.features.privacy.parts import Folder
from petrel.features.privacy.shapes import (
    Bookmarked,
    Column,
    Edit,
    File,
    List,
    Manifest,
    Marked,
    Message,
    Post,
    Profile,
    Relation,
)
from petrel.features.privacy.sources import Source

PEOPLE_AT_ONCE = 200
POSTS_A_PAGE = 500
AUDIENCES = ("public", "unlisted", "followers", "direct", "self")
QUOTERS = ("public", "followers", "nobody")
SENSITIVE, WRITTEN_PROTECTED = 2, 65536
KINDS = (("follows", 1, "following_id"), ("followers", 2, "followed_id"), ("blocks", 16, "blocking_id"),
         ("mutes", 64, "muting_id"))


class Sink(Protocol):
    def write(self, plain: bytes) -> int: ...


class Digesting:
    """Writes on, and knows the digest of all that was written."""

    def __init__(self, file: Sink) -> None:
        self._file = file
        self._sum = sha256()

    def write(self, plain: bytes) -> int:
        self._sum.update(plain)
        return self._file.write(bytes(plain))

    def flush(self) -> None:
        """What writes archives asks for it."""

    def digest(self) -> bytes:
        return self._sum.digest()


class Whole(Struct, frozen=True):
    """An export, collected. `parts`: how many there are of each table."""

    account: int
    handle: str
    person: Member
    sources: list[Source]
    folder: Folder
    parts: dict[str, int]

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        return self.folder.rows(table, self.parts.get(table, 0))

    def one(self, table: str) -> dict[str, Any]:
        return next(self.rows(table), {})


class Archive:
    """The ZIP while it is written; remembers each file for the manifest."""

    def __init__(self, zip_file: ZipFile) -> None:
        self._zip = zip_file
        self._at = clock.now().timetuple()[:6]
        self.files: list[File] = []

    async def put(self, name: str, pieces: Iterable[bytes] | AsyncIterator[bytes], rows: int | None = None) -> None:
        digest, size = sha256(), 0
        about = ZipInfo(name, self._at)
        about.compress_type, about.external_attr = ZIP_DEFLATED, 0o600 << 16
        with self._zip.open(about, "w", force_zip64=True) as file:
            async for piece in _each(pieces):
                digest.update(piece)
                size += len(piece)
                file.write(piece)
        self.files.append(File(name, size, digest.hexdigest(), rows))

    async def put_json(self, name: str, items: Iterable[Any] | AsyncIterator[Any]) -> None:
        """A list, an item a line."""
        count = 0

        async def pieces() -> AsyncIterator[bytes]:
            nonlocal count
            async for item in _each(items):
                yield (b"[\n" if not count else b",\n") + msgspec.json.encode(item)
                count += 1
            yield b"\n]\n" if count else b"[]\n"

        await self.put(name, pieces())
        self.files[-1] = msgspec.structs.replace(self.files[-1], rows=count)


async def _each(items: Any) -> AsyncIterator[Any]:
    """One after the other, letting others work now and then."""
    if hasattr(items, "__aiter__"):
        async for item in items:
            yield item
        return
    for place, item in enumerate(items):
        if place % 100 == 99:
            await asyncio.sleep(0)
        yield item


async def pack(out: Digesting, whole: Whole) -> None:
    """Writes the archive of an export."""
    with ZipFile(out, "w", ZIP_DEFLATED) as zip_file:      # type: ignore[call-overload]
        archive = Archive(zip_file)
        for source in whole.sources:
            await archive.put_json(table_file(source.table), whole.rows(source.table))
        names = await _names(whole)
        profile = _profile(whole)
        await archive.put("data/account.json", [msgspec.json.format(msgspec.json.encode(profile))])
        await archive.put_json("data/posts.json", posts(whole))
        await archive.put_json("data/messages.json", messages(whole, names))
        for name, bit, since in KINDS:
            await archive.put_json(f"data/{name}.json", relations(whole, names, bit, since))
        await archive.put_json("data/lists.json", lists(whole, names))
        await archive.put_json("data/likes.json", marked(whole, "like_id"))
        await archive.put_json("data/bookmarks.json", bookmarked(whole))
        await archive.put("media/avatar.png", [accounts.pictures.png(whole.account)])
        await archive.put("media/header.png", [accounts.pictures.header_png(whole.account)])
        for file in await media.exported(whole.account):
            await archive.put(f"media/{file.name}", file.pieces())
        await _leaves(archive, whole, profile, names)
        manifest = Manifest(site=limits.current().base_url, account=str(whole.account), acct=whole.handle,
                            made_at=clock.now(), files=archive.files, columns=columns(whole.sources))
        await archive.put("data/manifest.json", [msgspec.json.format(msgspec.json.encode(manifest))])


def table_file(table: str) -> str:
    return f"data/tables/{table}.json"


def columns(sources: Iterable[Source]) -> list[Column]:
    """Every column of the inventory that is the person's, and where it stands, or why it does not."""
    return [Column(f"{s.table}.{c}", s.lines[c].what, None if c in s.held else table_file(s.table), s.held.get(c))
            for s in sources for c in s.lines]


def _profile(whole: Whole) -> Profile:
    account, credential = whole.one("accounts.account"), whole.one("accounts.credential")
    said = account.get("sealed_profile") or {}
    settings = {name: account.get(name) for name in (
        "is_protected", "is_discoverable", "is_indexable", "is_bot", "hides_network", "default_sensitive",
        "default_language")}
    settings["default_audience"] = AUDIENCES[account.get("default_audience") or 0]
    settings["default_quote"] = QUOTERS[account.get("default_quote") or 0]
    return Profile(id=str(whole.account), acct=whole.handle, display_name=said.get("display_name", ""),
                   note=said.get("note", ""), fields=said.get("fields", []), email=credential.get("sealed_email"),
                   joined_at=at_of(whole.account), settings=settings)


def posts(whole: Whole) -> Iterator[Post]:
    """One's own posts, oldest first: three tables in the same order, side by side."""
    contents, edits = _Beside(whole.rows("posts.content"), "id"), _Beside(whole.rows("posts.edit"), "post")
    for row in whole.rows("posts.post"):
        said = next(iter(contents.of(row["id"])), {}).get("sealed") or {}
        yield Post(
            id=row["id"], created_at=at_of(int(row["id"])), text=said.get("text", ""), spoiler=said.get("spoiler", ""),
            audience=_audience(row), language=row["language"], in_reply_to=row["reply_to"],
            in_reply_to_account=row["reply_to_account"], boost_of=row["boost_of"],
            is_sensitive=bool(row["flags"] & SENSITIVE),
            edited_at=datetime.fromisoformat(row["edited_at"]) if row["edited_at"] else None,
            edits=[Edit(datetime.fromisoformat(e["at"]), (e["sealed"] or {}).get("text", ""),
                        (e["sealed"] or {}).get("spoiler", "")) for e in edits.of(row["id"])])


def _audience(row: dict[str, Any]) -> str:
    """Whom it is for: what was written while the account was protected is for followers."""
    return AUDIENCES[max(row["audience"], 2) if row["flags"] & WRITTEN_PROTECTED else row["audience"]]


class _Beside:
    """Rows of a second stream that belong to rows of the first, both by growing number."""

    def __init__(self, rows: Iterator[dict[str, Any]], column: str) -> None:
        self._rows, self._column = rows, column
        self._next = next(rows, None)

    def of(self, number: str) -> list[dict[str, Any]]:
        found = []
        while self._next is not None and int(self._next[self._column]) <= int(number):
            if self._next[self._column] == number:
                found.append(self._next)
            self._next = next(self._rows, None)
        return found


def messages(whole: Whole, names: Mapping[str, str]) -> Iterator[Message]:
    me = str(whole.account)
    blocked = {row["other"] for row in whole.rows("relationships.relation") if row["bits"] & 16}
    for row in whole.rows("messages.message"):
        said = row["sealed"] or {}
        yield Message(
            id=row["id"], conversation=row["conversation"], created_at=at_of(int(row["id"])),
            author=names.get(row["author"], row["author"]), named=[names.get(n, n) for n in row["named"]],
            text=said.get("text", ""), spoiler=said.get("spoiler", ""), is_own=row["author"] == me,
            is_history=row["author"] in blocked)


def relations(whole: Whole, names: Mapping[str, str], bit: int, since: str) -> Iterator[Relation]:
    for row in whole.rows("relationships.relation"):
        if row["bits"] & bit:
            yield Relation(account=row["other"], acct=names.get(row["other"]), since=_since(row[since]))


def lists(whole: Whole, names: Mapping[str, str]) -> Iterator[List]:
    members: dict[str, list[Relation]] = {}
    for row in whole.rows("lists.member"):
        members.setdefault(row["list"], []).append(
            Relation(account=row["account"], acct=names.get(row["account"]), since=_since(row["id"])))
    for row in whole.rows("lists.list"):
        yield List(title=row["sealed_title"] or "", members=members.get(row["id"], []))


def marked(whole: Whole, column: str) -> Iterator[Marked]:
    return (Marked(row["post"], _since(row[column])) for row in whole.rows("posts.mark") if row[column])


def bookmarked(whole: Whole) -> Iterator[Bookmarked]:
    folders = {row["id"]: row["sealed_name"] for row in whole.rows("posts.folder")}
    for row in whole.rows("posts.mark"):
        if row["bookmark_id"]:
            yield Bookmarked(row["post"], _since(row["bookmark_id"]), folders.get(row["folder"]))


def _since(number: str | None) -> datetime | None:
    return at_of(int(number)) if number else None


async def _names(whole: Whole) -> dict[str, str]:
    """What people are called, as far as the person may see them."""
    met = {row["other"] for row in whole.rows("relationships.relation")}
    met |= {row["account"] for row in whole.rows("lists.member")}
    for row in whole.rows("messages.message"):
        met.update((row["author"], *row["named"]))
    numbers, names = sorted(map(int, met)), {str(whole.account): whole.handle}
    for start in range(0, len(numbers), PEOPLE_AT_ONCE):
        async with reading(whole.person) as r:
            cards = await accounts.cards_of(r, numbers[start : start + PEOPLE_AT_ONCE])
        names.update((str(number), card.acct) for number, card in cards.items())
    return names


async def _leaves(archive: Archive, whole: Whole, profile: Profile, names: Mapping[str, str]) -> None:
    """The readable side: pages without a script and without an address outside of the archive."""
    pages = 0
    page: list[Post] = []
    for post in posts(whole):
        page.append(post)
        if len(page) == POSTS_A_PAGE:
            pages += 1
            await archive.put(f"posts-{pages:04}.html", [leaves.posts_page(profile, page, pages)])
            page = []
    if page or not pages:
        pages += 1
        await archive.put(f"posts-{pages:04}.html", [leaves.posts_page(profile, page, pages)])
    talks: dict[str, list[Message]] = {}
    for message in messages(whole, names):
        talks.setdefault(message.conversation, []).append(message)
    await archive.put("messages.html", [leaves.messages_page(profile, talks)])
    people = {name: list(relations(whole, names, bit, since)) for name, bit, since in KINDS}
    await archive.put("people.html", [leaves.people_page(profile, people, list(lists(whole, names)))])
    await archive.put("account.html", [leaves.account_page(
        profile, list(whole.rows("accounts.token")), list(whole.rows("privacy.consent")),
        list(whole.rows("privacy.request")))])
    await archive.put("held.html", [leaves.held_page(profile, columns(whole.sources))])
    counts = {file.name.removeprefix("data/"): file.rows for file in archive.files
              if file.rows is not None and file.name.count("/") == 1}
    await archive.put("index.html", [leaves.index_page(profile, pages, counts)])
    await archive.put("style.css", [leaves.STYLE.encode()])
    await archive.put("README.txt", [leaves.readme(profile, limits.current().base_url).encode()])


__all__ = ["Archive", "Digesting", "Whole", "columns", "pack", "posts", "table_file"]
