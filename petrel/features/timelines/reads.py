"""Timelines of a viewer, as pages of candidates that the law has passed. Nothing here decides who sees what."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct

from petrel.core import clock, seen
from petrel.core.doors import Reader, Row, current
from petrel.core.pages import Page
from petrel.features.timelines.rings import Rings, file_for, open_rings
from petrel.features.timelines.rules import RAW, Entry, kept

ASK_S = 5.0
MOST_KNOWN = 5_000
NONE = np.empty(0, np.int64)
OWN = "select id, boost_of from timelines.own_candidates($1, $2)"
OF_LIST = "select id, boost_of from timelines.of_list($1, $2, $3, $4, $5)"


class Known(Struct):
    """A ring as this process last worked it out, newest first: 6 kB."""

    slot: int
    stamps: tuple[int, ...] = ()
    ids: np.ndarray = NONE  # entry ids, falling
    posts: np.ndarray = NONE


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
        rings = self._open()
        slot = None
        if rings is not None and rings.is_kept(clock.now_ms()):
            slot = self._slot(rings, account)
            if slot is None:
                slot = await self._ask(account)
        if slot is None or rings is None or rings is not self._rings:
            rows = await r.fetch(OWN, r.digest, RAW)
            return _worked_out(Known(-1), [(i, b or i) for i, b in rows])
        known = self._known.get(account)
        if known is None or known.slot != slot:
            if len(self._known) >= MOST_KNOWN:
                for old in list(self._known)[: MOST_KNOWN // 10]:
                    del self._known[old]
            known = self._known[account] = Known(slot)
        row = rings.stars[slot]
        stars = row[row != 0].tolist()
        stamps = (int(rings.stamp[slot]), *(int(rings.star_stamp[abs(s) - 1]) for s in stars))
        if stamps != known.stamps:
            known.stamps = stamps
            _worked_out(known, _merged(rings, slot, stars))
        rings.read_at[slot] = clock.now_ms()
        return known

    def _slot(self, rings: Rings, account: int) -> int | None:
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
    return [(i, p) for i, p in rows[first[-RAW:]].tolist() if i]  # 0: what was deleted


def _worked_out(known: Known, entries: Sequence[Entry]) -> Known:
    rows = np.array(kept(sorted(entries)[-RAW:]), np.int64).reshape(-1, 2)
    known.ids, known.posts = rows[:, 0].copy(), rows[:, 1].copy()
    return known


_rings = RingReader()


def part(known: Known, page: Page) -> tuple[int, int]:
    """Where in the timeline the page lies: from, to."""
    rising, count = known.ids[::-1], len(known.ids)
    low = count - int(np.searchsorted(rising, page.max_id)) if page.max_id is not None else 0
    bound = page.min_id if page.min_id is not None else page.since_id
    high = count - int(np.searchsorted(rising, bound, side="right")) if bound is not None else count
    return low, max(low, high)


Render = Callable[[list[int], list[int | None]], Awaitable[list[tuple[int, bytes]]]]


async def home(r: Reader, page: Page, render: Render) -> list[tuple[int, bytes]]:
    """The viewer's home timeline, newest first: (id, entity). One query when the ring and the posts are at hand.

    `render` passes ids (and the posts they boost) through the law and returns (id, entity) of what may be shown;
    hidden ones make room for the next, until the page is full or the candidates end.
    """
    if r.account is None:
        return []
    known = await _rings.home(r, r.account)
    low, high = part(known, page)
    shown: list[tuple[int, bytes]] = []
    want = page.limit
    while low < high and len(shown) < page.limit:
        if page.min_id is not None:
            some, high = slice(max(low, high - want), high), max(low, high - want)
        else:
            some, low = slice(low, min(high, low + want)), min(high, low + want)
        ids, posts = known.ids[some].tolist(), known.posts[some].tolist()
        more = await render(ids, [p if p != i else None for i, p in zip(ids, posts, strict=True)])
        shown = more + shown if page.min_id is not None else shown + more
        want = max(2 * (page.limit - len(shown)), 10)
    return seen.first(r, shown, page.limit, last=page.min_id is not None)


def held_in_rings(run_directory: Path, posts: Iterable[int]) -> dict[int, int]:
    """Which of these posts stand in rings of this machine, and at how many places. Takes a moment: use a thread."""
    numbers = np.fromiter(posts, np.int64)
    try:
        rings = open_rings(file_for(run_directory))
    except FileNotFoundError:
        return {}
    found: Counter[int] = Counter()
    for entries, places in zip((rings.entries, rings.star_entries), rings.places_of(numbers), strict=True):
        for row in entries[places[:, 0], places[:, 1]].tolist():
            found.update(set(row) & set(numbers.tolist()))
    return dict(found)


async def of_list(r: Reader, number: int, page: Page) -> list[Entry]:
    """Candidates of one of the viewer's lists, newest first."""
    rows = await r.fetch(OF_LIST, r.digest, number, page.limit, page.max_id, page.min_id)
    return [(i, b or i) for i, b in rows if page.since_id is None or i > page.since_id]


async def markers(r: Reader, names: Sequence[str]) -> list[Row]:
    """Where the viewer stopped reading: rows of (timeline, last_read, version, changed_at)."""
    return await r.fetch("select * from timelines.markers($1, $2::text[])", r.digest, list(names))
