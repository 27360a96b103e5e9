"""The archive of the log: twice a second what both databases have written goes to the target, sealed.

In each turn the keyring first, then the witness and the data: a piece of data in the target has its keys there. What
was acknowledged before a turn began is safe when it ends. Pieces are small; every few hundred become one.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import structlog
from msgspec import Struct

from petrel.core import clock
from petrel.core.errors import PetrelError
from petrel.core.witness import Witness
from petrel.ops.backups import keys, places, standing
from petrel.ops.backups.reading_log import (
    CHECKPOINT,
    LOCK,
    MAY_CHECKPOINT,
    SLOT,
    Log,
    LogGone,
    hold,
    look,
    release,
)
from petrel.ops.backups.sealed import Sealer
from petrel.ops.backups.shapes import SIDES, Side
from petrel.ops.backups.targets import Store
from petrel.storage.pools import GONE, Addresses

log = structlog.get_logger("petrel.archive")

AGAIN_S, AGAIN_MOST_S = 2.0, 30.0
PIECE_BYTES = 8 << 20
MERGE_COUNT, MERGE_BYTES, MERGE_MS = 300, 8 << 20, 3_600_000
MOST_BEHIND: dict[Side, int] = {"data": 2 << 30, "keyring": 64 << 20}
"""A target that is away must not fill the disk of the site: then the archive ends, and begins anew with a backup."""

HEAD = """
select coalesce((select id from journal.entry order by epoch desc, xid desc, id desc limit 1), 0) as entry,
       coalesce(pg_stat_get_live_tuples('journal.entry'::regclass), 0) as entries
"""
Open = Callable[[], Store]


class Body(Struct, frozen=True):
    """What a piece holds. `witness`: name of a file, from where on, bytes. `entry`: the last of the journal then;
    `entries`: about how many it has; `line`: the last of restrictions, 0 where nobody looked."""

    start: int
    segment_bytes: int
    log: bytes
    witness: list[tuple[str, int, bytes]] = []
    entry: int = 0
    entries: int = 0
    line: int = 0


class Wanted(Struct, frozen=True):
    """`open`: connects to the target; called again after it was away."""

    folder: Path
    place: str
    open: Open


class Archive:
    """One archive, from its beginning or where an earlier process left it."""

    def __init__(self, wanted: Wanted, store: Store, known: keys.Keys, name: str) -> None:
        self._wanted, self._store, self._known, self.name = wanted, store, known, name
        self.logs: dict[Side, Log] = {}
        self._small: dict[Side, list[tuple[str, int, Body]]] = {side: [] for side in SIDES}
        self._seen: dict[str, int] = {}
        self._done_ms = 0
        self._may_checkpoint = False

    async def turn(self) -> bool:
        """Ships what there is; whether anything is left that is older than this turn. Errors: LogGone, OSError."""
        at_ms = clock.now_ms()
        data, keyring = self.logs["data"], self.logs["keyring"]
        [(entry, entries)] = await data.session.fetch(HEAD)
        until = await data.flushed()
        ring_until = await keyring.flushed()
        for log_, most, side in ((data, until, "data"), (keyring, ring_until, "keyring")):
            if most - log_.shipped > MOST_BEHIND[side]:     # type: ignore[index]
                raise LogGone(f"the target was away until {(most - log_.shipped) >> 20} MB waited for it")
        await self._ship("keyring", ring_until, at_ms)
        if keyring.shipped < ring_until:
            return True
        await self._ship("data", until, at_ms, entry, entries)
        await self._let_go()
        if data.shipped < until:
            return True
        self._done_ms = at_ms
        standing.keep_log(self._wanted.folder, standing.Log(self.name, self._store.url, at_ms, dict(self._seen)))
        return False

    async def _ship(self, side: Side, until: int, at_ms: int, entry: int = 0, entries: int = 0) -> None:
        one = self.logs[side]
        if one.shipped >= until:
            return
        more = await one.read(until, PIECE_BYTES)
        is_all = one.shipped + len(more) == until
        body = Body(one.shipped, one.segment_bytes, more, self._new_witness() if side == "data" else [],
                    entry if is_all else 0, entries, self._line())
        at_ms = at_ms if is_all else self._done_ms      # what a piece promises
        name = places.piece_name(side, self.name, body.start, body.start + len(body.log), at_ms)
        await asyncio.to_thread(self._write, side, name, body)
        for file, start, more in body.witness:
            self._seen[file] = start + len(more)
        one.shipped += len(body.log)
        self._small[side].append((name, at_ms, body))
        await asyncio.to_thread(self._merge, side)

    def _write(self, side: Side, name: str, body: Body) -> None:
        sealer = Sealer(self._store.write(name), self._known[side], *sealed_as(name))
        try:
            sealer.write(msgspec.msgpack.encode(body))
            sealer.close()
        except BaseException:
            sealer.abandon()
            raise

    def _new_witness(self) -> list[tuple[str, int, bytes]]:
        """Lines that were added; a line that is being written is for the next turn. Roots first: each names a line of
        restrictions, which has to be there."""
        found = []
        for path in sorted((self._wanted.folder / "witness").glob("*.jsonl"), reverse=True):
            start = self._seen.get(path.name, 0)
            if path.stat().st_size > start:
                with path.open("rb") as file:
                    file.seek(start)
                    more = file.read(PIECE_BYTES)
                more = more[:more.rfind(b"\n") + 1]
                if more:
                    found.append((path.name, start, more))
        return found

    def _line(self) -> int:
        last = Witness(self._wanted.folder / "witness").last_line()
        return last.seq if last is not None else 0

    def _merge(self, side: Side) -> None:
        """Many small pieces become one; interrupted, both are there, which does no harm."""
        small = self._small[side]
        if not (len(small) >= MERGE_COUNT or sum(len(body.log) for _, _, body in small) >= MERGE_BYTES
                or small[-1][1] - small[0][1] >= MERGE_MS):
            return
        self._small[side] = []
        if len(small) == 1:
            return
        bodies = [body for _, _, body in small]
        whole = Body(bodies[0].start, bodies[0].segment_bytes, b"".join(body.log for body in bodies),
                     [one for body in bodies for one in body.witness], max(body.entry for body in bodies),
                     bodies[-1].entries, bodies[-1].line)
        self._write(side, places.piece_name(side, self.name, whole.start, whole.start + len(whole.log), small[-1][1]),
                    whole)
        for name, _, _ in small:
            self._store.remove(name)

    async def _let_go(self) -> None:
        """The keyring's old files hold keys that were destroyed since: they go at once, not with some later checkpoint.
        source: docs/decisions/0020."""
        await self.logs["data"].let_go()
        if await self.logs["keyring"].let_go() and self._may_checkpoint:
            await self.logs["keyring"].session.execute(CHECKPOINT)

    async def begin(self, sessions: dict[Side, Any]) -> None:
        """Goes on where the archive of this name ended, when the servers have what comes next. Errors: LogGone."""
        for side, session in sessions.items():
            server = await look(session)
            self.logs[side] = one = Log(session, server.segment_bytes)
            found = await asyncio.to_thread(places.pieces, self._store, side, self.name)
            one.shipped = max((piece.end for piece in found), default=0)
            if not found or server.held is None or server.held > one.shipped or one.shipped > server.flushed:
                raise LogGone("the archive cannot go on where it ended")
        runs = standing.log_that_runs(self._wanted.folder)
        self._seen = dict(runs.witness) if runs is not None else {}
        self._may_checkpoint = await sessions["keyring"].fetchval(MAY_CHECKPOINT)

    async def begin_anew(self, sessions: dict[Side, Any]) -> None:
        for side, session in sessions.items():
            start = await hold(session)
            self.logs[side] = one = Log(session, (await look(session)).segment_bytes)
            one.shipped = start
            # Of one that nothing is written to for now: where it begins, so that another process can go on from there.
            name = places.piece_name(side, self.name, start, start, clock.now_ms())
            await asyncio.to_thread(self._write, side, name, Body(start, one.segment_bytes, b""))
        # The backup that follows has all of the witness until now.
        self._seen = {path.name: path.stat().st_size for path in (self._wanted.folder / "witness").glob("*.jsonl")}
        self._may_checkpoint = await sessions["keyring"].fetchval(MAY_CHECKPOINT)


def sealed_as(name: str) -> tuple[str, str]:
    """The words that a piece is bound to: archive and place in it."""
    _, folder, part = name.split("/")
    return folder, part


async def run(stop: asyncio.Event, addresses: Addresses, wanted: Wanted) -> None:
    """Until `stop` is set. Of several processes one archives, the others wait for its end."""
    failures = 0
    while not stop.is_set():
        began_s = time.monotonic()
        try:
            await _until_trouble(stop, addresses, wanted)
        except LogGone as e:
            standing.keep_log(wanted.folder, None)
            log.error("the archive of the log has a gap and begins anew; a backup is made next", error=str(e))
        except asyncpg.InsufficientPrivilegeError as e:
            failures += 1
            if failures == 1:
                log.error("the log is not being archived: the login of the database lacks a right", error=str(e),
                          cure="in that database, as a superuser: alter role NAME replication; grant execute on "
                               "function pg_read_binary_file(text, bigint, bigint) to NAME")
        except (PetrelError, *GONE, asyncpg.PostgresError, TimeoutError) as e:
            failures = 1 if time.monotonic() - began_s > 60 else failures + 1
            if failures in (1, 5) or failures % 50 == 0:
                log.error("the log is not being archived, trying again", failures=failures,
                          error=str(getattr(e, "message", None) or e) or type(e).__name__)
        await _pause(min(AGAIN_MOST_S, AGAIN_S * 2 ** min(failures, 5)), stop)


async def _until_trouble(stop: asyncio.Event, addresses: Addresses, wanted: Wanted) -> None:
    known, _ = keys.load_or_make(wanted.folder / "keys")
    async with _sessions(addresses) as sessions:
        if not await sessions["data"].fetchval(LOCK):
            await _pause(AGAIN_MOST_S, stop)
            return
        store = await asyncio.to_thread(wanted.open)
        try:
            archive = await _begun(wanted, store, known, sessions)
            while not stop.is_set():
                began_s = time.monotonic()
                if not await archive.turn():
                    await _pause(began_s + store.rest_s - time.monotonic(), stop)
            while await archive.turn():
                pass                # told to stop: what was acknowledged until now goes too
        finally:
            await asyncio.to_thread(store.close)


async def ship_once(addresses: Addresses, wanted: Wanted, *, anew: bool = False) -> bool:
    """Sends the rest, of a site whose processes have stopped; False while they run and do it. `anew`: begins an archive
    that goes on from the copy to be made next. Errors: OSError, LogGone (nothing to go on from: then `anew`)."""
    async with _sessions(addresses) as sessions:
        if not await sessions["data"].fetchval(LOCK):
            return False
        name = standing.log_of(wanted.folder, wanted.place)
        if not name and not anew:
            raise LogGone("none goes to this target yet")
        store = await asyncio.to_thread(wanted.open)
        try:
            if anew:
                await _begun_anew(wanted, store, keys.load_or_make(wanted.folder / "keys")[0], sessions)
                return True
            archive = Archive(wanted, store, keys.load(wanted.folder / "keys"), name)
            await archive.begin(sessions)
            while await archive.turn():
                pass
        finally:
            await asyncio.to_thread(store.close)
    return True


async def _begun(wanted: Wanted, store: Store, known: keys.Keys, sessions: dict[Side, Any]) -> Archive:
    if name := standing.log_of(wanted.folder, store.url):
        archive = Archive(wanted, store, known, name)
        try:
            await archive.begin(sessions)
            return archive
        except LogGone as e:
            log.warning("the archive of the log begins anew", why=str(e))
    return await _begun_anew(wanted, store, known, sessions)


async def _begun_anew(wanted: Wanted, store: Store, known: keys.Keys, sessions: dict[Side, Any]) -> Archive:
    name = f"{datetime.fromtimestamp(clock.now_ms() / 1000, UTC):%Y%m%dT%H%M%SZ}-{os.urandom(3).hex()}"
    archive = Archive(wanted, store, known, name)
    await archive.begin_anew(sessions)
    while await archive.turn():
        pass
    return archive


@asynccontextmanager
async def _sessions(addresses: Addresses) -> AsyncIterator[dict[Side, Any]]:
    data = await asyncpg.connect(**addresses.main["owner"], timeout=10)
    try:
        keyring = await asyncpg.connect(**addresses.keyring["owner"], timeout=10)
        try:
            yield {"data": data, "keyring": keyring}
        finally:
            await keyring.close(timeout=5)
    finally:
        await data.close(timeout=5)


async def end(addresses: Addresses, folder: Path) -> None:
    """No target any more: nothing holds the log."""
    async with _sessions(addresses) as sessions:
        for session in sessions.values():
            await release(session)
    standing.keep_log(folder, None)


async def _pause(most_s: float, stop: asyncio.Event) -> None:
    if most_s > 0 and not stop.is_set():
        try:
            await asyncio.wait_for(stop.wait(), most_s)
        except TimeoutError:
            pass


__all__ = ["SLOT", "Archive", "Body", "Wanted", "end", "run", "sealed_as", "ship_once"]
