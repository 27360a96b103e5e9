"""Lists that a member brings in by a page: taken in without doing anything, compared with what stands, then done.

The file is sealed under the account's key until it is done, or a week is over. What it would do is looked up when it is
shown, as the member: whom they may not see, it does not know.
"""

import io
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import IO, cast

import msgspec
from msgspec import Struct

from petrel.core import limits, seal
from petrel.core.doors import Reader, Writer
from petrel.core.errors import Conflict, Invalid, NotFound, Unauthenticated
from petrel.core.ids import cell_of, new_id
from petrel.core.pages import Page
from petrel.features import accounts, lists, posts, relationships
from petrel.features.archives import people, tables
from petrel.features.archives.shapes import BadArchive, Kind, Left, Person, Report
from petrel.features.relationships import Bit, domains

FILES: dict[Kind, str] = {kind: name for name, kind in tables.NAMES.items()}
MOST_BYTES, MOST_LINES = 1 << 20, 5_000
MOST_SHOWN = 60
DAYS = 7
JOB = "archives.list"

PUT = "insert into archives.waiting (cell, account, id, kind, sealed_file) values ($1, $2, $3, $4, $5)"
BEGIN = """
update archives.waiting set begun_at = now() where cell = $1 and account = $2 and id = $3 and begun_at is null
"""
DROP = "delete from archives.waiting where cell = $1 and account = $2 and id = $3 and ($4 or begun_at is null)"
OVERDUE = "delete from archives.waiting where made_at < now() - make_interval(days => $1) returning id, account"
OWN = "select * from archives.own_waiting($1, $2)"
DONE = "select * from archives.own_import($1, $2)"

STANDS = {"follows": Bit.FOLLOWING | Bit.REQUESTED, "blocks": Bit.BLOCKING, "mutes": Bit.MUTING}
AT_ONCE = 200
NOT_HERE = people.NOT_HERE


class Waiting(Struct, frozen=True):
    """How it stands: shown, running or done. `taken`, `already` and `left` (by reason) once it is done; `made` so far
    while it runs."""

    id: int
    state: str
    kind: str = ""
    made_at: datetime | None = None
    made: int = 0
    taken: int = 0
    already: int = 0
    left: tuple[tuple[str, int], ...] = ()


class Difference(Struct, frozen=True):
    """What a list would do. `new`: the first of them by name; `left`: reason, how many, the first of them."""

    new: tuple[str, ...]
    new_count: int
    already: int
    left: tuple[tuple[str, int, tuple[str, ...]], ...]


class OneFile:
    """A list by itself, as an archive that holds nothing else."""

    def __init__(self, kind: Kind, plain: bytes) -> None:
        self.names = frozenset((FILES[kind],))
        self._plain = plain

    def open(self, name: str) -> IO[bytes]:
        return io.BytesIO(self._plain)


async def bring(w: Writer, kind: str, plain: bytes) -> int:
    """Keeps a list of the acting member's; its number. Errors: BadArchive, Invalid ("kind")."""
    me = w.account
    if me is None:
        raise Unauthenticated
    if kind not in FILES:
        raise Invalid("kind", "is not one that can be brought in")
    known: Kind = kind
    if len(plain) > MOST_BYTES:
        raise BadArchive(message="This file is larger than 1 MB. Send it in parts")
    count = sum(1 for _ in tables.lines(OneFile(known, plain), known))
    if not count:
        raise BadArchive(message="There is nothing in this file. Choose the one that the other site gave you")
    if count > MOST_LINES:
        raise BadArchive(message=f"This file has more than {MOST_LINES:,} lines. Send it in parts")
    number = new_id(cell_of(me))
    await w.execute(PUT, cell_of(me), me, number, kind, await accounts.seal_text(me, plain))
    w.record("archives.list.brought", number, refs=[me])
    return number


async def standing(r: Reader, number: int) -> Waiting:
    """One of the viewer's. Errors: NotFound."""
    row = await r.row(OWN, r.digest, number)
    if row is not None and row["begun_at"] is None:
        return Waiting(number, "shown", row["kind"], row["made_at"])
    done = await r.row(DONE, r.digest, number)
    if done is None:
        if row is None:
            raise NotFound
        return Waiting(number, "running", row["kind"], row["made_at"])
    if row is not None or done["state"] == "running":
        return Waiting(number, "running", row["kind"] if row else "", done["begun_at"], done["made"])
    told = msgspec.json.decode(done["report"], type=dict[str, dict[str, int]])
    kind = next(iter(told.get("taken") or told.get("already") or {}), "")
    left = tuple((why.partition(": ")[2], count) for why, count in sorted(told.get("left", {}).items()))
    return Waiting(number, "done", kind, done["begun_at"], done["made"], sum(told.get("taken", {}).values()),
                   sum(told.get("already", {}).values()), left)


async def difference(r: Reader, number: int) -> Difference:
    """What one of the viewer's would do now. Errors: NotFound."""
    row = await r.row(OWN, r.digest, number)
    if row is None:
        raise NotFound
    kind = cast(Kind, row["kind"])
    file = OneFile(kind, seal.open_sealed(await accounts.key_of(row["account"]), row["account"], row["file"]))
    found = Report()
    new: list[str] = []
    if kind in STANDS:
        await _people(r, kind, list(tables.people(file, kind)), found, new)
    elif kind == "lists":
        await _lists(r, list(tables.in_lists(file)), found, new)
    elif kind == "bookmarks":
        await _bookmarks(r, [line[0] for line in tables.lines(file, kind)], found, new)
    else:
        await _servers(r, [line[0] for line in tables.lines(file, kind)], found, new)
    left = tuple((why, count, tuple(found.left[of, why])) for (of, why), count in sorted(found.left_count.items()))
    return Difference(tuple(new[:MOST_SHOWN]), len(new), sum(found.already.values()), left)


async def begin(w: Writer, number: int) -> None:
    """The member has looked and said yes: a job does it. Errors: NotFound, Conflict (it is being done)."""
    me = w.account
    if me is None:
        raise Unauthenticated
    if not await w.execute(BEGIN, cell_of(me), me, number):
        if (await standing(w, number)).state != "shown":
            raise Conflict("This list is being brought in already")
        raise NotFound
    w.record("archives.list.begun", number, refs=[me])
    w.later(JOB, {"account": me, "number": number}, lane="bulk", once=f"{JOB} {number}")


async def drop(w: Writer, number: int) -> None:
    """Errors: NotFound: none, or it is being done."""
    me = w.account
    if me is None:
        raise Unauthenticated
    if not await w.execute(DROP, cell_of(me), me, number, False):
        raise NotFound
    w.record("archives.list.dropped", number, refs=[me])


async def sweep(w: Writer) -> int:
    gone = await w.change(OVERDUE, DAYS)
    for row in gone:
        w.record("archives.list.dropped", row["id"], refs=[row["account"]])
    return len(gone)


async def _people(r: Reader, kind: Kind, found: list[Person | Left], report: Report, new: list[str]) -> None:
    numbers = await _numbers(r, [one.address for one in found if isinstance(one, Person)])
    bits = await _bits(r, numbers.values())
    for one in found:
        if isinstance(one, Left):
            report.leave(one)
        elif (number := numbers.get(one.address)) not in bits:
            report.leave(Left(kind, NOT_HERE, one.address))
        elif bits[number] & STANDS[kind]:
            report.already[kind] += 1
        else:
            new.append(one.address)


async def _lists(r: Reader, found: list[tuple[str, Person | Left]], report: Report, new: list[str]) -> None:
    numbers = await _numbers(r, [one.address for _, one in found if isinstance(one, Person)])
    bits = await _bits(r, numbers.values())
    within = {one.title: {member.account for member in await lists.members(r, one.id)} for one in await lists.mine(r)}
    for title, one in found:
        if isinstance(one, Left):
            report.leave(one)
        elif (number := numbers.get(one.address)) not in bits:
            report.leave(Left("lists", NOT_HERE, one.address))
        elif number in within.get(title, ()):
            report.already["lists"] += 1
        elif not bits[number] & Bit.FOLLOWING:
            report.leave(Left("lists", "you do not follow them", one.address))
        else:
            new.append(f"{one.address} in “{title}”")


async def _bookmarks(r: Reader, found: list[str], report: Report, new: list[str]) -> None:
    kept = {post async for post in kept_posts(r)}
    numbers = {address: people.post_of(address) for address in found}
    wanted = [number for number in numbers.values() if number is not None and number not in kept]
    there: set[int] = set()
    for at in range(0, len(wanted), AT_ONCE):
        there |= {one.row["id"] for one in await posts.judged(r, posts.Surface.API, wanted[at:at + AT_ONCE])
                  if one.row["code"] > posts.Code.TOMBSTONE}
    for address, number in numbers.items():
        if number in kept:
            report.already["bookmarks"] += 1
        elif number in there:
            new.append(address)
        else:
            report.leave(Left("bookmarks", people.NO_POST, address))


async def _servers(r: Reader, found: list[str], report: Report, new: list[str]) -> None:
    there = {one.name for one in await domains.blocked(r, Page(domains.MOST))}
    for typed in dict.fromkeys(found):
        try:
            name = domains.named(typed)
        except (Invalid, UnicodeError):
            report.leave(Left("domain blocks", "not a server", typed))
            continue
        if name in there:
            report.already["domain blocks"] += 1
        else:
            new.append(name)


async def kept_posts(r: Reader) -> AsyncIterator[int]:
    """The viewer's bookmarks, newest first."""
    page = Page(1000)
    while found := await posts.marked(r, posts.Mark.BOOKMARK, page):
        for _, post in found:
            yield post
        page = Page(page.limit, found[-1][0])


async def _numbers(r: Reader, addresses: Iterable[str]) -> dict[str, int]:
    """Of whoever is called so here."""
    by_domain: dict[str, list[str]] = {}
    for address in addresses:
        user, _, domain = address.partition("@")
        by_domain.setdefault("" if domain == limits.current().domain.lower() else domain, []).append(user)
    found: dict[str, int] = {}
    for domain, users in by_domain.items():
        for user, number in (await accounts.ids_by_handle(r, users, domain)).items():
            found[f"{user}@{domain}" if domain else user] = number
            if not domain:
                found[f"{user}@{limits.current().domain.lower()}"] = number
    return found


async def _bits(r: Reader, numbers: Iterable[int]) -> dict[int | None, int]:
    """How the viewer stands to these, as far as they may see them."""
    wanted = list(dict.fromkeys(numbers))
    found: Counter[int | None] = Counter()
    for at in range(0, len(wanted), AT_ONCE):
        part = wanted[at:at + AT_ONCE]
        seen = await accounts.cards_of(r, part)
        found.update({one: 0 for one in seen})
        for one in await relationships.many(r, part):
            if one.id in seen:
                found[one.id] = int(one.bits)
    return found
