"""The chain over the journal: what was written stays as it was, or it is found and named (`core/chain_check.py`).

The sealer reads entries below the horizon in commit order and adds one *seal* per cell to that cell's chain of
hashes; then it signs a *root* over the heads of all chains and hands it to the *witness*, a file that only grows
and is meant to be copied off the machine. Writers never wait for it; a slow transaction that commits late lies
above the horizon until it ends, and is sealed then, in its place in the order. source: DESIGN section 5.

An entry's hash covers every column but `salt`: erasing a salt makes the digest of a text worthless and breaks
nothing. Hashes are SHA-256; the signature is Ed25519.
"""

import hashlib
import os
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

from petrel.core import clock, restrictions
from petrel.core.doors import Writer, deriving, reading
from petrel.core.restrictions import Kept
from petrel.core.viewer import System
from petrel.core.witness import Heads, Root, Witness

BATCH_ENTRIES = 5_000
KEEP_ENTRIES = 20_000          # looked through for one line of restrictions
PRINT_BYTES = 8                # of each entry's hash, kept in the seal to tell which entry was changed
NO_HASH = bytes(32)
LOCK = 0x7365616C_6572         # "sealer"
KEEPER_LOCK = 0x6B656570_6572  # "keeper"

COLUMNS = """cell, id, epoch, xid, (extract(epoch from at) * 1000000)::bigint as at_us, kind, subject, actor, refs,
       cause, digest, inverse::text as inverse"""
UNSEALED = f"""
select {COLUMNS} from journal.entry
 where (epoch, xid) > ($1::int, $2::bigint)
   and (epoch < (select max(epoch) from journal.epoch) or xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
 order by epoch, xid, id limit $3
"""
OF_TRANSACTION = f"select {COLUMNS} from journal.entry where epoch = $1 and xid = $2 order by id"
LAST_ROOT = "select seq, hash, heads::text as heads from journal.root order by seq desc limit 1"
AFTER = "select exists (select from journal.entry where (epoch, xid) > ($1::int, $2::bigint))"
HORIZON = "select max(epoch), pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1 from journal.epoch"
BOUND = """
select epoch, xid from journal.entry
 where (epoch, xid) > ($1::int, $2::bigint) and (epoch, xid) <= ($3::int, $4::bigint)
 order by epoch, xid, id offset $5 limit 1
"""
RESTRICTING = """
select cell, id, epoch, xid, (extract(epoch from at) * 1000000)::bigint as at_us, kind, subject, actor, refs
  from journal.entry
 where (epoch, xid) > ($1::int, $2::bigint) and (epoch, xid) <= ($3::int, $4::bigint) and kind <> all ($5::text[])
 order by epoch, xid, id
"""
INSERT_SEALS = """
insert into journal.seal (cell, seq, epoch, from_xid, to_xid, ids, prints, hash)
select cell, seq, epoch, from_xid, to_xid, string_to_array(ids, ',')::bigint[], prints, hash
  from unnest($1::smallint[], $2::bigint[], $3::int[], $4::bigint[], $5::bigint[], $6::text[], $7::bytea[], $8::bytea[])
       s(cell, seq, epoch, from_xid, to_xid, ids, prints, hash)
"""
INSERT_ROOT = """
insert into journal.root (seq, at, heads, hash, signature)
values ($1, to_timestamp($2::float8 / 1000), $3::text::jsonb, $4, $5)
"""
ROOTS_AFTER = """
select seq, (extract(epoch from at) * 1000)::bigint as at_ms, heads::text as heads, hash, signature
  from journal.root where seq > $1 order by seq limit $2
"""


class Seal(Struct, frozen=True):
    """Entries of one cell, in commit order, under one hash that also covers the seal before it."""

    cell: int
    seq: int
    epoch: int
    from_xid: int
    to_xid: int
    ids: list[int]
    prints: bytes
    hash: bytes


def entry_hash(row: Any) -> bytes:
    refs = list(row["refs"])
    return hashlib.sha256(b"petrel entry 1\n" + msgspec.json.encode([
        row["cell"], row["id"], row["epoch"], row["xid"], row["at_us"], row["kind"], row["subject"], row["actor"],
        refs, row["cause"], row["digest"].hex(), row["inverse"]])).digest()


def seal_hash(previous: bytes, cell: int, seq: int, epoch: int, from_xid: int, to_xid: int,
              hashes: list[bytes]) -> bytes:
    head = msgspec.json.encode([cell, seq, epoch, from_xid, to_xid])
    return hashlib.sha256(b"petrel seal 1\n" + previous + head + b"\n" + b"".join(hashes)).digest()


def root_hash(previous: bytes, seq: int, at_ms: int, heads: Heads) -> bytes:
    return hashlib.sha256(b"petrel root 1\n" + previous + msgspec.json.encode([seq, at_ms, heads])).digest()


def make_seal(rows: list[Any], seq: int, previous: bytes) -> Seal:
    """`rows`: of one cell and epoch, in commit order, at least one."""
    hashes = [entry_hash(r) for r in rows]
    cell, epoch, first, last = rows[0]["cell"], rows[0]["epoch"], rows[0]["xid"], rows[-1]["xid"]
    return Seal(cell=cell, seq=seq, epoch=epoch, from_xid=first, to_xid=last, ids=[r["id"] for r in rows],
                prints=b"".join(h[:PRINT_BYTES] for h in hashes),
                hash=seal_hash(previous, cell, seq, epoch, first, last, hashes))


def load_key(folder: Path) -> Ed25519PrivateKey:
    """The site's signing key, made on the first call; the file is readable by its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "journal.key"
    if not path.exists():
        making = folder / f"journal.key.{os.getpid()}"
        descriptor = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(Ed25519PrivateKey.generate().private_bytes_raw().hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(making, path)           # fails when another process was first, and then its key counts
        except FileExistsError:
            pass
        making.unlink()
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))


def public_bytes(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


async def is_anything_after(until: tuple[int, int]) -> bool:
    """Whether somebody has written since: one look, where to keep and to seal nothing takes a dozen statements."""
    async with reading(System("sealer")) as r:
        return bool(await r.value(AFTER, *until))


class Keeper:
    """Tells the witness of what takes something away, as soon as it lies below the horizon.

    One per process. Of several processes on one directory one keeps at a time, the others pass.
    """

    def __init__(self, key: Ed25519PrivateKey, witness: Witness) -> None:
        self._key = key
        self._witness = witness
        self._until = (0, 0)

    @property
    def until(self) -> tuple[int, int]:
        """Up to where everything is kept: epoch and transaction."""
        return self._until

    async def keep_once(self) -> int:
        """Durable when it returns; returns how many entries. Errors: Unavailable; OSError of the witness's file."""
        kept, is_more = await self._keep_some()
        while is_more:
            more, is_more = await self._keep_some()
            kept += more
        return kept

    async def _keep_some(self) -> tuple[int, bool]:
        """One line at most, whole transactions; and whether there is more below the horizon."""
        async with deriving("keeper") as w:
            if not await w.value("select pg_try_advisory_xact_lock($1)", KEEPER_LOCK):
                return 0, False
            line, root = self._witness.last_line(), self._witness.last()
            self._until = max(self._until, line.until if line else (0, 0),
                              root.heads.until if isinstance(root, Root) else (0, 0))
            [horizon] = await w.fetch(HORIZON)
            bound = await w.row(BOUND, *self._until, *horizon, KEEP_ENTRIES)
            epoch, xid = bound or horizon
            entries = await w.fetch(RESTRICTING, *self._until, epoch, xid, list(restrictions.HARMLESS))
            if entries:
                last_root = await w.value("select coalesce(max(seq), 0) from journal.root")
                self._witness.keep(self._key, [Kept(**dict(e)) for e in entries], root=last_root, until=(epoch, xid),
                                   at_ms=clock.now_ms())
            self._until = (epoch, xid)
        return len(entries), bound is not None


async def seal_once(key: Ed25519PrivateKey, witness: Witness, keeper: Keeper | None = None) -> int:
    """Seals what lies below the horizon, `BATCH_ENTRIES` at most, and witnesses it; returns how many entries.

    Returns 0 when another process is sealing just now. Errors: Unavailable; OSError of the witness's file.
    """
    async with deriving("sealer") as w:
        if not await w.value("select pg_try_advisory_xact_lock($1)", LOCK):
            return 0
        last = await w.row(LAST_ROOT)
        heads = msgspec.json.decode(last["heads"], type=Heads) if last else Heads()
        rows = await _unsealed(w, heads.until)
        if rows:
            seals = _seals(rows, heads)
            await w.execute(INSERT_SEALS, *_columns(seals))
            await _sign(w, key, last["seq"] + 1 if last else 1, bytes(last["hash"]) if last else NO_HASH,
                        _extended(heads, seals, (rows[-1]["epoch"], rows[-1]["xid"])))
        written = last["seq"] + bool(rows) if last else int(bool(rows))
    if written > witness.last_seq():
        if keeper is not None:
            # First: a root that is witnessed says that the restrictions it covers are kept.
            await keeper.keep_once()
        await tell_witness(key, witness)
    return len(rows)


async def _unsealed(w: Writer, until: tuple[int, int]) -> list[Any]:
    """Entries in commit order, all of a transaction or none of it."""
    rows = await w.fetch(UNSEALED, *until, BATCH_ENTRIES)
    if len(rows) < BATCH_ENTRIES:
        return rows
    cut = (rows[-1]["epoch"], rows[-1]["xid"])
    whole = [r for r in rows if (r["epoch"], r["xid"]) != cut]
    return whole or await w.fetch(OF_TRANSACTION, *cut)


def _seals(rows: list[Any], heads: Heads) -> list[Seal]:
    before = {cell: (seq, bytes.fromhex(hashed)) for cell, seq, hashed in heads.seals}
    seals = []
    # Sorting is stable: commit order stays within each cell and epoch.
    for (cell, _), group in groupby(sorted(rows, key=_cell_and_epoch), key=_cell_and_epoch):
        seq, previous = before.get(cell, (0, NO_HASH))
        seals.append(make_seal(list(group), seq + 1, previous))
        before[cell] = (seq + 1, seals[-1].hash)
    return seals


def _cell_and_epoch(row: Any) -> tuple[int, int]:
    return row["cell"], row["epoch"]


def _extended(heads: Heads, seals: list[Seal], until: tuple[int, int]) -> Heads:
    latest = {cell: (cell, seq, hashed) for cell, seq, hashed in heads.seals}
    latest |= {s.cell: (s.cell, s.seq, s.hash.hex()) for s in seals}
    return Heads(seals=[latest[cell] for cell in sorted(latest)], until=until)


def _columns(seals: list[Seal]) -> list[object]:
    return [[s.cell for s in seals], [s.seq for s in seals], [s.epoch for s in seals], [s.from_xid for s in seals],
            [s.to_xid for s in seals], [",".join(map(str, s.ids)) for s in seals], [s.prints for s in seals],
            [s.hash for s in seals]]


async def _sign(w: Writer, key: Ed25519PrivateKey, seq: int, previous: bytes, heads: Heads) -> None:
    at_ms = clock.now_ms()
    hashed = root_hash(previous, seq, at_ms, heads)
    await w.execute(INSERT_ROOT, seq, at_ms, msgspec.json.encode(heads).decode(), hashed, key.sign(hashed))


async def tell_witness(key: Ed25519PrivateKey, witness: Witness) -> None:
    """Brings the witness up to date with roots it has not seen, after a crash in between too."""
    public = public_bytes(key.public_key()).hex()
    seen = witness.last_seq()
    line = witness.last_line()
    while True:
        async with deriving("sealer") as w:
            rows = await w.fetch(ROOTS_AFTER, seen, 1_000)
        if not rows:
            return
        kept = line.seq if line else 0
        witness.append([msgspec.structs.replace(root_of(r, public), restrictions=kept) for r in rows])
        seen = rows[-1]["seq"]


def root_of(row: Any, key: str = "") -> Root:
    """A row of ROOTS_AFTER as a root."""
    return Root(seq=row["seq"], at_ms=row["at_ms"], heads=msgspec.json.decode(row["heads"], type=Heads),
                hash=bytes(row["hash"]).hex(), signature=bytes(row["signature"]).hex(), key=key)
