"""Building the index: at first, and whenever a crash has emptied it. Newest posts first, in small steps, while searches
are answered from what is there."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import asyncpg
import structlog
from msgspec import Struct

from petrel.core import journal
from petrel.core.doors import Reader, Writer, deriving
from petrel.core.errors import PetrelError
from petrel.core.ids import any_cell, at_of, new_id
from petrel.core.viewer import System
from petrel.features.search import indexing, rows

log = structlog.get_logger("petrel.search")

STEP = 50          # of each cell: with sixteen cells several hundred
LOOK_S = 5.0
TOP = (1 << 63) - 1
FORMAT = 2         # what indexing.py writes; one more whenever posts have to be indexed anew for it


class State(Struct, frozen=True):
    """How far the index is. `reached_at`: what was posted since is found; None when nothing was indexed yet."""

    is_ready: bool
    reached_at: datetime | None = None

    def __str__(self) -> str:
        if self.is_ready:
            return "search is up to date"
        if self.reached_at is None:
            return "search is catching up: it has just begun"
        return f"search is catching up: what was posted since {self.reached_at:%Y-%m-%d %H:%M} UTC is found"


async def state(r: Reader) -> State:
    """For whoever asks: the API, `petrel doctor` (as System)."""
    if isinstance(r.viewer, System):
        found = await r.fetch(rows.PROGRESS)
    else:
        found = await r.fetch("select * from search.progress($1)", r.digest)
    if len(found) == 2 and all(row["is_done"] for row in found):
        return State(True)
    reached = next((row["reached"] for row in found if row["name"] == "posts"), TOP)
    return State(False, at_of(reached) if 0 < reached < TOP else None)


async def step() -> bool:
    """One step of what is left to build; False when nothing is. Begins anew when the index was lost; over what is
    there when it is of another format, so that rare words are found meanwhile as before. A frequent one is asked by
    eras, and old rows lack their marks: of what is older than where this is, only those among the newest posts."""
    async with deriving("search") as w:
        born = await indexing.hold(w)
        if born is None:
            born = new_id(any_cell())
            await w.execute(rows.BEGIN_ALIVE, born)
            await w.execute(rows.BEGIN_BUILD, born, FORMAT)
            return True
        if await w.value(rows.FORMATS) != FORMAT:
            await w.execute(rows.BEGIN_BUILD, born, FORMAT)
            return True
        return await _built(w, "accounts", rows.ACCOUNTS_BELOW, indexing.put_accounts) | await _built(
            w, "posts", rows.POSTS_BELOW, indexing.put_posts)


async def _built(w: Writer, name: str, below: str, put: Callable[[Writer, Sequence[int]], Awaitable[None]]) -> bool:
    row = await w.row(rows.TO_BUILD, name)
    if row is None:
        return False
    ids = [found[0] for found in await w.fetch(below, row["at_id"], STEP)]
    if ids:
        await put(w, ids)
    await w.execute(rows.BUILT_TO, name, min(ids, default=0), not ids)
    return True


@journal.task("search", surface="srch")
async def run(stop: asyncio.Event) -> None:
    """Looks every few seconds whether there is something to build; rests as long as it works, so that the followers
    of this process get their turn."""
    building = False
    while not stop.is_set():
        began = time.monotonic()
        try:
            more = await step()
        except (PetrelError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as e:
            log.warning("the search index cannot be built, trying again", error=repr(e))
            more = False
        if more != building:
            building = more
            log.info("search is catching up" if more else "search is up to date")
        try:
            await asyncio.wait_for(stop.wait(), time.monotonic() - began if more else LOOK_S)
        except TimeoutError:
            pass
