"""The ledger, kept up with the journal, and the sweeps."""

from collections.abc import Sequence

import structlog

from petrel.core import seal
from petrel.core.doors import Writer, deriving, reading, writing
from petrel.core.jobs import every, job
from petrel.core.journal import Entry, follow
from petrel.core.viewer import System
from petrel.features import posts
from petrel.features.deletions import rows
from petrel.features.deletions.reads import deletion
from petrel.features.deletions.shapes import Deletion, Kind, Remain
from petrel.features.deletions.sweeping import look
from petrel.storage.shredding import Shredded

log = structlog.get_logger("petrel.deletions")

SYSTEM = System("deletions")
LOOK_FOR_KEYS_S = 2.0
KEYS_LATE_S = 60.0
SWEEP_AFTER_S = 45.0
AGAIN_S, AGAIN_MOST_S = 60.0, 3600.0
AT_ONCE = 1000
SAMPLE = 200
KINDS = {"posts.post.deleted": Kind.POST, "messages.message.deleted": Kind.MESSAGE,
         "accounts.account.erased": Kind.ACCOUNT}
PURGES = ("posts.post.purged", "messages.message.purged")
ERASURES = ("posts.account.swept", "messages.account.swept")


@follow("deletions", *KINDS, *PURGES, *ERASURES, surface="none",
        why_none="the ledger holds numbers and times, for their author")
async def enter(w: Writer, entries: list[Entry]) -> None:
    """Twice: cannot be, the cursor moves in the same transaction. Late: receipts are to be had late. Never: a deletion
    without a line in the ledger, which no sweep looks after; it is as deleted as any."""
    news = {e.subject: e for e in entries if e.kind in KINDS}
    if news:
        of = list(news.values())
        await w.execute(
            rows.ENTER, [e.subject for e in of], [int(KINDS[e.kind]) for e in of], [_whose(e) for e in of],
            [e.at for e in of], [e.epoch for e in of], [e.xid for e in of], [e.id for e in of],
            [",".join(map(str, e.refs)) if KINDS[e.kind] is Kind.ACCOUNT else "" for e in of])
        w.later("deletions.keys", {}, once="deletions.keys", run_in_s=LOOK_FOR_KEYS_S)
    purged = [e.subject for e in entries if e.kind in PURGES]
    purged += [number for e in entries if e.kind in ERASURES for number in e.refs]
    if purged:
        await w.execute(rows.PURGED, purged)


def _whose(e: Entry) -> int:
    if KINDS[e.kind] is Kind.ACCOUNT:
        return e.subject
    return e.actor or (e.refs[2] if e.kind == "posts.post.deleted" else 0)


@job("deletions.keys")
async def keys() -> None:
    """Notes whose keys are gone. Twice: no effect. Late or never: receipts say so late, and no sweep begins."""
    async with reading(SYSTEM) as r:
        waiting = {row["id"]: row["is_late"] for row in await r.fetch(rows.WITH_KEY, KEYS_LATE_S, AT_ONCE)}
    there = await seal.keys(waiting)
    gone = [number for number in waiting if number not in there]
    async with deriving("deletions") as w:
        if gone:
            await w.execute(rows.KEYS_GONE, gone)
            w.later("deletions.sweep", {}, lane="bulk", once="deletions.sweep", run_in_s=SWEEP_AFTER_S)
        if there or len(waiting) == AT_ONCE:
            again_s = KEYS_LATE_S if there and all(waiting[number] for number in there) else LOOK_FOR_KEYS_S
            w.later("deletions.keys", {}, once="deletions.keys", run_in_s=again_s)
    if late := [number for number in there if waiting[number]]:
        await tell([Remain(number, "keyring", 1) for number in late])


@job("deletions.sweep")
async def sweep() -> None:
    """Looks for what remains of everything that was deleted lately; what does is cleared again first, and told when
    it is there still. Twice: looks twice. Late: found late. Never: the next deletion or the night's sample does it."""
    while await _sweep(rows.UNSWEPT, AT_ONCE) == AT_ONCE:
        pass


@job("deletions.again")
async def again(wait_s: float) -> None:
    """Looks again for what remained, each time after twice as long: a follower that was behind has caught up since.
    Twice: looks twice. Late or never: the next night does it."""
    await _sweep(rows.REMAINING, AT_ONCE, again_s=min(2 * wait_s, AGAIN_MOST_S))


@every(86_400, "deletions.nightly")
async def nightly() -> str | None:
    """A random sample of all that was ever deleted, and everything that remained before. Twice: looks twice."""
    count = await _sweep(rows.SAMPLE, SAMPLE) + await _sweep(rows.REMAINING, AT_ONCE)
    return f"looked for remains of {count} deletions" if count else None


async def _sweep(which: str, most: int, again_s: float = AGAIN_S) -> int:
    async with reading(SYSTEM) as r:
        some = [deletion(row) for row in await r.fetch(which, most)]
        remains, _ = await look(r, some) if some else ([], [])
    if remains:
        await posts.clear(sorted({one.id for one in remains}))
        async with reading(SYSTEM) as r:
            remains, _ = await look(r, some)
    await _note(some, remains, again_s)
    return len(some)


async def _note(some: Sequence[Deletion], remains: Sequence[Remain], again_s: float) -> None:
    places: dict[int, list[str]] = {}
    for one in remains:
        places.setdefault(one.id, []).append(one.place)
    if some:
        async with deriving("deletions") as w:
            await w.execute(rows.SWEPT, [d.id for d in some], [",".join(places.get(d.id, [])) for d in some])
            if places:
                w.later("deletions.again", {"wait_s": again_s}, lane="bulk", once="deletions.again", run_in_s=again_s)
    await tell(remains)


async def tell(remains: Sequence[Remain]) -> None:
    """Loud: a line in the log and an entry in the journal for each; `petrel doctor` reads the ledger."""
    if not remains:
        return
    for one in remains:
        log.error("something deleted remains", id=one.id, place=one.place, count=one.count)
    async with writing(SYSTEM, cause="sweep") as w:
        for number in sorted({one.id for one in remains}):
            w.record("deletions.remain.found", number, refs=(sum(o.count for o in remains if o.id == number),))


@every(600, "deletions.shred")
async def shred_regularly() -> str | None:
    """Twice: rewrites twice. Late or never: whoever gets hold of the keyring's files may find destroyed keys in them;
    `petrel doctor` says how long some have waited."""
    done = await shred()
    return said(done) if done.parts else None


async def shred() -> Shredded:
    """Now, for `petrel deletions shred` too. Notes in the ledger whose keys have left the files.

    Errors: Unavailable.
    """
    async with reading(SYSTEM) as r:
        before = await r.value("select now()")
    done = await seal.shred()
    if done.log_is_clean:
        async with deriving("deletions") as w:
            await w.execute(rows.SHREDDED, before)
    return done


def said(done: Shredded) -> str:
    log_said = "the log is renewed" if done.log_is_clean else "its log is not ours to renew"
    return (f"rewrote {done.parts} parts of the keyring in {done.took_ms:.0f} ms, none locked for more than "
            f"{done.longest_ms:.0f} ms; {log_said}")
