"""Erasing an account: hidden at once, then step by step in short transactions, until a sweep finds nothing.

Each step is a room's own (`core/erasing.py`). Places are kept every second and after every step, so that a
killed process is followed by one that goes on. Between batches it rests as long as it worked, or longer, for whoever
reads or posts meanwhile. source: docs/decisions/0017-erasure.md
"""

import asyncio
import secrets
import time
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

import msgspec
from msgspec import Struct

from petrel.core import erasing
from petrel.core.doors import Reader, Writer, deriving, reading
from petrel.core.errors import NotFound, PetrelError
from petrel.core.ids import any_cell, new_id
from petrel.core.viewer import System
from petrel.features import accounts
from petrel.features.privacy import reach

SYSTEM = System("privacy")
CAUSE = "erasure"
KEEP_S = 1.0                # how often places are kept: what is done twice does no harm
AGAIN_S = 600               # late followers of the journal have come by then
DONE = "done"

INSERT = """
insert into privacy.erasure (account, link_digest, by_crew) values ($1, $2, $3)
on conflict (account) do nothing returning account
"""
ASK = "insert into privacy.request (id, account, kind) values ($1, $2, 'erasure')"
FIND = "select account, places::text, gone::text, done_at from privacy.erasure where account = $1"
UNDONE = "select account from privacy.erasure where done_at is null"
KEEP = "update privacy.erasure set places = $2::text::jsonb, gone = $3::text::jsonb where account = $1"
RESTART = "update privacy.erasure set places = '{}', done_at = null where account = $1"
FINISH = "update privacy.erasure set done_at = coalesce(done_at, now()) where account = $1"
ANSWERED = "update privacy.request set done_at = coalesce(done_at, now()), account = null where account = $1"
SWEPT = "update privacy.erasure set swept_at = now(), remains = $2::text::jsonb where account = $1"
BY_LINK = """
select account, asked_at, done_at, swept_at, gone::text from privacy.erasure where link_digest = $1
"""


class Remains(PetrelError):
    """Something is left of an account that was erased; it is tried again"""


class Erasure(Struct, frozen=True):
    """How far an erasure is. `gone`: rows or keys by step."""

    account: int
    asked_at: datetime
    done_at: datetime | None
    swept_at: datetime | None
    gone: dict[str, int]


async def begin(w: Writer, account: int, *, by_crew: bool = False, run_in_s: float = 0) -> str:
    """Hides the account, ends every way into it, and orders the rest. Returns the secret of the link at which its
    holder reads how it ended; "" when it had begun before. Errors: NotFound.
    """
    secret = secrets.token_urlsafe(24)
    await accounts.begin_erasing(w, account)
    if await w.change(INSERT, account, sha256(secret.encode()).digest(), by_crew):
        await w.execute(ASK, new_id(any_cell()), account)
    else:
        secret = ""
    w.later("privacy.erase", {"account": account}, lane="bulk", run_in_s=run_in_s, once=f"privacy.erase {account}")
    return secret


async def again(w: Writer, account: int) -> bool:
    """After a restore to a time before it: hides the account and orders everything anew. Records nothing."""
    if not await accounts.hide(w, account):
        return False
    await w.execute(INSERT, account, sha256(secrets.token_bytes(24)).digest(), True)
    await w.execute(RESTART, account)
    w.later("privacy.erase", {"account": account}, lane="urgent", once=f"privacy.erase {account}")
    return True


async def shut() -> int:
    """After a restore, before anything is served: the keys of all that erased accounts hold. Returns how many went.

    `run` does the rest later, these steps once more with it.
    """
    async with reading(SYSTEM) as r:
        begun = [row["account"] for row in await r.fetch(UNDONE)]
    gone = 0
    for account in begun:
        for step in erasing.steps():
            at = ""
            while step.order == erasing.Order.KEYS:
                batch = await step.run(account, at)
                gone, at = gone + batch.gone, batch.at
                if not at:
                    break
    return gone


async def run(account: int, *, tell: Callable[[str, int], None] = lambda step, gone: None) -> dict[str, int]:
    """Goes on where an earlier run was, to the end. Returns what went, by step. Errors: NotFound, Remains."""
    async with reading(SYSTEM) as r:
        row = await r.row(FIND, account)
    if row is None:
        raise NotFound
    places: dict[str, str] = msgspec.json.decode(row["places"])
    gone: dict[str, int] = msgspec.json.decode(row["gone"])
    if row["done_at"] is None:
        for step in erasing.steps():
            await _run_step(step, account, places, gone, tell)
        async with deriving("privacy") as w:
            await w.execute(FINISH, account)
            await w.execute(ANSWERED, account)
            w.later("privacy.sweep", {"account": account}, lane="bulk", run_in_s=AGAIN_S)
    await sweep(account)
    return gone


async def _run_step(step: erasing.Step, account: int, places: dict[str, str], gone: dict[str, int],
                    tell: Callable[[str, int], None]) -> None:
    kept_s = time.monotonic()
    while (at := places.get(step.name, "")) != DONE:
        began = time.monotonic()
        batch = await step.run(account, at)
        places[step.name] = batch.at or DONE
        gone[step.name] = gone.get(step.name, 0) + batch.gone
        if places[step.name] == DONE or time.monotonic() > kept_s + KEEP_S:
            async with deriving("privacy") as w:
                await w.execute(KEEP, account, msgspec.json.encode(places).decode(), msgspec.json.encode(gone).decode())
            kept_s = time.monotonic()
        tell(step.name, gone[step.name])
        await asyncio.sleep(step.rest * (time.monotonic() - began))


async def sweep(account: int) -> None:
    """Looks for what is left, by the inventory; where something is, the steps run once more at the next try.

    Errors: Remains.
    """
    async with reading(SYSTEM) as r:
        found = await reach.remains(r, account)
    async with deriving("privacy") as w:
        await w.execute(SWEPT, account, msgspec.json.encode(found).decode())
        if found:
            await w.execute(RESTART, account)
    if found:
        raise Remains(detail=found)


async def planned(r: Reader, account: int) -> dict[str, int]:
    """What would go, by table and column."""
    over = [way for way in reach.ways(await reach.lines_of(r)) if not reach.stays(way)]
    return await reach.counted(r, account, over)


async def by_link(secret: str) -> Erasure:
    """Errors: NotFound."""
    async with reading(SYSTEM) as r:
        row = await r.row(BY_LINK, sha256(secret.encode()).digest())
    if row is None:
        raise NotFound
    return Erasure(row["account"], row["asked_at"], row["done_at"], row["swept_at"], msgspec.json.decode(row["gone"]))


__all__ = ["Erasure", "Remains", "begin", "by_link", "planned", "run", "sweep"]
