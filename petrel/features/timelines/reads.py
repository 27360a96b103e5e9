"""Timelines of a viewer, as pages of candidates that the law has passed. Nothing here decides who sees what."""

import asyncio
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Sequence

import numpy as np
from msgspec import Struct

from petrel.core import clock
from petrel.core.doors import Reader, Row, current
from petrel.core.pages import Page
from petrel.features.timelines.rings import READY, Rings, file_for, open_rings
from petrel.features.timelines.rules import RAW, Entry, kept

ASK_S = 5.0
OWN = "select id, boost_of from timelines.own_candidates($1, $2)"
OF_LIST = "select id, boost_of from timelines.of_list($1, $2, $3, $4, $5)"


class Known(Struct):
    """A ring as this process last worked it out."""

    slot: int
    stamps: tuple[int, ...] = ()
    entries: list[Entry] = []  # newest first
    ids: list[int] = []  # negative, so ascending: for bisect


class RingReader:
    """The rings of this machine as a reader sees them. One per process."""

    def __init__(self) -> None:
        self._rings: Rings | None = None
        self._known: dict[int, Known] = {}
        self._asked: dict[int, asyncio.Future[int]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._listener: asyncio.Task[None] | None = None
        self._connecting = asyncio.Lock()

    async def home(self, r: Reader, account: int) -> Known:
        """The account's timeline now. From its ring; from the database when there is no ring to be had."""
        slot = self._slot(account)
        if slot is None:
            slot = await self._ask(account)
        if slot is None or self._rings is None:
            rows = await r.fetch(OWN, r.digest, RAW)
            return _worked_out(Known(-1), [(i, b or i) for i, b in rows])
        rings = self._rings
        known = self._known.get(account)
        if known is None or known.slot != slot:
            known = self._known[account] = Known(slot)
            if len(self._known) > 50_000:
                self._known = {account: known}
        stars = [int(s) for s in rings.stars[slot] if s]
        stamps = (int(rings.stamp[slot]), *(int(rings.star_stamp[abs(s) - 1]) for s in stars))
        if stamps != known.stamps:
            known.stamps = stamps
            _worked_out(known, _merged(rings, slot, stars))
        rings.read_at[slot] = clock.now_ms()
        return known

    def _slot(self, account: int) -> int | None:
        rings = self._open()
        if rings is None or not rings.header[READY]:
            return None
        known = self._known.get(account)
        if known is not None and rings.owner[known.slot] == account:
            return known.slot
        return None

    def _open(self) -> Rings | None:
        directory = current().run_directory
        if self._rings is None and directory is not None:
            try:
                self._rings = open_rings(file_for(directory))
            except (OSError, ValueError):
                return None
        return self._rings

    async def _ask(self, account: int) -> int | None:
        """Asks the fan-out process to keep a ring; None when it cannot."""
        if self._open() is None:
            return None
        future = self._asked.get(account)
        if future is None:
            future = self._asked[account] = asyncio.get_running_loop().create_future()
            try:
                writer = await self._connection()
                writer.write(b"%d\n" % account)
            except OSError:
                self._asked.pop(account, None)
                future.set_result(-1)
        try:
            slot = await asyncio.wait_for(asyncio.shield(future), ASK_S)
        except TimeoutError:
            self._asked.pop(account, None)
            return None
        if slot >= 0 and self._rings is not None and self._rings.owner[slot] == account:
            self._known.setdefault(account, Known(slot)).slot = slot
            return slot
        return None

    async def _connection(self) -> asyncio.StreamWriter:
        async with self._connecting:
            if self._writer is None or self._writer.is_closing():
                directory = current().run_directory
                assert directory is not None
                reader, self._writer = await asyncio.open_unix_connection(str(directory / "rings.sock"))
                self._listener = asyncio.create_task(self._answers(reader, self._writer))
            return self._writer

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                account, slot = map(int, line.split())
                future = self._asked.pop(account, None)
                if future is not None and not future.done():
                    future.set_result(slot)
        except (OSError, ValueError):
            pass
        finally:
            writer.close()
            self._rings = None  # the writer may have made a new file
            for future in self._asked.values():
                if not future.done():
                    future.set_result(-1)
            self._asked.clear()


def _merged(rings: Rings, slot: int, stars: list[int]) -> list[Entry]:
    """Oldest first, the newest RAW of the ring and of the merged authors; each id once."""
    _, rows = rings.read(slot)
    if stars:
        parts = [rows]
        for star in stars:
            _, more = rings.read_star(abs(star) - 1)
            parts.append(more if star > 0 else more[more[:, 0] == more[:, 1]])
        rows = np.concatenate(parts)
    _, first = np.unique(rows[:, 0], return_index=True)
    return [(i, p) for i, p in rows[first[-RAW:]].tolist()]


def _worked_out(known: Known, entries: Sequence[Entry]) -> Known:
    known.entries = kept(sorted(entries)[-RAW:])
    known.ids = [-i for i, _ in known.entries]
    return known


_rings = RingReader()


def part(known: Known, page: Page) -> tuple[list[Entry], bool]:
    """The entries of a page, newest first, and whether they are to be counted from the old end (min_id)."""
    low = bisect_left(known.ids, -page.max_id + 1) if page.max_id is not None else 0
    bound = page.min_id if page.min_id is not None else page.since_id
    high = bisect_left(known.ids, -bound) if bound is not None else len(known.ids)
    return known.entries[low:high], page.min_id is not None


Render = Callable[[list[int], list[int | None]], Awaitable[list[tuple[int, bytes]]]]


async def fill(entries: Sequence[Entry], limit: int, backwards: bool, render: Render) -> list[tuple[int, bytes]]:
    """Shows candidates until the page is full or they end: hidden ones make room for the next.

    `render` passes ids (and the posts they boost) through the law and returns (id, entity) of what may be shown.
    Usually one round; never more than there are candidates.
    """
    shown: list[tuple[int, bytes]] = []
    left = list(entries)
    want = limit
    while left and len(shown) < limit:
        some, left = (left[-want:], left[:-want]) if backwards else (left[:want], left[want:])
        more = await render([i for i, _ in some], [p if p != i else None for i, p in some])
        shown = more + shown if backwards else shown + more
        want = max(2 * (limit - len(shown)), 10)
    return shown[-limit:] if backwards else shown[:limit]


async def home(r: Reader, page: Page, render: Render) -> list[tuple[int, bytes]]:
    """The viewer's home timeline, newest first: (id, entity). One query when the ring and the posts are at hand."""
    if r.account is None:
        return []
    entries, backwards = part(await _rings.home(r, r.account), page)
    return await fill(entries, page.limit, backwards, render)


async def of_list(r: Reader, number: int, page: Page) -> list[Entry]:
    """Candidates of one of the viewer's lists, newest first."""
    rows = await r.fetch(
        OF_LIST, r.digest, number, page.limit, page.max_id, page.min_id if page.min_id is not None else page.since_id
    )
    return [(i, b or i) for i, b in rows]


async def markers(r: Reader, names: Sequence[str]) -> list[Row]:
    """Where the viewer stopped reading: rows of (timeline, last_read, version, changed_at)."""
    return await r.fetch("select * from timelines.markers($1, $2::text[])", r.digest, list(names))
