"""The followers' process: one loop for each registered follower of the journal, and the tasks in memory beside them.

A follower's place is a row of ops.follower, moved in the transaction of what it writes, and only from where it was
read: of two processes that run the same follower one loses the race, writes nothing, and stands by.
"""

import asyncio
import os
import time
from contextlib import suppress
from pathlib import Path

import msgspec
import structlog
from msgspec import Struct

from petrel.core import clock, journal, tail
from petrel.core.doors import deriving, reading
from petrel.core.errors import PetrelError, Unavailable
from petrel.core.journal import Entry, Follower
from petrel.core.tail import START, Position, Tail
from petrel.core.viewer import System
from petrel.worker.hints import listening

log = structlog.get_logger("petrel.followers")

BATCH_ENTRIES = 1_000
REST_SHARE = 4                 # rests four times as long as it worked, unless there is a backlog: batches grow
REST_S = 0.25
KEEP_S = 30.0                  # how often a place is written down that moved over entries of other kinds only
BACKOFF_S = (0.5, 1, 2, 4, 8, 15, 30, 60)
UNAVAILABLE_S = 0.5            # a database that restarts is back soon, and then nobody should wait for us
STAND_BY_S = 5.0
REPORT_S = 5.0
VIEWER = System("followers")

MOVE = """
insert into ops.follower (name, epoch, xid, id) values ($1, $2, $3, $4)
on conflict (name) do update set epoch = $2, xid = $3, id = $4, at = now()
 where (follower.epoch, follower.xid, follower.id) = ($5::int, $6::bigint, $7::bigint)
"""
LEFT = "select 1 from journal.entry where (epoch, xid, id) > ($1::int, $2::bigint, $3::bigint) limit 1"


class Moved(PetrelError):
    """Another process runs this follower"""


class Place(Struct):
    """Where one follower stands. `kept` is what its row says."""

    name: str
    at: Position = START
    kept: Position = START
    kept_s: float = 0.0
    waiting_since_ms: int = 0
    failures: int = 0
    error: str = ""
    entries: int = 0


async def place_of(name: str) -> Position | None:
    async with reading(VIEWER) as r:
        row = await r.row("select epoch, xid, id from ops.follower where name = $1", name)
    return (row["epoch"], row["xid"], row["id"]) if row else None


async def fetch(sql: str, *args: object) -> list[object]:
    async with reading(VIEWER) as r:
        return list(await r.fetch(sql, *args))


async def run(stop: asyncio.Event, run_directory: Path) -> None:
    """Until `stop` is set; then every follower finishes its batch."""
    the_tail = Tail(fetch)
    tail.install(the_tail)
    places = [Place(name) for name in journal.FOLLOWERS]
    with listening(run_directory, "followers", the_tail.hint):
        loops = [asyncio.create_task(the_tail.run(stop))]
        loops += [asyncio.create_task(_follow(journal.FOLLOWERS[p.name], p, the_tail, stop)) for p in places]
        loops += [asyncio.create_task(_keep_alive(name, task, stop)) for name, task in journal.TASKS.items()]
        loops.append(asyncio.create_task(_report(places, the_tail, stop, run_directory / "followers.json")))
        loops.append(asyncio.create_task(_wake(the_tail, stop)))
        try:
            # A loop that fails takes the process with it, which is started again: no follower waits for ever.
            await asyncio.gather(*loops)
        finally:
            for loop in loops:
                loop.cancel()
            tail.install(None)


async def _wake(the_tail: Tail, stop: asyncio.Event) -> None:
    await stop.wait()
    the_tail.hint()


async def _follow(follower: Follower, place: Place, the_tail: Tail, stop: asyncio.Event) -> None:
    limit = BATCH_ENTRIES
    known = False
    while not stop.is_set():
        try:
            if not known:
                place.at = place.kept = await place_of(place.name) or await the_tail.begin()
                known = True
            if not await _beyond(the_tail, place, stop):
                break
            began = time.monotonic()
            was_full = await _batch(follower, place, the_tail, limit)
            limit, place.failures, place.error = min(2 * limit, BATCH_ENTRIES), 0, ""
            if not was_full:
                await _pause(stop, min(REST_S, REST_SHARE * (time.monotonic() - began)))
        except Moved:
            known, place.waiting_since_ms = False, 0
            await _pause(stop, STAND_BY_S)
        except Exception as e:
            known = False
            # Smaller batches pass what is good, and in the end the log names the entry that it fails on.
            limit = limit if isinstance(e, Unavailable) else max(1, limit // 8)
            await _fail(place, e, stop)
    await _keep(place)


async def _beyond(the_tail: Tail, place: Place, stop: asyncio.Event) -> bool:
    """Waits for entries; False when it is time to stop. Writes the place down when it has moved for long."""
    grown = asyncio.ensure_future(the_tail.beyond(place.at))
    stopped = asyncio.ensure_future(stop.wait())
    try:
        while not stop.is_set():
            wait_s = KEEP_S if place.at != place.kept else None
            done, _ = await asyncio.wait((grown, stopped), timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
            if done:
                break
            await _keep(place)
    finally:
        grown.cancel()
        stopped.cancel()
    return not stop.is_set()


async def _batch(follower: Follower, place: Place, the_tail: Tail, limit: int) -> bool:
    """One transaction; returns whether there may be more at once."""
    entries, until = await the_tail.read(place.at, limit)
    mine = [e for e in entries if e.kind in follower.kinds]
    if mine:
        place.waiting_since_ms = place.waiting_since_ms or int(mine[0].at.timestamp() * 1000)
        await _give(follower, mine, place.kept, until)
        place.kept, place.kept_s = until, time.monotonic()
    place.at = until
    place.entries += len(mine)
    if time.monotonic() - place.kept_s > KEEP_S:
        await _keep(place)
    place.waiting_since_ms = 0
    return len(entries) == limit


async def _give(follower: Follower, entries: list[Entry], kept: Position, until: Position) -> None:
    async with deriving(follower.name) as w:
        await follower.run(w, entries)
        if not await w.execute(MOVE, follower.name, *until, *kept):
            raise Moved


async def _keep(place: Place) -> None:
    if place.at != place.kept:
        try:
            async with deriving(place.name) as w:
                if not await w.execute(MOVE, place.name, *place.at, *place.kept):
                    raise Moved
            place.kept, place.kept_s = place.at, time.monotonic()
        except Unavailable:
            pass                        # it is read again after the next start, which does no harm


async def _fail(place: Place, e: Exception, stop: asyncio.Event) -> None:
    place.failures += 1
    place.error = f"{type(e).__name__}: {getattr(e, 'detail', None) or e}"
    if place.at != place.kept:          # it stands still though none of what it read is for it
        place.waiting_since_ms = place.waiting_since_ms or clock.now_ms()
    if place.failures in (1, 3) or place.failures % 20 == 0:
        log.error("follower failed, trying again", follower=place.name, after=place.at, failures=place.failures,
                  error=place.error, exc_info=None if isinstance(e, PetrelError) else e)
    most_s = UNAVAILABLE_S if isinstance(e, Unavailable) else BACKOFF_S[-1]
    await _pause(stop, min(most_s, BACKOFF_S[min(place.failures, len(BACKOFF_S)) - 1]))


async def _keep_alive(name: str, task: journal.Task, stop: asyncio.Event) -> None:
    failures = 0
    while not stop.is_set():
        try:
            await task(stop)
        except Exception as e:
            log.error("task failed, starting it again", task=name, exc_info=e)
        await _pause(stop, BACKOFF_S[min(failures, len(BACKOFF_S) - 1)])
        failures += 1


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        pass


async def _report(places: list[Place], the_tail: Tail, stop: asyncio.Event, path: Path) -> None:
    """Writes DATA/run/followers.json for `petrel doctor` while something moves; its date says that we live."""
    written = b""
    while not stop.is_set():
        now_ms = clock.now_ms()
        text = msgspec.json.encode({"followers": [
            {"name": p.name, "lag_ms": now_ms - p.waiting_since_ms if p.waiting_since_ms else 0, "at": p.at,
             "failures": p.failures, "error": p.error, "entries": p.entries} for p in places]})
        if text != written:
            fresh = path.with_name(path.name + ".new")
            fresh.write_bytes(text)
            fresh.replace(path)
            written = text
        else:
            with suppress(OSError):
                os.utime(path)
        await _pause(stop, REPORT_S)


async def drain(*names: str) -> int:
    """For tests and the command line: runs the followers (all, or those named) here until nothing is left for them.

    A follower without a place begins with the first entry there is. Returns how many entries they were given.
    """
    given = 0
    for name in names or tuple(journal.FOLLOWERS):
        follower = journal.FOLLOWERS[name]
        at = kept = await place_of(name) or START
        while True:
            batch = await tail.after(fetch, at)
            mine = [e for e in batch.entries if e.kind in follower.kinds]
            if batch.positions:
                at = batch.positions[-1]
            if mine:
                await _give(follower, mine, kept, at)
                kept = at
                given += len(mine)
            elif not batch.entries:
                if not await fetch(LEFT, *at):
                    break
                await asyncio.sleep(0.002)
    return given
