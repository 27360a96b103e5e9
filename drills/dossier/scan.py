"""Looks for what is left of somebody: rows by number, keys, ciphertext that a key still opens, plain text in any file,
numbers in the rings, search."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from petrel.ops.drills import Site

NUMBERS = """
select n.nspname || '.' || c.relname as "table", a.attname as "column", a.atttypid = 'bigint[]'::regtype as is_list
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
 where c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
   and a.atttypid in ('bigint'::regtype, 'bigint[]'::regtype)
   and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema' order by 1, 2
"""
SEALED = """
select n.nspname || '.' || c.relname as "table", a.attname as "column", d.description as line
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
  join pg_description d on d.objoid = c.oid and d.objsubid = a.attnum and d.classoid = 'pg_class'::regclass
 where c.relkind = 'r' and a.atttypid = 'bytea'::regtype and d.description like '%; key: %'
   and d.description not like '%; key: secret %'
"""
MAY_STAY = {
    "accounts.account.id": "the number, in a row that says nothing else",
    "journal.entry.subject": "numbers, for ever",
    "journal.entry.actor": "numbers, for ever",
    "journal.entry.refs": "numbers, for ever",
    "journal.seal.ids": "numbers of entries",
    "messages.message.named": "what others wrote to her is theirs",
    "messages.message.reply_to": "as above",
    "messages.message.reply_to_account": "as above",
    "messages.message.conversation": "the first of a conversation gives it its number",
    "messages.inbox.people": "as above",
    "messages.inbox.conversation": "as above",
    "messages.inbox.last_message": "as above",
    "notifications.conversation.conversation": "as above",
    "posts.post.boost_of": "what others boosted, shown to nobody",
    "posts.post.reply_to": "what others answered",
    "posts.post.reply_to_account": "whom others answered",
    "posts.post.thread": "the thread that others wrote in",
    "posts.post.mentions": "whom others named",
    "posts.mark.post": "what others marked, shown to nobody",
    "notifications.muted_thread.thread": "threads that others muted",
    "privacy.erasure.account": "that this was done",
    "deletions.deletion.id": "the ledger",
    "deletions.deletion.account": "the ledger",
    "access.crew_change.account": "for a week",
    **dict.fromkeys(("moderation.case_file.about", "moderation.report.about", "moderation.report.posts",
                     "moderation.decision.about", "moderation.decision.post", "moderation.appeal.account",
                     "moderation.look.authors", "moderation.look.posts"), "what was decided, without its words"),
}


class Sealed(Struct, frozen=True):
    """Ciphertext as a backup of before would have it; `number` is what it is bound to."""

    place: str
    number: int
    bytes: bytes


async def numbers_left(owner: Any, numbers: Sequence[int]) -> dict[str, int]:
    """Rows by table and column that hold one of these numbers, where none may."""
    found = {}
    for row in await owner.fetch(NUMBERS):
        name = f"{row['table']}.{row['column']}"
        if name in MAY_STAY:
            continue
        test = f"{row['column']} && $1::bigint[]" if row["is_list"] else f"{row['column']} = any($1::bigint[])"
        if count := await owner.fetchval(f"select count(*) from {row['table']} where {test}", list(numbers)):
            found[name] = count
    return found


async def sealed_of(owner: Any, numbers: Iterable[int]) -> list[Sealed]:
    """All ciphertext under the keys with these numbers, to be tried again afterwards."""
    found = []
    for row in await owner.fetch(SEALED):
        key = row["line"].rpartition("; key: ")[2]
        rows = await owner.fetch(f"select {key}, {row['column']} from {row['table']} "
                                 f"where {key} = any($1::bigint[]) and length({row['column']}) > 28", list(numbers))
        found += [Sealed(f"{row['table']}.{row['column']}", one[0], bytes(one[1])) for one in rows]
    return found


async def opened_by_any_key(keyring: Any, sealed: Sequence[Sealed]) -> tuple[list[str], int]:
    """(places of what some key that is left still opens, how many keys were tried)."""
    keys = [AESGCM(bytes(row[0])) for row in await keyring.fetch(
        "select key from keyring.key union all select value from keyring.secret")]
    return [one.place for one in sealed if any(_opens(key, one) for key in keys)], len(keys)


def _opens(key: AESGCM, one: Sealed) -> bool:
    try:
        key.decrypt(one.bytes[1:13], one.bytes[13:], one.number.to_bytes(8, "big"))
    except (InvalidTag, ValueError):
        return False
    return True


def plain_in_files(folder: Path, words: Sequence[str]) -> tuple[list[str], int]:
    """(files in which one of these words stands in the clear, bytes looked at): databases, logs, rings, everything."""
    found, size = [], 0
    needles = [word.encode() for word in words] + [word.encode("utf-16-le") for word in words]
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()):
        try:
            contents = path.read_bytes()
        except OSError:
            continue            # a socket, or gone meanwhile
        size += len(contents)
        if any(needle in contents for needle in needles):
            found.append(str(path.relative_to(folder)))
    return found, size


def numbers_in(path: Path, numbers: Sequence[int]) -> int:
    """How many of these numbers stand in a file of 64-bit integers."""
    if not path.exists():
        return 0
    contents = path.read_bytes()
    return sum(number.to_bytes(8, "little") in contents for number in numbers)


async def everything_left(site: Site, numbers: Sequence[int]) -> dict[str, int]:
    async with site.database() as owner:
        await owner.execute("set row_security = off")
        return await numbers_left(owner, numbers)
