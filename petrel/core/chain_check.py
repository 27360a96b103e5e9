"""Verifies the chain over the journal: recomputes everything, and names each entry that is not as it was sealed.

What is found: a changed, removed, inserted or moved entry, a changed seal or root, a signature that is not ours, and
a database that was set back behind what its witness has seen. What cannot be found: entries removed before they
were sealed (two seconds at most), and what somebody changed who holds the signing key *and* the witness.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import pairwise
from typing import Any, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from petrel.core import ids
from petrel.core.chain import (
    COLUMNS,
    NO_HASH,
    PRINT_BYTES,
    ROOTS_AFTER,
    Seal,
    entry_hash,
    root_hash,
    root_of,
    seal_hash,
)
from petrel.core.witness import (
    UNREADABLE,
    BadWitness,
    Heads,
    Restored,
    Root,
    Witness,
    is_beginning_of,
    is_signed,
    restored_hash,
)

Fetch = Callable[..., Awaitable[list[Any]]]
What = Literal["changed", "removed", "inserted", "moved", "seal", "root", "set_back", "witness"]

SEALS_AT_ONCE = 50
REMEMBERED_ROOTS = 100_000     # two days of them
CELLS = "select distinct cell from journal.seal"
SEALS = """
select cell, seq, epoch, from_xid, to_xid, ids, prints, hash from journal.seal
 where cell = $1 and seq > $2 order by seq limit $3
"""
ENTRIES = f"""
select {COLUMNS} from journal.entry
 where cell = $1 and (epoch, xid) > ($2::int, $3::bigint) and (epoch, xid) <= ($4::int, $5::bigint)
 order by epoch, xid, id
"""
BEYOND = "select count(*) from journal.entry where (epoch, xid) > ($1::int, $2::bigint)"
STRAY = """
select cell, id, kind from journal.entry where (epoch, xid) <= ($1::int, $2::bigint) and cell <> all($3::smallint[])
 order by cell, id limit 100
"""


class Finding(Struct, frozen=True):
    """One thing that is not as it was. `id` and `kind` are the entry's; `kind` is unknown when it is gone."""

    what: What
    text: str
    cell: int | None = None
    id: int | None = None
    kind: str | None = None


class Report(Struct):
    """`entries` were checked against their seals; `unsealed` are younger than the last seal. `notes` are no damage."""

    entries: int = 0
    seals: int = 0
    roots: int = 0
    unsealed: int = 0
    witnessed: int = 0
    restrictions: int = 0
    findings: list[Finding] = []
    restores: list[Restored] = []
    notes: list[str] = []

    def find(self, what: What, text: str, *, cell: int | None = None, entry: int | None = None,
             kind: str | None = None) -> None:
        self.findings.append(Finding(what, text, cell, entry, kind))


async def verify(fetch: Fetch, key: Ed25519PublicKey, witness: Witness) -> Report:
    """`fetch` may select from schema journal; best in one repeatable-read transaction, so that all is of one moment."""
    report = Report(findings=[], restores=[], notes=[])
    last, hashes = await _check_roots(fetch, key, report)
    _check_witness(witness, key, last, hashes, report)
    heads = last.heads if last else Heads()
    ends: dict[int, tuple[int, str]] = {}
    for cell in sorted({r["cell"] for r in await fetch(CELLS)} | {cell for cell, _, _ in heads.seals}):
        ends[cell] = await _check_cell(fetch, cell, report)
    for cell, seq, hashed in heads.seals:
        if ends[cell] != (seq, hashed):
            report.find("seal", f"cell {cell}: its seals end at {ends[cell][0]}, the last signed root says {seq}",
                        cell=cell)
    for cell in ends.keys() - {cell for cell, _, _ in heads.seals}:
        report.find("seal", f"cell {cell}: it has seals that no root has signed", cell=cell)
    for r in await fetch(STRAY, *heads.until, list(ends)):
        report.find("inserted", _name("inserted", r["cell"], r["id"], r["kind"], "in a cell that had none"),
                    cell=r["cell"], entry=r["id"], kind=r["kind"])
    report.unsealed = (await fetch(BEYOND, *heads.until))[0][0]
    report.findings = _join_moved(report.findings)
    return report


async def _check_roots(fetch: Fetch, key: Ed25519PublicKey, report: Report) -> tuple[Root | None, dict[int, str]]:
    """The last root, and the hashes of the latest ones by number: the witness may be a little behind."""
    previous, last = NO_HASH, None
    hashes: dict[int, str] = {}
    async for row in _roots(fetch):
        root = root_of(row)
        if root.seq != (last.seq if last else 0) + 1:
            report.find("root", f"roots {(last.seq if last else 0) + 1} to {root.seq - 1} are missing")
        elif bytes(row["hash"]) != root_hash(previous, root.seq, root.at_ms, root.heads):
            report.find("root", f"root {root.seq} was changed")
        if not is_signed(key, root.hash, root.signature):
            report.find("root", f"root {root.seq} is not signed by this site's key")
        previous, last = bytes(row["hash"]), root
        hashes[root.seq] = root.hash
        hashes.pop(root.seq - REMEMBERED_ROOTS, None)
        report.roots += 1
    return last, hashes


async def _roots(fetch: Fetch) -> AsyncIterator[Any]:
    seen = 0
    while rows := await fetch(ROOTS_AFTER, seen, 1_000):
        for row in rows:
            yield row
        seen = rows[-1]["seq"]


def _check_witness(witness: Witness, key: Ed25519PublicKey, last: Root | None, hashes: dict[int, str],
                   report: Report) -> None:
    """The witness's last root has to be one of ours; the roots' own chain covers those before it."""
    if not witness.path.exists():
        if last is not None:
            report.find("witness", f"{witness.path} is missing: nothing proves that the database was not set back")
        return
    _check_restrictions(witness, key, report)
    latest = _last_witnessed(witness, key, report)
    report.witnessed = _stands_at(latest) if latest else 0
    if latest is None or report.witnessed == 0:
        return
    if last is None or last.seq < report.witnessed:
        report.find("set_back", f"the database was set back: root {report.witnessed} was witnessed, it ends at root "
                                f"{last.seq if last else 0}")
        return
    hashed = latest.hash if isinstance(latest, Root) else latest.root_hash
    if hashes.get(report.witnessed) != hashed:
        report.find("set_back", f"root {report.witnessed} is not the one that was witnessed: the database was set "
                                "back and went on")


def _check_restrictions(witness: Witness, key: Ed25519PublicKey, report: Report) -> None:
    try:
        report.restrictions = sum(len(line.entries) for line in witness.lines(key))
    except BadWitness as e:
        report.find("witness", e.message)


def _last_witnessed(witness: Witness, key: Ed25519PublicKey, report: Report) -> Root | Restored | None:
    """What the database has to have: the last root, or what it went back to when it was restored since."""
    latest: Root | Restored | None = None
    torn: list[tuple[int, bytes]] = []
    with witness.path.open("rb") as file:
        for number, line in enumerate(file, 1):
            where = f"{witness.path}, line {number}"
            try:
                one = _root_or_restored(line)
            except UNREADABLE:
                torn.append((number, line))
                continue
            is_next = isinstance(one, Root) and one.seq == (_stands_at(latest) if latest else 0) + 1
            _look_at_torn(witness, torn, line if is_next else b"", report)
            torn = []
            if isinstance(one, Restored):
                if one.hash != restored_hash(one) or not is_signed(key, one.hash, one.signature):
                    report.find("witness", f"{where}: a restore that this site's key has not signed")
                    continue
                report.restores.append(one)
            else:
                if not is_signed(key, one.hash, one.signature):
                    report.find("witness", f"{where}: root {one.seq} is not signed by our key")
                if latest is not None and one.seq <= _stands_at(latest):
                    report.find("witness", f"{where}: root {one.seq} comes after root {_stands_at(latest)}")
            latest = one
    _look_at_torn(witness, torn, None, report)
    return latest


def _look_at_torn(witness: Witness, torn: list[tuple[int, bytes]], again: bytes | None, report: Report) -> None:
    """Lines that cannot be read, and what follows them. Cut off by a crash or a full disk they are written `again`, the
    same as far as they go; at the end of the file that is still to come. Anything else was done by a hand."""
    for number, line in torn:
        where = f"{witness.path}, line {number}"
        if not line.strip():
            continue
        if not is_beginning_of(line, again):
            report.find("witness", f"{where}: cannot be read")
        else:
            when = "is written again with the next root" if again is None else "was written again after it"
            report.notes.append(f"{where} was cut off, by a crash or a full disk: it {when}")


def _root_or_restored(line: bytes) -> Root | Restored:
    try:
        return msgspec.json.decode(line, type=Root)
    except msgspec.ValidationError:
        return msgspec.json.decode(line, type=Restored)


def _stands_at(one: Root | Restored) -> int:
    return one.seq if isinstance(one, Root) else one.restored_to


async def _check_cell(fetch: Fetch, cell: int, report: Report) -> tuple[int, str]:
    """Returns number and hash of the cell's last seal."""
    previous = Seal(cell=cell, seq=0, epoch=0, from_xid=0, to_xid=0, ids=[], prints=b"", hash=NO_HASH)
    while rows := await fetch(SEALS, cell, previous.seq, SEALS_AT_ONCE):
        seals = [Seal(cell=cell, seq=r["seq"], epoch=r["epoch"], from_xid=r["from_xid"], to_xid=r["to_xid"],
                      ids=list(r["ids"]), prints=bytes(r["prints"]), hash=bytes(r["hash"])) for r in rows]
        entries = await fetch(ENTRIES, cell, previous.epoch, previous.to_xid, seals[-1].epoch, seals[-1].to_xid)
        start = 0
        for before, seal in pairwise([previous, *seals]):
            end = start
            while end < len(entries) and (entries[end]["epoch"], entries[end]["xid"]) <= (seal.epoch, seal.to_xid):
                end += 1
            _check_seal(before, seal, entries[start:end], report)
            start = end
        previous = seals[-1]
    return previous.seq, previous.hash.hex()


def _check_seal(before: Seal, seal: Seal, rows: list[Any], report: Report) -> None:
    report.seals += 1
    report.entries += len(rows)
    if seal.seq != before.seq + 1:
        report.find("seal", f"cell {seal.cell}: seals {before.seq + 1} to {seal.seq - 1} are missing", cell=seal.cell)
    hashes = [entry_hash(r) for r in rows]
    is_whole = seal.hash == seal_hash(before.hash, seal.cell, seal.seq, seal.epoch, seal.from_xid, seal.to_xid, hashes)
    prints = b"".join(h[:PRINT_BYTES] for h in hashes)
    is_told = [r["id"] for r in rows] == seal.ids and prints == seal.prints
    if is_whole and is_told:
        return
    found = 0 if is_whole else _name_entries(seal, rows, hashes, report)
    if not found and seal.seq == before.seq + 1:
        report.find("seal", f"cell {seal.cell}: seal {seal.seq} was changed", cell=seal.cell)


def _name_entries(seal: Seal, rows: list[Any], hashes: list[bytes], report: Report) -> int:
    """Compares what is there with what the seal remembers; returns how many differences it named."""
    sealed = {number: seal.prints[i * PRINT_BYTES:(i + 1) * PRINT_BYTES] for i, number in enumerate(seal.ids)}
    there = {r["id"]: (r["kind"], h[:PRINT_BYTES]) for r, h in zip(rows, hashes, strict=True)}
    before = len(report.findings)
    for number in seal.ids:
        if number not in there:
            report.find("removed", _name("removed", seal.cell, number, None, f"from seal {seal.seq}"),
                        cell=seal.cell, entry=number)
        elif there[number][1] != sealed[number]:
            report.find("changed", _name("changed", seal.cell, number, there[number][0], f"in seal {seal.seq}"),
                        cell=seal.cell, entry=number, kind=there[number][0])
    for number, (kind, _) in there.items():
        if number not in sealed:
            report.find("inserted", _name("inserted", seal.cell, number, kind, f"into seal {seal.seq}"),
                        cell=seal.cell, entry=number, kind=kind)
    return len(report.findings) - before


def _name(what: str, cell: int, number: int, kind: str | None, where: str) -> str:
    return f"cell {cell}: entry {number}{f' ({kind})' if kind else ''} of {ids.at_of(number):%F %T} was {what} {where}"


def _join_moved(findings: list[Finding]) -> list[Finding]:
    """An entry that is missing in one place and surplus in another, or changed in its position only, was moved."""
    removed = {f.id: f for f in findings if f.what == "removed"}
    moved = {f.id for f in findings if f.what == "inserted" and f.id in removed}
    joined = []
    for f in findings:
        if f.id in moved and f.what == "inserted":
            text = f"entry {f.id} ({f.kind}) was moved from cell {removed[f.id].cell} to cell {f.cell}" \
                if removed[f.id].cell != f.cell else f.text.replace("was inserted", "was reordered")
            joined.append(Finding("moved", text, f.cell, f.id, f.kind))
        elif not (f.id in moved and f.what == "removed"):
            joined.append(f)
    return joined
