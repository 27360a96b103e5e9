"""Where an export's rows come from: one source for each table in which the inventory has something of somebody's.

Posts and messages come through the law, as the person (surface `exp`); all else by the way that the inventory names.
What is secret even to whoever it is about is held: named in the export, and not handed out.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from petrel.core import seal, seen
from petrel.core.doors import Reader
from petrel.core.errors import PetrelError
from petrel.core.inventory import Line
from petrel.features import drafts, media, posts
from petrel.features.privacy.reach import PEOPLE, Way, ways

TYPES = """
select n.nspname || '.' || c.relname as "table", a.attname as "column", format_type(a.atttypid, null) as type
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
 where c.relkind in ('r', 'p') and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
"""
TABLE_ROWS = "select key, val::text from privacy.table_rows('export', $1, $2, $3, $4, $5, $6, $7, $8)"
OWN_POSTS = "select id from posts.of_author($1, $2, $3, null, $4, true, true) order by id"
POST_ROWS = "select id, val::text from privacy.export_posts($1, $2, $3, $4)"
MESSAGES = "select id, code, val::text from messages.export($1, $2, $3)"
INBOX = "select id, val::text from messages.export_inbox($1, $2, $3)"

PAGE = 1000
PAGE_POSTS = 500
BLOCKED_BY = 32

HELD_COLUMNS = {
    "secret_hash": "the hash of your password: it can only be compared with",
    "sealed_private": "the private key that signs for your account: whoever had it could pass for you",
    "salt": "random bytes that keep the record of what happened from being searched for guesses",
    "words": "keyed hashes of words, no text: the words themselves are in your posts",
    "pairs": "bits of keyed hashes, no text",
}
HELD = {
    "relationships.followed_tag.tag": "a keyed hash; the tag itself is beside it",
    "relationships.domain_block.domain": "a keyed hash; the name of the server is beside it",
    "relationships.featured_tag.tag": "a keyed hash; the tag itself is beside it",
    "posts.once.key": "a keyed digest that keeps an app from publishing twice",
    "accounts.code_app.sealed_secret": "what your codes are made from: whoever had it could make them",
    "drafts.draft.once": "a keyed digest that keeps an app from scheduling twice",
}
HELD_TABLES = {
    "moderation.evidence": "copies of your own words that came with reports; of whom, would tell who reported",
    "moderation.look": "how often the crew looked is told on the page about moderation, after 30 days",
}
"""Of which nothing is handed out, not even that there are rows."""

DIGEST = "a digest of something secret: it can only be compared with"
SHARED = "sealed under a key of the site's own"
OF_TWO = "written for the crew's eyes; two people are needed to open it"

MINE = {"notifications.bell": "account"}
"""By which column a row of a pair is somebody's own, where that is not the first that the inventory names."""


class Unreachable(PetrelError):
    """The exporter does not know how to reach this table"""


class Source(Struct, frozen=True):
    """A table of the export. `columns` in the table's order with their types; `held`: column -> why."""

    way: Way
    columns: dict[str, str]
    held: dict[str, str]
    lines: dict[str, Line]

    @property
    def table(self) -> str:
        return self.way.table


class Rows(Struct, frozen=True):
    """A page: rows as objects by column, and where the next one begins (None: that was all)."""

    rows: list[dict[str, Any]]
    after: Any


async def sources(r: Reader, lines: Mapping[str, Line]) -> list[Source]:
    """Every table of the inventory in which something is somebody's, in the order of names.

    Errors: Unreachable, for one in a schema that has a wall and no function for exports.
    """
    types: dict[str, dict[str, str]] = {}
    for row in await r.fetch(TYPES):
        types.setdefault(row["table"], {})[row["column"]] = row["type"]
    first: dict[str, Way] = {}
    for way in ways(lines):
        wanted = MINE.get(way.table) or _first_column(lines, way.table)
        if way.column == wanted:
            first[way.table] = way
    return [_source(way, types[table], lines) for table, way in sorted(first.items())]


def _first_column(lines: Mapping[str, Line], table: str) -> str:
    return next(line.of.columns[0] for name, line in lines.items()
                if name.rpartition(".")[0] == table and line.of.subject in PEOPLE)


def _source(way: Way, types: Mapping[str, str], lines: Mapping[str, Line]) -> Source:
    if way.table.startswith("messages.") and way.table not in ("messages.message", "messages.inbox"):
        raise Unreachable(detail=f"{way.table}: messages have a wall; write messages.export_... and name it in "
                                 "petrel/features/privacy/sources.py")
    mine = {c: line for c in types
            if (line := lines.get(f"{way.table}.{c}")) is not None and line.of.subject in PEOPLE}
    held = {c: why for c, line in mine.items() if (why := why_held(way.table, c, line))}
    return Source(way, {c: types[c] for c in mine if c not in held}, held, mine)


def why_held(table: str, column: str, line: Line) -> str:
    """Why a column is named and not handed out; "" for what is."""
    if table in HELD_TABLES:
        return HELD_TABLES[table]
    if "digest" in column:
        return DIGEST
    if column.startswith("sealed") and table.startswith("access."):
        return OF_TWO
    if line.key is not None and line.key.startswith("secret "):
        return SHARED
    return HELD.get(f"{table}.{column}") or HELD_COLUMNS.get(column, "")


async def page(r: Reader, person: Reader, account: int, source: Source, after: Any) -> Rows:
    """The next page of a table. `r` reads as the system, `person` as the account."""
    if source.table in HELD_TABLES:
        return Rows([], None)
    if source.table.startswith("messages."):
        found, after = await _of_messages(person, source, after)
    elif source.table == "posts.post" or source.way.target == "posts.post":
        found, after = await _of_posts(person, account, source, after)
    else:
        way = source.way
        rows = await r.fetch(TABLE_ROWS, way.table, [*source.held], way.column, way.target, way.target_column, account,
                             after, PAGE)
        found = [msgspec.json.decode(row["val"]) for row in rows]
        after = list(rows[-1]["key"]) if len(rows) == PAGE else None
    if source.table == "relationships.relation":
        found = [one for one in map(_own_view, found) if one["bits"] or one["sealed_note"]]
    opened = await _opened(found, source)
    return Rows([{c: _told(one.get(c), source.columns[c], c) for c in source.columns} for one in opened], after)


def _own_view(relation: dict[str, Any]) -> dict[str, Any]:
    """Whether the other has blocked is theirs to know. source: docs/law/visibility.md section 9."""
    return {**relation, "bits": relation["bits"] & ~BLOCKED_BY}


async def _of_posts(person: Reader, account: int, source: Source, after: Any) -> tuple[list[dict[str, Any]], Any]:
    ids = [row[0] for row in await person.fetch(OWN_POSTS, person.digest, account, PAGE_POSTS, int(after or 0))]
    column = "id" if source.table == "posts.post" else source.way.column
    rows = await person.fetch(POST_ROWS, person.digest, source.table, column, ids) if ids else []
    return [msgspec.json.decode(row["val"]) for row in rows], str(ids[-1]) if len(ids) == PAGE_POSTS else None


async def _of_messages(person: Reader, source: Source, after: Any) -> tuple[list[dict[str, Any]], Any]:
    sql = MESSAGES if source.table == "messages.message" else INBOX
    rows = await person.fetch(sql, person.digest, int(after or 0), PAGE_POSTS)
    shown = [msgspec.json.decode(row["val"]) for row in rows if sql == INBOX or row["code"] > 2]
    if sql == MESSAGES:
        theirs = [(one["id"], one["author"]) for one in shown if one["author"] != person.account]
        ids = [one for one, _ in theirs]
        seen.note(person, posts.Surface.EXP, ids, ids, [author for _, author in theirs])
    return shown, str(rows[-1]["id"]) if len(rows) == PAGE_POSTS else None


async def _opened(rows: list[dict[str, Any]], source: Source) -> list[dict[str, Any]]:
    """Sealed columns as what they say; None where the key is gone."""
    sealed = [c for c in source.columns if c.startswith("sealed")]
    for column in sealed:
        by = source.lines[column].key or ""
        keys = await seal.keys({one[by] for one in rows if one.get(column)})
        for one in rows:
            one[column] = _open(keys.get(one[by]), one[by], one[column], source.table) if one.get(column) else None
    return rows


def _open(key: bytes | None, number: int, sealed: str, table: str) -> Any:
    if key is None or sealed == "\\x":
        return None
    plain = seal.open_sealed(key, number, bytes.fromhex(sealed[2:]))
    if table in ("posts.content", "posts.edit", "messages.message"):
        content = posts.decode_content(plain)
        return {"text": content.text, "spoiler": content.spoiler,
                "poll": None if content.poll is None else list(content.poll.options),
                "named": [{"account": str(n.account), "handle": n.handle, "domain": n.domain} for n in content.named],
                "media": [{"id": str(one.id), "kind": one.kind, "description": one.description}
                          for one in content.media]}
    if table == "media.upload":
        return media.as_exported(plain)
    if table == "drafts.draft":
        return drafts.told(plain)
    text = plain.decode("utf-8", "replace")
    try:
        return msgspec.json.decode(text) if text[:1] in "{[" else text
    except msgspec.DecodeError:
        return text


def _told(value: Any, kind: str, column: str) -> Any:
    """As it stands in the files: numbers of 63 bits as text, since JSON has none; bytes as base64."""
    if value is None or column.startswith("sealed"):
        return value
    if kind == "bigint":
        return str(value)
    if kind == "bigint[]":
        return [str(one) for one in value]
    if kind == "bytea":
        return base64.b64encode(bytes.fromhex(value[2:])).decode()
    return value


def columns_of(found: Sequence[Source]) -> dict[str, str]:
    """Every column that an export answers for: "" for one that is handed out, else why it is held."""
    return {f"{s.table}.{c}": s.held.get(c, "") for s in found for c in (*s.columns, *s.held)}
