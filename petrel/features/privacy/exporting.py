"""Exports: asked for, made part by part, handed to their owner for seven days, gone with their key.

Made as a job: each page of each table is a part, a sealed file in a folder of the export; its place is kept after it
is durable, so that whoever goes on after a kill writes the next part and none twice. Packing the parts into an archive
(packing.py) asks the database for nothing that is big.
"""

import shutil
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from petrel.core import clock, seal, sealed_file
from petrel.core.doors import Reader, Writer, current, deriving, reading, writing
from petrel.core.errors import NotFound, PetrelError
from petrel.core.ids import cell_of, new_id
from petrel.core.viewer import Member, System
from petrel.features import accounts
from petrel.features.privacy import packing, reach
from petrel.features.privacy import sources as tables
from petrel.features.privacy.parts import Folder

SYSTEM = System("privacy")
DAYS = 7
ASK_SQL = """
insert into privacy.export (cell, account, id) values (law.cell($1), $1, $2)
"""
REQUEST = "insert into privacy.request (id, account, kind) values ($1, $2, 'export')"
NEWEST = """
select id, asked_at, done_at, bytes, expires_at from privacy.export
 where cell = law.cell($1) and account = $1 order by id desc limit 1
"""
OWN = "select * from privacy.own_exports($1)"
FIND = """
select id, places::text, done_at from privacy.export where cell = law.cell($1) and account = $1 and id = $2
"""
KEEP = "update privacy.export set places = $3::text::jsonb where cell = law.cell($1) and account = $1 and id = $2"
FINISH = """
update privacy.export set done_at = now(), bytes = $3, digest = $4, places = '{}',
       expires_at = now() + make_interval(days => $5) where cell = law.cell($1) and account = $1 and id = $2
"""
ANSWERED = "update privacy.request set done_at = now() where account = $1 and kind = 'export' and done_at is null"
DROP = "delete from privacy.export where cell = law.cell($1) and account = $1 and id = any($2::bigint[])"
ALL_OF = "select id from privacy.export where cell = law.cell($1) and account = $1"
EXPIRED = """
select account, id from privacy.export
 where expires_at < now() or done_at is null and asked_at < now() - make_interval(days => $1) limit 100
"""
KNOWN = "select id from privacy.export where id = any($1::bigint[])"
HANDLE = "select handle from accounts.account where cell = law.cell($1) and id = $1"


class Export(Struct, frozen=True):
    """An export as its owner sees it. `bytes` and `expires_at` once it is done."""

    id: int
    asked_at: datetime
    done_at: datetime | None = None
    bytes: int | None = None
    expires_at: datetime | None = None


class Place(Struct):
    """How far a table has come. `after`: where the next page begins; with `is_done` there is none."""

    parts: int = 0
    rows: int = 0
    after: Any = None
    is_done: bool = False


Digest = bytes                  # `bytes` has another meaning inside the next class


class Opened(Struct, frozen=True):
    """A finished export, open for reading: `pieces(start, end)` gives its plain text."""

    path: Path
    key: bytes
    id: int
    bytes: int
    digest: Digest


def home() -> Path:
    """Where exports lie: DATA/exports, for the program's own user only."""
    run = current().run_directory
    if run is None:
        raise PetrelError("There is no data directory to keep exports in")
    folder = run.parent / "exports"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


async def ask(w: Writer, account: int, *, by_crew: bool = False) -> int:
    """Orders an export; returns its number. One that is being made already is that one; one that was done before makes
    room for the new. Errors: NotFound."""
    await w.fetch("select pg_advisory_xact_lock($1)", account)
    handle = await w.value(HANDLE, account)
    if not handle:
        raise NotFound
    row = await w.row(NEWEST, account)
    if row is not None and row["done_at"] is None:
        return int(row["id"])
    number = new_id(cell_of(account))
    old = [r[0] for r in await w.fetch(ALL_OF, account)]
    if old:
        await w.execute(DROP, account, old)
        w.later("privacy.discard", {"account": account, "ids": [str(n) for n in old]}, lane="bulk")
    await w.execute(ASK_SQL, account, number)
    await w.execute(REQUEST, new_id(cell_of(account)), account)
    if not by_crew:
        w.later("privacy.export", {"account": account, "number": str(number)}, lane="bulk",
                once=f"privacy.export {number}")
    w.record("privacy.export.asked", number, refs=(account,))
    return number


async def own(r: Reader) -> list[Export]:
    """The viewer's, newest first; for browsers only, suspended people included."""
    return [Export(x["id"], x["asked_at"], x["done_at"], x["bytes"], x["expires_at"])
            for x in await r.fetch(OWN, r.digest)]


async def make(account: int, number: int, say: Any = lambda line: None) -> None:
    """Makes an export, or goes on with one; done ones are left. Errors: NotFound (it was withdrawn)."""
    async with reading(SYSTEM) as r:
        row = await r.row(FIND, account, number)
        lines = await reach.lines_of(r)
        found = await tables.sources(r, lines)
        handle = await r.value(HANDLE, account)
    if row is None:
        raise NotFound
    if row["done_at"] is not None:
        return
    places = msgspec.json.decode(row["places"], type=dict[str, Place])
    folder = Folder(home() / f"{number}.parts", (await seal.new_keys([number]))[number], number)
    async with writing(SYSTEM, cause="export") as w:
        digest, token = await accounts.issue_for_export(w, account)
    person = Member(account, digest, frozenset(("read",)))
    try:
        for source in found:
            await _collect(account, number, person, source, places, folder)
            say(f"{source.table}: {places[source.table].rows} rows")
        archive = home() / f"{number}.sealed"
        with sealed_file.Writing(archive, folder.key, number) as file:
            digester = packing.Digesting(file)
            await packing.pack(digester, packing.Whole(account, handle or "", person, found, folder,
                                                       {t: p.parts for t, p in places.items()}))
    finally:
        async with writing(SYSTEM, cause="export") as w:
            await accounts.revoke(w, token)
    async with writing(SYSTEM, cause="export") as w:
        await w.execute(FINISH, account, number, file.bytes, digester.digest(), DAYS)
        await w.execute(ANSWERED, account)
        w.record("privacy.export.made", number, refs=(account,))
    folder.remove()


async def _collect(account: int, number: int, person: Member, source: tables.Source, places: dict[str, Place],
                   folder: Folder) -> None:
    place = places.setdefault(source.table, Place())
    while not place.is_done:
        async with reading(SYSTEM) as r, reading(person) as p:
            page = await tables.page(r, p, account, source, place.after)
        if page.rows:
            folder.put(source.table, place.parts, msgspec.json.encode(page.rows))
            place.parts += 1
        place.rows += len(page.rows)
        place.after, place.is_done = page.after, page.after is None
        async with deriving("privacy") as w:
            await w.execute(KEEP, account, number, msgspec.json.encode(places).decode())


async def open_own(r: Reader, number: int) -> Opened:
    """The viewer's own finished export. Errors: NotFound: somebody else's, none, not done, expired."""
    row = next((x for x in await r.fetch(OWN, r.digest) if x["id"] == number), None)
    if row is None or row["done_at"] is None or row["expires_at"] <= clock.now():
        raise NotFound
    key = (await seal.keys([number])).get(number)
    path = home() / f"{number}.sealed"
    if key is None or not path.exists():
        raise NotFound
    return Opened(path, key, number, row["bytes"], row["digest"])


async def deliver(account: int, number: int, to: Path) -> str:
    """For the crew: writes a finished export as a plain archive, and removes it here. Returns its SHA-256."""
    key = (await seal.keys([number]))[number]
    digest = sha256()
    with to.open("wb") as file:
        to.chmod(0o600)
        for piece in sealed_file.read(home() / f"{number}.sealed", key, number):
            digest.update(piece)
            file.write(piece)
    async with writing(SYSTEM, cause="export") as w:
        await w.execute(DROP, account, [number])
        w.record("privacy.export.delivered", number, refs=(account,))
    await discard([number])
    return digest.hexdigest()


async def discard(numbers: list[int]) -> None:
    """Files and keys of exports whose rows are gone. Twice does no harm."""
    await seal.destroy(numbers)
    for number in numbers:
        (home() / f"{number}.sealed").unlink(missing_ok=True)
        shutil.rmtree(home() / f"{number}.parts", ignore_errors=True)


async def expire() -> int:
    """Removes exports after seven days, also such as were never finished, and files that nobody has a row of: whoever
    was making one may not have noticed that it was withdrawn. Returns how many."""
    await _discard_strays()
    async with reading(SYSTEM) as r:
        rows = await r.fetch(EXPIRED, DAYS)
    for row in rows:
        await discard([row["id"]])
        async with writing(SYSTEM, cause="export") as w:
            await w.execute(DROP, row["account"], [row["id"]])
            w.record("privacy.export.expired", row["id"], refs=(row["account"],))
    return len(rows)


async def _discard_strays() -> None:
    lying = {int(path.name.partition(".")[0]) for path in home().iterdir() if path.name.partition(".")[0].isdigit()}
    async with reading(SYSTEM) as r:
        known = {row[0] for row in await r.fetch(KNOWN, list(lying))}
    await discard(sorted(lying - known))


async def discard_all(account: int) -> int:
    """All exports of somebody who is being erased."""
    async with writing(SYSTEM, cause="erasure") as w:
        numbers = [row[0] for row in await w.fetch(ALL_OF, account)]
        if numbers:
            await w.execute(DROP, account, numbers)
            w.record("privacy.export.expired", account, refs=numbers)
    await discard(numbers)
    return len(numbers)
