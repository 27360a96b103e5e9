"""Shapes of an export's files: what other programs read. Described for people in docs/export-format.md.

Numbers of things are text. Times are RFC 3339 in UTC. Fields are only ever added.
"""

from datetime import datetime
from typing import Any

from msgspec import Struct

FORMAT = "petrel-export"
VERSION = 1


class Edit(Struct, frozen=True):
    """An earlier version of a post."""

    at: datetime
    text: str
    spoiler: str = ""


class Post(Struct, frozen=True, kw_only=True):
    """One of the person's own posts, as `data/posts.json` lists them, oldest first.

    `audience`: public, unlisted or followers. `in_reply_to`: number of the post it answers, with the account that
    wrote that. `boost_of`: the post it boosts; then there is no text of its own.
    """

    id: str
    created_at: datetime
    text: str = ""
    spoiler: str = ""
    audience: str = "public"
    language: str | None = None
    in_reply_to: str | None = None
    in_reply_to_account: str | None = None
    boost_of: str | None = None
    is_sensitive: bool = False
    edited_at: datetime | None = None
    edits: list[Edit] = []


class Message(Struct, frozen=True, kw_only=True):
    """A direct message that the person wrote or received (`data/messages.json`), oldest first.

    `author` and `named` are accts where the person may see them, else numbers. `is_history`: delivered before a block.
    """

    id: str
    conversation: str
    created_at: datetime
    author: str
    named: list[str]
    text: str = ""
    spoiler: str = ""
    is_own: bool = False
    is_history: bool = False


class Relation(Struct, frozen=True, kw_only=True):
    """Somebody the person has to do with: `data/follows.json`, `followers.json`, `blocks.json`, `mutes.json`.

    `acct` is name, or name@domain; null where the person may not see them any more.
    """

    account: str
    acct: str | None
    since: datetime | None = None


class List(Struct, frozen=True, kw_only=True):
    """`data/lists.json`."""

    title: str
    members: list[Relation]


class Marked(Struct, frozen=True):
    """`data/likes.json`: posts of whomever, by number."""

    post: str
    since: datetime | None


class Bookmarked(Struct, frozen=True):
    """`data/bookmarks.json`: as above, with the name of the folder that it lies in."""

    post: str
    since: datetime | None
    folder: str | None


class Profile(Struct, frozen=True, kw_only=True):
    """`data/account.json`."""

    id: str
    acct: str
    display_name: str
    note: str
    fields: list[dict[str, str]]
    email: str | None
    joined_at: datetime
    settings: dict[str, Any]


class File(Struct, frozen=True):
    """A file of the archive, as the manifest names it. `sha256` in hexadecimal."""

    name: str
    bytes: int
    sha256: str
    rows: int | None = None


class Column(Struct, frozen=True):
    """A column of the inventory: where it stands in the archive, or why it is held and not handed out."""

    name: str
    what: str
    file: str | None
    held: str | None


class Manifest(Struct, frozen=True, kw_only=True):
    """`data/manifest.json`."""

    format: str = FORMAT
    version: int = VERSION
    site: str
    account: str
    acct: str
    made_at: datetime
    files: list[File]
    columns: list[Column]
