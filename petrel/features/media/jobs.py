"""Reading what came, removing what goes, and ending what nobody used. The decoder is a process of its own
(`petrel/outside/decoding`); the job waits for it."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from petrel.core import seal
from petrel.core.doors import reading, writing
from petrel.core.ids import cell_of, ms_of, new_id
from petrel.core.jobs import every, job
from petrel.core.retention import kept_for
from petrel.core.viewer import System
from petrel.features.media import coming, files, places, rows, rules, shelf
from petrel.features.media.commands import drop, opened
from petrel.features.media.shapes import NAMES, Facts, Size, State
from petrel.outside.decoding import Decoder, MadeOf, Refusal, Wish

SYSTEM = System("media")
STUCK_MIN = 60
STRAY_S = 3600.0
SOME = 5_000

kept_for("media.upload", days=1, schedule="media.purge", overdue="use = 0 and at < now() - interval '25 hours'")

_decoder = Decoder()


@job("media.join")
async def join(upload: str) -> None:
    """Makes one file of pieces that are all here. Twice: no effect. Late: its app waits. Never: it is gone after a
    day."""
    try:
        await coming.join(int(upload))
    except (seal.Unreadable, FileNotFoundError):
        await _end(int(upload), "unreadable")


@job("media.make")
async def make(upload: str) -> None:
    """Reads what came and makes its renditions. Twice: the second finds nothing that waits. Late: apps wait, and say
    so. Never: it is refused after an hour, and gone after a day."""
    number = int(upload)
    async with writing(SYSTEM, cause="media.make") as w:
        found = await w.fetch(rows.OF, [number])
    if not found or found[0]["state"] != State.WAITING:
        await asyncio.to_thread(files.forget_coming, number)
        return
    one = (await opened(found))[0]
    key = (await seal.keys([number])).get(number)
    try:
        if key is None:
            raise Refusal("unreadable")
        made = await _read(number, key, Wish(found[0]["purpose"], rules.cost()))
    except (Refusal, FileNotFoundError, seal.Unreadable) as refusal:
        await _end(number, getattr(refusal, "why", "unreadable"))
        return
    try:
        await _keep(number, found[0]["account"], key, one.facts, made)
    finally:
        for body in made.bodies:
            os.close(body)
    await asyncio.to_thread(files.forget_coming, number)


async def _read(number: int, key: bytes, wish: Wish) -> MadeOf:
    given = await asyncio.to_thread(files.bring_out, number, key)
    try:
        return await _decoder.make(given, wish)
    finally:
        os.close(given)


async def _end(number: int, why: str) -> None:
    async with writing(SYSTEM, cause="media.make") as w:
        await w.change(rows.END, number, State.REFUSED, why)
        w.record("media.upload.refused", number)
    await asyncio.to_thread(files.forget_coming, number)


async def _keep(number: int, account: int, key: bytes, facts: Facts, made: MadeOf) -> None:
    """Files first, durable, then their rows: a file without a row is found by the sweep, a row without a file would
    be a broken picture."""
    ids = [new_id(cell_of(account)) for _ in made.bodies]
    keys, secret = await seal.new_keys(ids), await seal.secret("media")
    kept = [await asyncio.to_thread(files.keep, i, keys[i], body, secret)
            for i, body in zip(ids, made.bodies, strict=True)]
    whole = made.facts
    sizes = tuple(Size(p.name, p.type, p.width, p.height) for p in whole.pieces)
    facts = Facts(facts.description, facts.focus, whole.blurhash, sizes, whole.duration_s, whole.rate, whole.bitrate,
                  facts.name)
    async with writing(SYSTEM, cause="media.make") as w:
        is_wanted = bool(await w.change(rows.READY, number, rules.KINDS[whole.kind],
                                        seal.seal(key, number, facts.encode())))
        used: set[int] = set()
        there: dict[bytes, int] = {}
        if is_wanted:
            once = {one.digest: one for one in sorted(kept, key=lambda k: k.digest)}      # one order of locks
            there = {row["digest"]: row["id"] for row in await w.change(
                rows.PUT_FILES, [k.id for k in once.values()], list(once), [k.bytes for k in once.values()])}
            used = set(there.values())
            await w.execute(rows.PUT_RENDITIONS, number, account, [NAMES.index(p.name) for p in whole.pieces],
                            [there[k.digest] for k in kept], [p.type for p in whole.pieces])
        w.record("media.upload.made" if is_wanted else "media.upload.refused", number)
    for one, body in zip(kept, made.bodies, strict=True):
        await _mend(there.get(one.digest, one.id), one, body, secret)
    spare = [one for one in kept if one.id not in used]
    await seal.destroy([one.id for one in spare])       # here already, under another number
    for one in spare:
        await asyncio.to_thread(shelf.remove, one.id, one.digest)


async def _mend(number: int, one: files.Kept, body: int, secret: bytes) -> None:
    """A file that should be here already, and is not: a restore had its row, and nobody its bytes."""
    if number != one.id and not await asyncio.to_thread(shelf.has, number, one.digest):
        key = (await seal.new_keys([number]))[number]
        await asyncio.to_thread(files.keep, number, key, body, secret)


@job("media.remove")
async def remove(uploads: list[str], freed: list[str]) -> None:
    """Keys and bytes of uploads that are gone, and of files that nothing is a rendition of any more. Twice: no effect.
    Late: nobody is given them meanwhile. Never: the hourly sweep does it."""
    numbers = [int(n) for n in uploads]
    await seal.destroy(numbers)
    for number in numbers:
        await asyncio.to_thread(files.forget_coming, number)
    await _free([int(n) for n in freed])


async def _free(candidates: list[int]) -> int:
    if not candidates:
        return 0
    async with writing(SYSTEM, cause="media.remove") as w:
        await w.fetch(rows.LOCK_FILES, candidates)
        gone = await w.change(rows.DROP_FILES, candidates)
        if gone:
            w.record("media.file.removed", gone[0]["id"], refs=[row["id"] for row in gone])
    await seal.destroy([row["id"] for row in gone])
    for row in gone:
        await asyncio.to_thread(shelf.remove, row["id"], row["digest"])
    return len(gone)


@every(600, "media.purge")
async def purge() -> str | None:
    """Uploads that nothing shows, after a day. Twice: no effect. Late: they stay a little longer, for their owner only.
    Never: they stay, and `petrel privacy retention` says so."""
    async with reading(SYSTEM) as r:
        unused = [row["id"] for row in await r.fetch(rows.UNUSED, rules.FREE_H)]
        stuck = [row["id"] for row in await r.fetch(rows.STUCK, STUCK_MIN)]
    for number in stuck:
        await _end(number, "slow")
    if unused:
        async with writing(SYSTEM, cause="schedule") as w:
            await drop(w, unused)
    return f"{len(unused)} uploads that nobody used are gone" if unused else None


@every(3600, "media.sweep")
async def sweep() -> str | None:
    """Files without rows, and rows of files without renditions: what a kill or a cut left. Twice: no effect."""
    async with reading(SYSTEM) as r:
        orphans = [row["id"] for row in await r.fetch(rows.ORPHANS)]
    freed = await _free(orphans)
    lost = await _without_rows(await asyncio.to_thread(_lying))
    strays = [path for paths in lost.values() for path in paths]
    for path in strays:
        await asyncio.to_thread(places.unlink, path)
    await seal.destroy(list(lost))
    return f"{freed + len(strays)} files that belonged to nothing are gone" if freed or strays else None


T = TypeVar("T")


async def _without_rows(lying: dict[int, T]) -> dict[int, T]:
    async with reading(SYSTEM) as r:
        known = {row["id"] for row in await r.fetch(rows.KNOWN_FILES, list(lying))}
        known |= {row["id"] for row in await r.fetch(rows.KNOWN_IDS, list(lying))}
    return {number: where for number, where in lying.items() if number not in known}


@every(86_400, "media.sweep_bucket")
async def sweep_bucket() -> str | None:
    """The same for what lies in a bucket. Twice: no effect. Never: it stays, and is paid for; nobody can read it."""
    gone = 0
    async for lying in _in_bucket():
        lost = await _without_rows(lying)
        for name in lost.values():
            await asyncio.to_thread(shelf.remove_from_bucket, name)
        await seal.destroy(list(lost))
        gone += len(lost)
    return f"{gone} files in the bucket that belonged to nothing are gone" if gone else None


async def _in_bucket() -> AsyncIterator[dict[int, str]]:
    """Those that were made more than an hour ago, some at a time: a number says when it was given out."""
    before_ms = (time.time() - STRAY_S) * 1000
    names = await asyncio.to_thread(shelf.in_bucket)
    numbered = [(shelf.number_of(name), name) for name in names]
    for start in range(0, len(numbered), SOME):
        yield {number: name for number, name in numbered[start:start + SOME] if ms_of(number) < before_ms}


def _lying(most: int = 20_000) -> dict[int, list[Path]]:
    """Files that have lain for an hour, by the number in their name: an upload that comes piece by piece has many."""
    found: dict[int, list[Path]] = {}
    before = time.time() - STRAY_S
    for folder in places.home().iterdir() if places.home().is_dir() else ():
        for path in folder.iterdir() if folder.is_dir() else ():
            with suppress(ValueError, OSError):
                if path.stat().st_mtime < before and len(found) < most:
                    number = int(path.name.partition(".")[0].rpartition("-")[2], 16)
                    found.setdefault(number, []).append(path)
    return found
