"""A restored database, not served yet: a new epoch, then everything again that took something away since the backup."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from petrel.core import chain, journal, restrictions, seal
from petrel.core.doors import reading, writing
from petrel.core.restrictions import Kept
from petrel.core.viewer import System
from petrel.core.witness import Restored, Witness, restored_hash
from petrel.features import privacy
from petrel.ops import surfaces
from petrel.ops.backups.restore import Ask, Known
from petrel.ops.backups.shapes import NotNow

WHO = System("restore")
AT_ONCE = 50
KEYS_AT_ONCE = 5_000

# No number of the lost site is given out again: makers go on after its last moment, and their holders are gone.
MAKERS = """
update ops.maker set high_water = greatest(high_water, $1::bigint), holder = null, lease_until = '-infinity'
"""
THERE = """
select e.id from unnest($1::smallint[], $2::int[], $3::bigint[], $4::bigint[]) n(cell, epoch, xid, id)
  join journal.entry e using (cell, epoch, xid, id)
"""
LAST_ROOT = "select seq, hash from journal.root order by seq desc limit 1"
TOMBSTONES = """
select id from posts.post where flags & 512 <> 0 and boost_of is null union all
select id from messages.message where flags & 512 <> 0
"""
WHY = "restored without a witness: nobody knows what was deleted or closed since the backup"


class Replayed(Struct):
    """How many entries the witness had, were in the backup already, changed something; by kind what changed."""

    witnessed: int = 0
    known: int = 0
    changed: dict[str, int] = {}
    keys_destroyed: int = 0
    locked_out: list[int] = []


async def begin_epoch(owner: Any, known: Known) -> int:
    """With the owner's connection, before anything else writes. Returns the new epoch."""
    async with owner.transaction():
        await owner.execute(MAKERS, known.at_ms)
        return int(await owner.fetchval(journal.BEGIN_EPOCH, known.epoch, "restore"))


async def replay(lines: Sequence[Any], owner: Any) -> Replayed:
    """In the order of the journal; idempotent. The doors are open. Errors: NotNow, for an entry of a newer release."""
    entries = [entry for line in lines for entry in line.entries]
    done = Replayed(witnessed=len(entries), changed={}, locked_out=[])
    for start in range(0, len(entries), AT_ONCE):
        await _replay_some(entries[start:start + AT_ONCE], done)
    for kind, close in restrictions.CLOSED.items():
        async with writing(WHO, cause="restore") as w:
            if count := await close(w):
                w.record(kind, 0, cell=0, refs=[count])
                done.changed[kind] = count
    done.keys_destroyed = await _destroy_keys(owner) + await privacy.erasure.shut()
    return done


async def _replay_some(entries: list[Kept], done: Replayed) -> None:
    async with writing(WHO, cause="restore") as w:
        rows = await w.fetch(THERE, [e.cell for e in entries], [e.epoch for e in entries], [e.xid for e in entries],
                             [e.id for e in entries])
        there = {row["id"] for row in rows}
        for entry in entries:
            if entry.id in there:
                done.known += 1
            elif restrictions.is_restricting(entry.kind) and await _again(entry)(w, entry):
                w.record(entry.kind, entry.subject, cell=entry.cell, actor=entry.actor, refs=entry.refs,
                         cause=f"restore of {entry.id}")
                done.changed[entry.kind] = done.changed.get(entry.kind, 0) + 1
                if entry.kind == "accounts.password.changed":
                    done.locked_out.append(entry.subject)


def _again(entry: Kept) -> restrictions.Again:
    if entry.kind not in restrictions.AGAIN:
        raise NotNow(f"The witness has {entry.kind} (entry {entry.id}), which this release does not know how to apply "
                     "again. Restore with the release that wrote it")
    return restrictions.AGAIN[entry.kind]


async def _destroy_keys(owner: Any) -> int:
    """Keys of what is deleted by now; those whose job had not run when the copy was made, too."""
    ids = [row[0] for row in await owner.fetch(TOMBSTONES)]
    return sum([await seal.destroy(ids[i:i + KEYS_AT_ONCE]) for i in range(0, len(ids), KEYS_AT_ONCE)])


async def sign(ask: Ask, known: Known, epoch: int, at_ms: int) -> Restored:
    """Tells the witness that the site went back, so that this is an event and no damage."""
    async with reading(WHO) as r:
        row = await r.row(LAST_ROOT)
    bare = Restored(row["seq"] if row else 0, bytes(row["hash"]).hex() if row else "", known.root, epoch, at_ms,
                    ask.pair.data.backup, "", "")
    hashed = restored_hash(bare)
    key = chain.load_key(ask.folder / "keys")
    one = Restored(bare.restored_to, bare.root_hash, bare.lost_until, bare.epoch, bare.at_ms, bare.backup, hashed,
                   key.sign(bytes.fromhex(hashed)).hex())
    Witness(ask.folder / "witness").append([one])
    async with writing(WHO, cause="restore") as w:
        w.record("ops.site.restored", epoch, cell=0, refs=[one.restored_to, one.lost_until, epoch])
    return one


async def close_all() -> int:
    """Without a witness nobody knows what was deleted or closed since: nothing is shown until somebody has looked."""
    async with writing(WHO, cause="restore") as w:
        return sum([await surfaces.close(w, one.name, WHY) for one in await surfaces.listed(w)])
