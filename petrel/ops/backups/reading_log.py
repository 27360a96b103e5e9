"""The write-ahead log of a running server, read by SQL: what is flushed, from a place that a slot keeps for us.

By SQL and not by the replication protocol: one ordinary connection does for the embedded server and for a distant one,
of every version, and no second copy of the log is ever on a disk. Measured in docs/decisions/0025.
"""

from collections.abc import Mapping
from typing import Any

import asyncpg
from msgspec import Struct

SLOT = "petrel_archive"

LOCK = "select pg_try_advisory_lock(hashtextextended('petrel archive of the log', 0))"
SERVER = """
select pg_size_bytes(current_setting('wal_segment_size')) as segment_bytes,
       (pg_current_wal_flush_lsn() - '0/0')::bigint as flushed,
       (restart_lsn - '0/0')::bigint as held
  from (values (1)) one(n) left join pg_replication_slots on slot_name = $1 and restart_lsn is not null
"""
FLUSHED = "select (pg_current_wal_flush_lsn() - '0/0')::bigint"
DROP = "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1 and not active"
MAKE = "select pg_create_physical_replication_slot($1, true)"
ADVANCE = "select pg_replication_slot_advance($1, '0/0'::pg_lsn + $2::bigint)"
# A position on a boundary belongs to the segment that begins there, whatever the version says of it.
READ = """
select pg_read_binary_file('pg_wal/' || pg_walfile_name('0/0'::pg_lsn + ($1::bigint + 1)), $1::bigint % $2::bigint, $3)
"""
CHECKPOINT = "checkpoint"
MAY_CHECKPOINT = "select pg_has_role('pg_checkpoint', 'usage')"


class LogGone(Exception):
    """What comes next in the log is no longer there."""


class Server(Struct, frozen=True):
    """Where its log is. `held`: from here on the slot keeps it; None without our slot."""

    segment_bytes: int
    flushed: int
    held: int | None


class Log:
    """One cluster's. `shipped`: everything before it is in the archive."""

    def __init__(self, session: Any, segment_bytes: int) -> None:
        self.session = session
        self.segment_bytes = segment_bytes
        self.shipped = 0
        self._advanced = 0

    async def flushed(self) -> int:
        return int(await self.session.fetchval(FLUSHED))

    async def read(self, until: int, most_bytes: int) -> bytes:
        """The next bytes. Errors: LogGone."""
        end = min(until, self.shipped + most_bytes)
        parts, at = [], self.shipped
        while at < end:
            count = min(end, at - at % self.segment_bytes + self.segment_bytes) - at
            try:
                piece = await self.session.fetchval(READ, at, self.segment_bytes, count)
            except (asyncpg.UndefinedFileError, asyncpg.UndefinedObjectError) as e:
                raise LogGone(str(e)) from e
            if piece is None or len(piece) != count:
                raise LogGone("the log is shorter than it should be")
            parts.append(piece)
            at += count
        return b"".join(parts)

    async def let_go(self) -> bool:
        """Frees what is archived, segment by segment; whether it did."""
        if self.shipped // self.segment_bytes == self._advanced // self.segment_bytes:
            return False
        try:
            await self.session.fetch(ADVANCE, SLOT, self.shipped)
        except asyncpg.InvalidParameterValueError:
            pass                    # made while a checkpoint ran it begins a little later than what we have
        except (asyncpg.UndefinedObjectError, asyncpg.ObjectNotInPrerequisiteStateError) as e:
            raise LogGone(str(e)) from e        # any other error is of a server that ends: the log is still there
        self._advanced = self.shipped
        return True


async def look(session: Any) -> Server:
    row: Mapping[str, Any] = await session.fetchrow(SERVER, SLOT)
    return Server(row["segment_bytes"], row["flushed"], row["held"])


async def hold(session: Any) -> int:
    """A new slot; the position from which on nothing is lost. It survives us: `release` ends it."""
    await release(session)
    flushed = int(await session.fetchval(FLUSHED))
    await session.fetch(MAKE, SLOT)
    return flushed


async def release(session: Any) -> None:
    await session.fetch(DROP, SLOT)
