"""The journal: one append-only record of what happened. Ids, never text, so that deletion never rewrites it.

Entries are written by `Writer.record`, in the transaction of what they record. Followers (timelines, counts,
notifications, search) read entries in commit order below the oldest running transaction: tailing by number alone
loses those of slow transactions. The chain over the entries is `core/chain.py`.
"""

import asyncio
import hmac
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from msgspec import Struct

from petrel.core import ids, surfaces
from petrel.core.errors import Unavailable

SALT_BYTES = 16

# The epoch is asked for as it is written: a process may live through a restore or failover and not know.
INSERT = """
insert into journal.entry (cell, id, epoch, kind, subject, actor, refs, cause, salt, digest)
select cell, id, (select max(epoch) from journal.epoch), kind, subject, actor, string_to_array(refs, ',')::bigint[],
       cause, salt, digest
  from unnest($1::smallint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
              $8::bytea[], $9::bytea[]) e(cell, id, kind, subject, actor, refs, cause, salt, digest)
"""

# Transaction numbers start again after a restore: entries of the new epoch come after all of those that were lost too.
BEGIN_EPOCH = """
insert into journal.epoch (epoch, reason)
select greatest(max(epoch), $1::int) + 1, $2 from journal.epoch returning epoch
"""


class Draft(Struct):
    """An entry about to be written; `body` is digested and dropped."""

    cell: int
    kind: str
    subject: int
    actor: int | None
    refs: list[int]
    cause: str
    body: bytes


class Entry(Struct, frozen=True):
    """An entry as followers get it: in commit order, each at least once."""

    cell: int
    id: int
    epoch: int
    xid: int
    at: Any
    kind: str
    subject: int
    actor: int | None
    refs: list[int]


# Without it a digest tells nothing: whoever has only this database could else confirm a guessed text. Kept in the
# keyring; installed with the doors.
_secret = b""

ERASE_SALTS = "update journal.entry set salt = null where cell = law.cell($1) and subject = $1 and salt is not null"


def install(secret: bytes) -> None:
    global _secret
    _secret = secret


def columns(drafts: Sequence[Draft]) -> list[object]:
    """The drafts as arguments of INSERT."""
    if not _secret:
        raise Unavailable(detail="no journal secret: the doors are not open, or have not reached the keyring yet")
    salts = [os.urandom(SALT_BYTES) for _ in drafts]
    return [
        [d.cell for d in drafts],
        [ids.new_id(d.cell) for d in drafts],
        [d.kind for d in drafts],
        [d.subject for d in drafts],
        [d.actor for d in drafts],
        [",".join(map(str, d.refs)) for d in drafts],
        [d.cause for d in drafts],
        salts,
        [hmac.digest(_secret, s + d.kind.encode() + d.subject.to_bytes(8, "big") + d.body, "sha256")
         for s, d in zip(salts, drafts, strict=True)],
    ]


Follow = Callable[[list[Entry]], Awaitable[None]]


class Follower(Struct, frozen=True):
    """A registered reader of the journal. `kinds` are exact kinds; entries of other kinds are passed over.

    `surface`: those of core/surfaces.py that show what it derives, or "none" with the reason `why_none`.
    """

    name: str
    kinds: frozenset[str]
    run: Callable[..., Awaitable[None]]
    surface: str = surfaces.NONE
    why_none: str = ""


FOLLOWERS: dict[str, Follower] = {}


def follow(name: str, *kinds: str, surface: str,
           why_none: str = "") -> Callable[[Callable[..., Awaitable[None]]], Callable[..., Awaitable[None]]]:
    """Registers `async def f(w: Writer, entries: list[Entry])` as a follower with a durable cursor.

    `surface`: where what it derives is shown (core/surfaces.py), or "none" with the reason `why_none`.

    It gets entries of its kinds in commit order, in batches, in one transaction with the move of its cursor: what
    it writes to derived tables happens exactly once; what it does elsewhere may happen twice.
    Its docstring says what happens when an entry comes twice, late, or never.
    Errors: ValueError for a surface that cannot be (see `surfaces.check`).
    """
    surfaces.check(surfaces.Kind.FOLLOWER, name, surface, why_none)

    def register(f: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        FOLLOWERS[name] = Follower(name, frozenset(kinds), f, surface, why_none)
        return f
    return register


# New followers begin with what is written from now on: everything before is below the horizon already.
REGISTER = """
insert into ops.follower (name, epoch, xid, id)
select name, (select max(epoch) from journal.epoch), pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1,
       9223372036854775807
  from unnest($1::text[]) f(name)
on conflict (name) do nothing
"""

Task = Callable[[asyncio.Event], Awaitable[None]]

TASKS: dict[str, Task] = {}
TASK_SURFACES: dict[str, str] = {}


def task(name: str, *, surface: str, why_none: str = "") -> Callable[[Task], Task]:
    """Registers `async def run(stop: asyncio.Event)` to live in the followers' process, beside the followers.

    For what follows the journal without a durable cursor, such as timelines in memory; `core.tail` wakes it.
    It returns soon after `stop` is set; when it raises it is started again after a pause. `surface`: as of `follow`.
    """
    surfaces.check(surfaces.Kind.FOLLOWER, name, surface, why_none)

    def register(f: Task) -> Task:
        TASKS[name], TASK_SURFACES[name] = f, surface
        return f
    return register
