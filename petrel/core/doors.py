"""The two doors. Nothing is read except as somebody; nothing changes except as somebody, for a cause, in one
transaction with its journal entry and the work that follows from it.

    async with reading(viewer) as r:                  # Postgres itself refuses a write here
        page = await timelines.home(r, Page(limit=40))

    async with writing(actor, cause=request_id) as w: # rows + journal + jobs: all or nothing
        post = await posts.create(w, draft, once=key)

`deriving(follower)` is the writer of journal followers: what they write is derived from the journal and needs no
entry of its own. There is no other way to a connection.

A server that restarts costs whoever comes meanwhile a moment, and no answer: to begin waits for it (`storage/pools.py`,
`storage/holding.py`), and what only reads is read again. What was written before it went is told as failed.
"""

import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg

from petrel.core import ids, jobs, journal, restrictions, seal, seen
from petrel.core.errors import PetrelError, Unauthenticated, Unavailable
from petrel.core.viewer import Member, Staff, System, Viewer, account_of
from petrel.storage import holding
from petrel.storage.keys import KeyringTables
from petrel.storage.pools import AWAY, GONE, GROW_BEHIND_S, GROW_S, Absence, Addresses, open_pool, patiently

Row: TypeAlias = Any             # asyncpg.Record: values by name and by position
CHANGES = ("INSERT", "UPDATE", "DELETE", "MERGE")
TRIES = 3                       # of a connection that turns out to have been ended while it lay in the pool


class UnjournaledWrite(PetrelError):
    """Rows changed and nothing was recorded: the transaction was rolled back"""


class Reader:
    """Reads as one viewer. `digest` goes first into every function of the database that resolves the viewer."""

    def __init__(self, doors: "Doors", pool: asyncpg.Pool, viewer: Viewer) -> None:
        self._doors = doors
        self._pool = pool
        self._connection: Any = None
        self.viewer = viewer
        self.digest = viewer.digest
        self.seen: list[seen.Page] = []        # what is not public and is about to be shown: recorded when this ends

    @property
    def account(self) -> int | None:
        return account_of(self.viewer)

    async def _own(self) -> Any:
        if self._connection is None:
            try:
                self._connection = await self._doors.connection(self._pool)
            except (*GONE, TimeoutError, asyncpg.PostgresError) as e:
                raise Unavailable(detail=f"no database connection: {e!r}") from e
        return self._connection

    async def fetch(self, sql: str, *args: object) -> list[Row]:
        self._doors.queries += 1
        for left in reversed(range(TRIES)):
            connection = await self._own()
            try:
                rows: list[Row] = await connection.fetch(sql, *args)
                break
            except (*GONE, asyncpg.PostgresError) as e:
                if not (left and self._may_repeat(e)):
                    raise _meaning(e) from e
            await self.release()
        return rows

    def _may_repeat(self, e: Exception) -> bool:
        """Reading changes nothing, so what went down with its server is read from the next."""
        return isinstance(e, AWAY) and not isinstance(e, TimeoutError)

    async def row(self, sql: str, *args: object) -> Row | None:
        rows = await self.fetch(sql, *args)
        return rows[0] if rows else None

    async def value(self, sql: str, *args: object) -> Any:
        rows = await self.fetch(sql, *args)
        return rows[0][0] if rows else None

    async def release(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with suppress(*GONE):               # ended by the server, it is back in the pool already
                await self._pool.release(connection)


class Writer(Reader):
    """Reads and writes as one actor inside one transaction."""

    def __init__(self, doors: "Doors", pool: asyncpg.Pool, viewer: Viewer, cause: str) -> None:
        super().__init__(doors, pool, viewer)
        self.cause = cause
        self._entries: list[journal.Draft] = []
        self._jobs: list[jobs.Draft] = []
        self._then: list[Callable[[], None]] = []
        self._changed = False
        self._must_record = True
        self._began = False

    @property
    def is_deriving(self) -> bool:
        """Whether this is a follower's: what it writes follows from the journal, and it records nothing."""
        return not self._must_record

    async def _own(self) -> Any:
        for left in reversed(range(TRIES)):
            connection = await super()._own()
            if self._began:
                break
            self._began = True
            try:
                await connection.execute("begin")
                break
            except (*GONE, asyncpg.PostgresError) as e:
                if not (left and super()._may_repeat(e)):
                    raise Unavailable(detail=repr(e)) from e
            self._began = False
            await self.release()
        return connection

    def _may_repeat(self, e: Exception) -> bool:
        """Nobody knows what of a transaction would have to be done again."""
        return False

    async def execute(self, sql: str, *args: object) -> int:
        """Runs one statement; returns how many rows it changed."""
        self._doors.queries += 1
        connection = await self._own()
        try:
            verb, _, rest = (await connection.execute(sql, *args)).partition(" ")
        except (*GONE, asyncpg.PostgresError) as e:
            raise _meaning(e) from e
        count = int(rest.rpartition(" ")[2] or 0) if verb in CHANGES else 0
        self._changed = self._changed or count > 0
        return count

    async def change(self, sql: str, *args: object) -> list[Row]:
        """Runs a changing statement with a returning clause; its rows count as changed."""
        rows = await self.fetch(sql, *args)
        self._changed = self._changed or bool(rows)
        return rows

    def record(self, kind: str, subject: int, *, cell: int | None = None, actor: int | None = None,
               refs: Sequence[int] = (), body: bytes = b"", cause: str | None = None) -> None:
        """Adds a journal entry. `kind` is room.noun.past; `refs` are ids whose meaning the kind gives.

        `body` is what happened in full, plain text included: only its salted digest is kept.
        `actor` defaults to the account of this writer.
        """
        self._entries.append(journal.Draft(
            cell=ids.cell_of(subject) if cell is None else cell, kind=kind, subject=subject,
            actor=self.account if actor is None else actor, refs=list(refs), cause=cause or self.cause, body=body))

    def later(self, name: str, args: dict[str, Any], *, lane: str = "default", run_in_s: float = 0,
              once: str | None = None) -> None:
        """Adds a job in this transaction. One with the same `once` that waits already gets these arguments instead,
        and does not begin before this transaction has ended."""
        self._jobs.append(jobs.Draft(name=name, args=args, lane=lane, run_in_s=run_in_s, once=once))

    def then(self, tell: Callable[[], None]) -> None:
        """Calls `tell` in this process right after the commit, unless the process ends first: only for what may be
        lost, as a hint may. Work that must follow is `later`."""
        self._then.append(tell)

    async def _commit(self) -> None:
        if self._must_record and self._changed and not self._entries:
            raise UnjournaledWrite(detail=f"cause {self.cause}")
        if self._entries:
            await self.execute(journal.INSERT, *journal.columns(self._entries))
        if self._jobs:
            await self.execute(jobs.INSERT, *jobs.columns(self._jobs))
        if self._began:
            try:
                if await self._connection.execute("commit") != "COMMIT":
                    raise PetrelError(detail="an error in this transaction was overheard; it was rolled back")
            except (*GONE, asyncpg.PostgresError) as e:
                raise _meaning(e) from e
        if self._entries:
            self._doors.hint("followers")
            if any(restrictions.is_restricting(e.kind) for e in self._entries):
                self._doors.hint("sealer")
        if self._jobs:
            self._doors.hint("jobs")
        for tell in self._then:
            tell()

    async def _roll_back(self) -> None:
        if not self._began:
            return
        try:
            if not self._connection.is_closed():
                await self._connection.execute("rollback")
        except (*GONE, asyncpg.PostgresError):
            # A session that the server ended is back in the pool already, and nobody's to ask.
            with suppress(asyncpg.InterfaceError):
                self._connection.terminate()


def meaning_of(e: asyncpg.PostgresError) -> PetrelError:
    """What a database error means to a caller."""
    if e.sqlstate == "PT401":
        return Unauthenticated(detail=str(e))
    if e.sqlstate == "PT503":        # said by the law, in words for people: a closed surface, an outdated program
        return Unavailable(e.message, retry_after_s=60, detail=e.detail)
    if isinstance(e, (asyncpg.CannotConnectNowError, asyncpg.AdminShutdownError, asyncpg.CrashShutdownError,
                      asyncpg.QueryCanceledError, asyncpg.TooManyConnectionsError, asyncpg.DeadlockDetectedError,
                      asyncpg.SerializationError, asyncpg.LockNotAvailableError, asyncpg.PostgresConnectionError)):
        return Unavailable(detail=repr(e))
    return PetrelError(detail=f"{e.sqlstate} {e}")


def _meaning(e: Exception) -> PetrelError:
    return meaning_of(e) if isinstance(e, asyncpg.PostgresError) else Unavailable(detail=repr(e))


class Doors:
    """The open pools of one process. Opened once by the wiring, closed at its end."""

    def __init__(self, run_directory: Path | None) -> None:
        self.queries = 0                       # statements sent to the main database; tests hold pages to a budget
        self.holder = f"{socket.gethostname()}:{os.getpid()}"
        self.run_directory = run_directory
        self._hint_folder = str(run_directory)
        self._hold = str(run_directory / holding.NAME) if run_directory else ""
        self._absence = Absence()
        self._hints = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.pools: dict[str, asyncpg.Pool] = {}
        self.maker: ids.IdMaker | None = None

    def hint(self, whom: str) -> None:
        """Wakes another process of this machine; losing a hint costs a poll interval, nothing else."""
        if self.run_directory is not None:
            try:
                self._hints.sendto(b".", f"{self._hint_folder}/{whom}.hint")
            except OSError:
                pass

    async def begin(self, makers: int = 4, patience_s: float = 0) -> None:
        """What the databases have to give first: the secret of the journal, id makers, the key of the day for what is
        read. Where they did not, again."""
        journal.install(await seal.secret("journal"))
        self.maker = await ids.lease(self.pools["writer"].fetch, self.holder, makers, patience_s=patience_s)
        ids.install(self.maker)
        await seen.begin(self.run_directory, self.pools["reader"].fetch, self.pools["writer"].fetch)

    async def connection(self, pool: asyncpg.Pool) -> Any:
        """Waits while a server is restarted. Errors: those of `AWAY`, TimeoutError when too many wait."""
        if self._hold and holding.is_on(self._hold):
            await holding.over(self._hold)
        return await patiently(self._absence, partial(pool.acquire, timeout=5))

    async def renew_lease(self) -> None:
        # By whatever session is there anyway: this is the only thing that some processes would keep a writer's for.
        fetch = self.pools["system" if self.pools["system"].get_size() else "writer"].fetch
        if self.maker is not None and not await ids.renew(fetch, self.holder, self.maker):
            self.maker = await ids.lease(fetch, self.holder)
            ids.install(self.maker)

    async def renew_seen(self) -> None:
        await seen.renew(self.pools["reader"].fetch, self.pools["writer"].fetch)

    async def close(self) -> None:
        try:
            await seen.end(self.pools["system"].fetch)
        except (*GONE, asyncpg.PostgresError):
            pass                                # records in memory only, where there is no run directory
        if self.maker is not None:
            try:
                await ids.release(self.pools["writer"].fetch, self.holder, self.maker)
            except (*GONE, asyncpg.PostgresError):
                pass                            # the lease ends by itself
            ids.install(None)
        self.terminate()

    def terminate(self) -> None:
        for pool in self.pools.values():
            pool.terminate()
        self._hints.close()


_open: Doors | None = None


def current() -> Doors:
    if _open is None:
        raise RuntimeError("the doors are not open: petrel.app opens them")
    return _open


async def open_doors(addresses: Addresses, *, run_directory: Path | None = None, readers: int = 4, writers: int = 4,
                     systems: int = 3, keys: int = 2, makers: int = 4, patience_s: float = 0,
                     begins: bool = True) -> Doors:
    """Opens the pools of this process, leases its id makers and reaches the keyring: with so many connections at most,
    `keys` to the keyring for reading and as many for writing. `patience_s`: how long to wait for makers, of which there
    are none when many processes were killed within 20 s. Without `begins` nothing is asked of the databases yet: that
    is left to whoever opens them."""
    global _open
    doors = Doors(run_directory)
    try:
        for role, most, most_keys in (("reader", readers, keys), ("writer", writers, keys), ("system", systems, 1)):
            grow_s = GROW_BEHIND_S if role == "system" else GROW_S
            doors.pools[role] = await open_pool(addresses.main[role], most=most, grow_s=grow_s)
            doors.pools["keyring." + role] = await open_pool(addresses.keyring[role], most=most_keys)
        seal.install(KeyringTables(doors.pools["keyring.reader"], doors.pools["keyring.writer"],
                                   doors.pools["keyring.system"], addresses.keyring.get("owner")))
        if begins:
            await doors.begin(makers, patience_s)
    except BaseException:
        doors.terminate()               # whoever tries again must not find its own connections in the way
        raise
    _open = doors
    return doors


async def close_doors() -> None:
    global _open
    if _open is not None:
        doors, _open = _open, None
        await doors.close()
        seal.install(None)


@asynccontextmanager
async def reading(viewer: Viewer) -> AsyncIterator[Reader]:
    """Opens the door for reading as `viewer`. System readers see metadata, never through the web's functions."""
    doors = current()
    reader = Reader(doors, doors.pools["system" if isinstance(viewer, System) else "reader"], viewer)
    try:
        yield reader
        if reader.seen:
            seen.write_down(viewer, reader.seen)
    finally:
        await reader.release()


@asynccontextmanager
async def writing(actor: Viewer, *, cause: str) -> AsyncIterator[Writer]:
    """Opens the door for writing as `actor`. Commits when the block ends, rolls back when it raises.

    Errors: UnjournaledWrite when rows changed and nothing was recorded.
    """
    doors = current()
    async with _transaction(Writer(doors, doors.pools["writer"], actor, cause)) as w:
        yield w


@asynccontextmanager
async def deriving(follower: str) -> AsyncIterator[Writer]:
    """The writer of what follows from the journal: projections, notifications, indexes. Records nothing itself."""
    doors = current()
    writer = Writer(doors, doors.pools["system"], System(follower), follower)
    writer._must_record = False
    async with _transaction(writer) as w:
        yield w


@asynccontextmanager
async def _transaction(w: Writer) -> AsyncIterator[Writer]:
    try:
        yield w
        await w._commit()
        if w.seen:
            seen.write_down(w.viewer, w.seen)
    except BaseException:
        await w._roll_back()
        raise
    finally:
        await w.release()


__all__ = ["GONE", "Doors", "Member", "Reader", "Staff", "UnjournaledWrite", "Writer", "close_doors", "current",
           "deriving", "open_doors", "reading", "writing"]
