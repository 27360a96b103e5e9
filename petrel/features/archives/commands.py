"""What an import writes, in transactions of well under a second each, and how it is taken back."""

import hashlib
import hmac
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from petrel.core import seal
from petrel.core.doors import Writer
from petrel.core.errors import PetrelError
from petrel.core.ids import cell_of, new_id
from petrel.core.viewer import Member
from petrel.features import posts
from petrel.features.archives.shapes import ImportNotFound, Left, Old, Report
from petrel.features.posts import Past

POST, FOLLOW, OTHER = 1, 2, 3

BEGIN = "insert into archives.import (cell, id, account) values ($1, $2, $3)"
NOTE = """
update archives.import set state = $3, report = $4::jsonb, ended_at = case when $3 = 'running' then null else now() end
 where cell = $1 and id = $2
"""
FIND = "select account, state from archives.import where cell = $1 and id = $2"
KNOWN = "select source, object from archives.item where cell = $1 and account = $2 and source = any($3::bytea[])"
ADD = """
insert into archives.item (cell, account, source, kind, object, import)
select $1, $2, source, $3, object, $6 from unnest($4::bytea[], $5::bigint[]) i(source, object) on conflict do nothing
"""
OBJECTS = "select object from archives.item where cell = $1 and import = $2 and kind = $3 order by object limit $4"
FORGET = "delete from archives.item where cell = $1 and import = $2 and object = any($3::bigint[])"
FORGET_REST = "delete from archives.item where cell = $1 and import = $2"
LISTED = """
select id, state, report::text as report, begun_at, ended_at from archives.import
 where cell = $1 and account = $2 order by id desc limit 100
"""


class Import(Struct, frozen=True):
    """One import: whom it acts as, by a token of its own."""

    id: int
    member: Member
    apart: str = ""
    """Before the names of things, where what another import has taken does not count."""

    @property
    def account(self) -> int:
        return self.member.account

    @property
    def cell(self) -> int:
        return cell_of(self.member.account)


async def begin(w: Writer, account: int) -> int:
    number = new_id(cell_of(account))
    await w.execute(BEGIN, cell_of(account), number, account)
    w.record("archives.import.begun", number, refs=(account,))
    return number


async def begin_as(w: Writer, account: int, number: int) -> None:
    """With a number that it has already; twice is as once."""
    if await w.execute(BEGIN + " on conflict do nothing", cell_of(account), number, account):
        w.record("archives.import.begun", number, refs=(account,))


async def end(w: Writer, number: int, report: Report, state: str = "done") -> None:
    await w.execute(NOTE, cell_of(number), number, state, msgspec.json.encode(report.numbers()).decode())
    w.record("archives.import.ended", number)


async def account_of(w: Writer, number: int) -> int:
    """Whose import this is. Errors: ImportNotFound."""
    row = await w.row(FIND, cell_of(number), number)
    if row is None:
        raise ImportNotFound
    return int(row["account"])


async def digests(names: Sequence[str]) -> list[bytes]:
    """What archives call things, so that nobody who reads the table learns where somebody had been before."""
    secret = await seal.secret("archives")
    return [hmac.digest(secret, name.encode("utf-8", "surrogatepass"), hashlib.sha256)[:16] for name in names]


async def known(w: Writer, account: int, sources: Sequence[bytes]) -> dict[bytes, int]:
    return {row[0]: row[1] for row in await w.fetch(KNOWN, cell_of(account), account, list(sources))}


async def take_posts(w: Writer, imported: Import, olds: Sequence[Old]) -> list[str | Left]:
    """Takes a few hundred posts, oldest first; for each "taken", "already", or why not. Errors: Unauthenticated."""
    sources = await digests([old.source for old in olds])
    parents = await digests([old.reply_to or "" for old in olds])
    before = await known(w, imported.account, [*sources, *parents])
    answers: list[str | Left] = ["already"] * len(olds)
    new = {source: n for n, source in reversed(list(enumerate(sources))) if source not in before}
    places = sorted(new.values())
    numbers = await posts.ids_at(w, imported.account, [olds[n].at for n in places])
    here = before | {sources[n]: number for n, number in zip(places, numbers, strict=True)}

    pasts = [_past(olds[n], number, here.get(parents[n])) for n, number in zip(places, numbers, strict=True)]
    made = await posts.import_many(w, imported.member, pasts)

    taken = []
    for n, one in zip(places, made, strict=True):
        answers[n] = _why(olds[n], one) if isinstance(one, PetrelError) else "taken"
        if isinstance(one, int):
            taken.append((sources[n], one))
    await remember(w, imported, POST, taken)
    return answers


def _past(old: Old, number: int, parent: int | None) -> Past:
    return Past(number, old.text, old.spoiler, old.audience, old.is_sensitive, old.language,
                parent if parent is not None and parent < number else None, old.edited_at)


def _why(old: Old, wrong: PetrelError) -> Left:
    return Left("posts", wrong.message.removeprefix("Validation failed: "), old.source)


async def remember(w: Writer, imported: Import, kind: int, taken: Sequence[tuple[bytes, int]]) -> None:
    if taken:
        await w.execute(ADD, imported.cell, imported.account, kind, [source for source, _ in taken],
                        [number for _, number in taken], imported.id)


async def objects(w: Writer, number: int, kind: int, most: int) -> list[int]:
    """The next things that this import made and that are not yet taken back."""
    return [row[0] for row in await w.fetch(OBJECTS, cell_of(number), number, kind, most)]


async def take_back(w: Writer, number: int, account: int, made: Sequence[int]) -> int:
    """Deletes these posts, and forgets that they were taken. Returns how many there still were."""
    gone = await posts.delete_imported(w, account, made)
    await forget(w, number, made)
    return gone


async def forget(w: Writer, number: int, made: Sequence[int] | None = None) -> None:
    """None: all that is left of the import."""
    if made is None:
        await w.execute(FORGET_REST, cell_of(number), number)
    else:
        await w.execute(FORGET, cell_of(number), number, list(made))
    w.record("archives.item.forgotten", number)
