"""The relay, in the followers' process: for each web process with open streams, the journal as it grows, with whose
home timelines each post belongs on. It has the tail and the fan-out at hand, so that no web process reads the journal.

An entry that comes twice is streamed twice, late: late, never: not at all; what people are shown when they ask is right
all the same.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import structlog

from petrel.core import clock
from petrel.core.journal import Entry
from petrel.core.tail import Position, Tail
from petrel.features.streams.shapes import (
    HEAD_BYTES,
    KINDS,
    MOST_BYTES,
    REACHING,
    Answer,
    Begin,
    Item,
    News,
    Question,
    Told,
    Watched,
    decode_question,
    framed,
)

if TYPE_CHECKING:
    from petrel.features.timelines import Fanout

log = structlog.get_logger("petrel.streams")

ITEMS = 500
SKIP_MS = 60_000
"""A web process that was away for longer goes on from now: streams tell what happens, not what happened."""
KEPT_S = 60.0
"""How often the rings of watched accounts are marked as read: their owners are here."""


class Listener:
    """One web process."""

    def __init__(self, fanout: "Callable[[], Fanout | None]", the_tail: Tail, reader: asyncio.StreamReader,
                 writer: asyncio.StreamWriter) -> None:
        self._fanout, self._tail = fanout, the_tail
        self._reader, self._writer = reader, writer
        self.watched: set[int] = set()
        self._mask = np.zeros(0, bool)
        self._account_at = np.zeros(0, np.int64)
        self._known: tuple[object, int, int] = (None, -1, -1)
        self._changes = 0
        self._building: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until the web process goes away."""
        begun = await self._question()
        if not isinstance(begun, Begin):
            return
        sending = [asyncio.create_task(self._send_news(begun.at)), asyncio.create_task(self._keep_rings())]
        try:
            while (asked := await self._question()) is not None:
                if not isinstance(asked, Begin):
                    self.watched.difference_update(asked.ended)
                    self._changes += 1
                    self._spawn(asked.accounts)
        finally:
            for one in [*sending, *self._building]:
                one.cancel()
            self._writer.close()

    def _spawn(self, accounts: list[int]) -> None:
        task = asyncio.create_task(self._begin_watching(accounts))
        self._building.add(task)
        task.add_done_callback(self._building.discard)

    async def _begin_watching(self, accounts: list[int]) -> None:
        """Their rings are built first where there are none. Who cannot be built is watched all the same: what needs
        no ring comes."""
        fanout = self._fanout()
        if fanout is not None:
            await asyncio.gather(*map(fanout.activate, accounts), return_exceptions=True)
        self.watched.update(accounts)
        self._changes += 1
        self._say(Watched(accounts))

    async def _question(self) -> Question | None:
        try:
            size = int.from_bytes(await self._reader.readexactly(HEAD_BYTES), "big")
            return decode_question(await self._reader.readexactly(min(size, MOST_BYTES)))
        except (OSError, asyncio.IncompleteReadError, msgspec.MsgspecError):
            return None

    def _say(self, answer: Answer) -> None:
        if not self._writer.is_closing():
            self._writer.write(framed(answer))

    async def _send_news(self, at: Position | None) -> None:
        position = await self._tail.begin() if at is None else at
        if at is None:
            position = (await self._tail.read(position, 1 << 30))[1]
        while not self._writer.is_closing():
            await self._tail.beyond(position)
            entries, position = await self._tail.read(position, ITEMS)
            oldest_ms = clock.now_ms() - SKIP_MS
            items = [self._item(e) for e in entries if e.kind in KINDS and e.at.timestamp() * 1000 > oldest_ms]
            if items:
                self._say(News(position, items))
                await self._writer.drain()

    def tell(self, told: list[tuple[int, int]]) -> None:
        if rows := [one for one in told if one[0] in self.watched]:
            self._say(Told(rows))

    def _item(self, e: Entry) -> Item:
        reached = self._reached(e) if e.kind in REACHING and self.watched else []
        return Item(e.kind, e.subject, e.actor or 0, list(e.refs), reached)

    def _reached(self, e: Entry) -> list[int]:
        author = e.actor or 0
        found = [author] if author in self.watched else []
        fanout = self._fanout()
        if fanout is None:
            return found
        self._look(fanout)
        answered = e.refs[1] if e.kind == "posts.post.created" else 0
        slots = fanout.reached(author, answered, is_boost=e.kind == "posts.boost.created")
        here = slots[self._mask[slots]]
        return found + [a for a in self._account_at[here].tolist() if a != author]

    def _look(self, fanout: "Fanout") -> None:
        """Which rings are those of watched accounts, when that may have changed."""
        known = (fanout, fanout.moves, self._changes)
        if known != self._known:
            self._known = known
            self._mask = np.zeros(fanout.rings.slots, bool)
            self._account_at = np.zeros(fanout.rings.slots, np.int64)
            places = {slot: a for a in self.watched if (slot := fanout.slot_of.get(a)) is not None}
            slots = np.fromiter(places, np.int64, len(places))
            self._mask[slots] = True
            self._account_at[slots] = np.fromiter(places.values(), np.int64, len(places))

    async def _keep_rings(self) -> None:
        while True:
            await asyncio.sleep(KEPT_S)
            fanout = self._fanout()
            if fanout is not None and self.watched:
                self._look(fanout)
                fanout.rings.read_at[self._mask] = clock.now_ms()
                lost = [a for a in self.watched if a not in fanout.slot_of]
                await asyncio.gather(*map(fanout.activate, lost[:1000]), return_exceptions=True)
