"""Fan-out: follows the journal and writes each post into the rings of its author's active followers.

State in this process's memory, derived from the database and lost without harm: for each author the slots of the
active accounts that follow them. An entry that comes twice is written twice, and readers drop the second; late, it
stands at its place by id; one that never came would be missing until the ring is built anew.
"""

import asyncio
import time
from collections.abc import Iterable
from functools import partial

import numpy as np
import structlog

from petrel.core import clock, journal, limits, tail
from petrel.core.doors import current, reading
from petrel.core.errors import Unavailable
from petrel.core.journal import Entry
from petrel.core.viewer import System
from petrel.features.timelines.asking import serve
from petrel.features.timelines.rings import (
    BEAT_MS,
    CLEAN_EPOCH,
    CLEAN_ID,
    CLEAN_XID,
    JOURNAL,
    LENGTH,
    READY,
    STAR_RINGS,
    STARS,
    Rings,
    file_for,
    open_rings,
)
from petrel.features.timelines.rules import RAW

log = structlog.get_logger("petrel.timelines")

SLOTS = 65_536
REBUILDS_AT_ONCE = 4
BEAT_S = 2.0
ACTIVE_MS = 14 * 86_400_000  # source: DESIGN section 6
EXPIRE_S = 600.0
EMPTY_S = 1.0
NOBODY = np.empty(0, np.int64)
SYSTEM = System("timelines")
# A number that changes with every restore and failover, and differs between databases.
JOURNAL_ID = "select (extract(epoch from max(began_at)) * 1000000)::bigint from journal.epoch"
EDGES = "select owner, other, is_quiet from timelines.edges('timelines', $1::bigint[])"
CANDIDATES = "select id, boost_of from timelines.candidates_of('timelines', $1, $2)"


class Fanout:
    """The one writer of the rings of this machine."""

    def __init__(self, rings: Rings) -> None:
        self.rings = rings
        self.slot_of: dict[int, int] = {}
        self._free: list[int] = []
        self._next = 0
        self._followers: dict[int, np.ndarray] = {}  # author -> slots that take posts, sorted
        self._quiet: dict[int, np.ndarray] = {}  # author -> slots that take posts but no boosts
        self._following: dict[int, dict[int, bool]] = {}  # slot -> {author: is_quiet}
        self._star_of: dict[int, int] = {}
        self._building: dict[int, asyncio.Task[int]] = {}
        self._stale: set[int] = set()  # whose edges have changed since they were last asked for
        self._gate = asyncio.Semaphore(REBUILDS_AT_ONCE)
        self._gone: set[int] = set()  # deleted posts, whose places are to be emptied
        self._went: set[int] = set()  # looked for once: a ring that was just being built may have brought them back
        self.moves = 0  # grows whenever an account gets or loses its ring

    # -- journal ------------------------------------------------------------------------------------------

    def take(self, entries: Iterable[Entry]) -> None:
        """Applies entries in commit order."""
        for e in entries:
            if e.kind == "posts.post.created":
                self._post(e.actor or 0, e.subject, e.refs[1])
            elif e.kind == "posts.boost.created":
                self._boost(e.actor or 0, e.subject, e.refs[0])
            elif e.kind == "posts.account.swept":
                self._gone.update(e.refs)  # its account is being erased
            elif e.kind == "accounts.account.erasing":
                self._leave(e.subject)
            elif e.kind in ("posts.post.deleted", "posts.boost.removed"):
                self._gone.add(e.subject)
            elif e.kind.startswith("relationships.") and len(e.refs) >= 2:
                self._edge_changed(e)

    def _edge_changed(self, e: Entry) -> None:
        """Whoever began or ceased to follow somebody gets a new ring: what was there before belongs to it, or not."""
        _room, noun, _past = e.kind.split(".")
        if noun in ("follow", "block"):
            for account in e.refs[:2] if noun == "block" else e.refs[:1]:
                if account in self.slot_of or account in self._building:
                    self._stale.add(account)
                    self._spawn(account)

    def _leave(self, account: int) -> None:
        """Whose account is being erased has no ring any more."""
        slot = self.slot_of.get(account)
        if slot is not None:
            self._forget(account, slot)
            self.rings.fill(slot, np.empty((0, 2), np.int64))
            self.rings.entries[slot] = 0
            self._free.append(slot)

    def reached(self, author: int, reply_to_account: int = 0, *, is_boost: bool = False) -> np.ndarray:
        """The rings that a post or boost of this author belongs in, but for the author's own. A reply only belongs
        with those who follow both, and with the one who is answered."""
        followers = self._followers.get(author, NOBODY)
        if is_boost:
            quiet = self._quiet.get(author)
            return followers if quiet is None else np.setdiff1d(followers, quiet, assume_unique=True)
        if not reply_to_account or reply_to_account == author:
            return followers
        both = np.intersect1d(followers, self._followers.get(reply_to_account, NOBODY), assume_unique=True)
        answered = self.slot_of.get(reply_to_account)
        if answered is not None and answered not in both and author in self._following.get(answered, ()):
            both = np.append(both, answered)
        return both

    def _post(self, author: int, post: int, reply_to_account: int) -> None:
        own = self.slot_of.get(author)
        if author in self._star_of and reply_to_account in (0, author):
            self.rings.write_star(self._star_of[author], post, post)
            self._write(NOBODY, own, post, post)
        else:
            self._write(self.reached(author, reply_to_account), own, post, post)

    def _boost(self, author: int, boost: int, post: int) -> None:
        own = self.slot_of.get(author)
        if author in self._star_of:
            self.rings.write_star(self._star_of[author], boost, post)
            self._write(NOBODY, own, boost, post)
            return
        self._write(self.reached(author, is_boost=True), own, boost, post)

    def _write(self, slots: np.ndarray, own: int | None, entry: int, post: int) -> None:
        if own is not None:
            slots = np.append(slots, own)
        if len(slots):
            self.rings.write(slots, entry, post)

    # -- who is active ------------------------------------------------------------------------------------

    async def empty_gone(self) -> None:
        """Empties the places of deleted posts in all rings: one look through them for all that went meanwhile."""
        if self._gone or self._went:
            posts = np.fromiter(self._gone | self._went, np.int64)
            self._gone, self._went = set(), self._gone
            self.rings.erase(posts, await asyncio.to_thread(self.rings.places_of, posts))

    async def activate(self, account: int) -> int:
        """The slot of the account's ring, built if it is not there. Askers of one account share one build."""
        slot = self.slot_of.get(account)
        if slot is not None and account not in self._building:
            return slot
        return await asyncio.shield(self._spawn(account))

    def _spawn(self, account: int) -> "asyncio.Task[int]":
        task = self._building.get(account)
        if task is None or task.done():
            task = self._building[account] = asyncio.create_task(self._build(account))
            task.add_done_callback(partial(self._built, account))
        return task

    def _built(self, account: int, task: "asyncio.Task[int]") -> None:
        if self._building.get(account) is task:
            del self._building[account]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("ring not built", account=account, error=repr(error))

    async def _build(self, account: int) -> int:
        async with self._gate:
            slot = self.slot_of.get(account)
            if slot is None:
                slot = self._take_slot()
                self.rings.head[slot] = 0
            self.rings.read_at[slot] = clock.now_ms()
            try:
                while True:
                    self._stale.discard(account)
                    await self._fill(account, slot)
                    if account not in self._stale:
                        break
            except BaseException:
                self._forget(account, slot)  # readers ask again
                self._free.append(slot)
                raise
            self.rings.owner[slot] = account
            return slot

    async def _fill(self, account: int, slot: int) -> None:
        """First whom they follow, so that what is published from now on is fanned out to them; then what there is.

        The journal's position is behind both queries, so nothing falls between.
        """
        async with reading(SYSTEM) as r:
            edges = await r.fetch(EDGES, [account])
            self._set_following(slot, {e["other"]: e["is_quiet"] for e in edges})
            self.slot_of[account] = slot
            self.moves += 1
            before = int(self.rings.head[slot])
            rows = await r.fetch(CANDIDATES, account, RAW)
        found = np.array([(i, b or i) for i, b in rows], np.int64).reshape(-1, 2)
        now = int(self.rings.head[slot])
        since = self.rings.entries[slot, np.arange(max(before, now - LENGTH), now) % LENGTH]
        merged = np.concatenate((found, since))
        _, first = np.unique(merged[:, 0], return_index=True)
        self.rings.fill(slot, merged[first])

    def _take_slot(self) -> int:
        if self._free:
            return self._free.pop()
        if self._next < self.rings.slots:
            self._next += 1
            return self._next - 1
        # The one read longest ago; not one that is just being built, which nobody owns yet.
        owned = self.rings.owner != 0
        if not owned.any():
            raise Unavailable(detail="every ring is being built")
        oldest = int(np.argmin(np.where(owned, self.rings.read_at, np.iinfo(np.int64).max)))
        self._forget(int(self.rings.owner[oldest]), oldest)
        return oldest

    def _forget(self, account: int, slot: int) -> None:
        self.rings.owner[slot] = 0
        self.slot_of.pop(account, None)
        self.moves += 1
        self._set_following(slot, {})

    def _set_following(self, slot: int, new: dict[int, bool]) -> None:
        old = self._following.get(slot, {})
        for author in old.keys() - new.keys():
            self._drop(self._followers, author, slot)
            self._drop(self._quiet, author, slot)
        for author, is_quiet in new.items():
            if author not in old:
                self._add(self._followers, author, slot)
            if is_quiet:
                self._add(self._quiet, author, slot)
            elif old.get(author):
                self._drop(self._quiet, author, slot)
        self._following[slot] = new
        self._name_stars(slot)
        for author in new.keys() - old.keys():
            if author not in self._star_of and len(self._followers[author]) > limits.current().celebrity_followers:
                self._make_star(author)

    @staticmethod
    def _add(table: dict[int, np.ndarray], author: int, slot: int) -> None:
        have = table.get(author, NOBODY)
        at = int(np.searchsorted(have, slot))
        if at == len(have) or have[at] != slot:
            table[author] = np.insert(have, at, slot)

    @staticmethod
    def _drop(table: dict[int, np.ndarray], author: int, slot: int) -> None:
        have = table.get(author)
        if have is not None:
            rest = have[have != slot]
            if len(rest):
                table[author] = rest
            else:
                del table[author]

    def expire(self) -> None:
        """Gives up the rings of accounts that have not read for as long as an account counts as active."""
        old = (self.rings.owner != 0) & (self.rings.read_at < clock.now_ms() - ACTIVE_MS)
        for slot in np.flatnonzero(old).tolist():
            self._forget(int(self.rings.owner[slot]), slot)
            self._free.append(slot)

    # -- authors with very many followers -----------------------------------------------------------------

    def _make_star(self, author: int) -> None:
        """From now on this author's posts are merged in at reading instead of being written to every ring."""
        if len(self._star_of) == STAR_RINGS:
            return
        star = len(self._star_of)
        self.rings.star_head[star] = 0
        self.rings.star_owner[star] = author
        self._star_of[author] = star
        for slot in self._followers.get(author, NOBODY):
            self._name_stars(int(slot))

    def _name_stars(self, slot: int) -> None:
        following = self._following.get(slot, {})
        numbers = [(-1 if following[a] else 1) * (s + 1) for a, s in self._star_of.items() if a in following]
        row = np.zeros(STARS, np.int64)
        row[: len(numbers)] = numbers
        if (self.rings.stars[slot] != row).any():
            self.rings.stars[slot] = row

    # -- after a restart ----------------------------------------------------------------------------------

    async def resume(self) -> None:
        """Takes the rings over that an earlier process left, with their followers."""
        self.rings.mend()
        owners = {int(a): int(s) for s, a in enumerate(self.rings.owner) if a}
        self.slot_of = dict(owners)
        self._next = max(owners.values(), default=-1) + 1
        self._free = sorted(set(range(self._next)) - set(owners.values()))
        self._star_of = {int(a): s for s, a in enumerate(self.rings.star_owner) if a}
        numbers = list(owners)
        for start in range(0, len(numbers), 1000):
            some = numbers[start : start + 1000]
            following: dict[int, dict[int, bool]] = {a: {} for a in some}
            async with reading(SYSTEM) as r:
                for e in await r.fetch(EDGES, some):
                    following[e["owner"]][e["other"]] = e["is_quiet"]
            for account, edges in following.items():
                self._set_following(owners[account], edges)


_current: Fanout | None = None


def current_fanout() -> Fanout | None:
    """That of the followers' process while it works; None before, after and elsewhere."""
    return _current


@journal.task("timelines", surface="home")
async def run(stop: asyncio.Event) -> None:
    """The task of the followers' process: rings from the journal, and the socket at which readers ask for theirs."""
    global _current
    run_directory = current().run_directory
    assert run_directory is not None
    rings = open_rings(file_for(run_directory), SLOTS)
    fanout = Fanout(rings)
    rings.header[READY] = 0
    the_tail = tail.current()
    await the_tail.begin()
    async with reading(SYSTEM) as r:
        journal_id = await r.value(JOURNAL_ID)
    if rings.header[JOURNAL] != journal_id:
        # Another database, or one restored to an earlier point: nothing that the rings hold is known to be right.
        rings.owner[:] = rings.star_owner[:] = 0
        rings.header[CLEAN_EPOCH : CLEAN_ID + 1] = await the_tail.begin()
        rings.header[JOURNAL] = journal_id
    at = (int(rings.header[CLEAN_EPOCH]), int(rings.header[CLEAN_XID]), int(rings.header[CLEAN_ID]))
    await fanout.resume()
    at = await _catch_up(fanout, the_tail, at)
    socket = run_directory / "rings.sock"
    socket.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(lambda r, w: serve(fanout.activate, r, w), str(socket))
    rings.header[BEAT_MS] = clock.now_ms()
    rings.header[READY] = 1
    _current = fanout
    try:
        stopped = asyncio.create_task(stop.wait())
        sweeping = asyncio.create_task(_empty_gone(fanout))
        expired_s = time.monotonic()
        while not stop.is_set():
            if time.monotonic() - expired_s > EXPIRE_S:
                expired_s = time.monotonic()
                fanout.expire()
            grown = asyncio.create_task(the_tail.beyond(at))
            await asyncio.wait((grown, stopped), timeout=BEAT_S, return_when=asyncio.FIRST_COMPLETED)
            grown.cancel()
            at = await _catch_up(fanout, the_tail, at)
            rings.header[BEAT_MS] = clock.now_ms()  # while we are late or dead, readers ask the database
    finally:
        _current = None
        sweeping.cancel()
        rings.header[READY] = 0
        server.close()
        socket.unlink(missing_ok=True)


async def _empty_gone(fanout: Fanout) -> None:
    """Every second or so; rests ten times as long as a look through the rings takes."""
    while True:
        began = time.monotonic()
        await fanout.empty_gone()
        await asyncio.sleep(max(EMPTY_S, 10 * (time.monotonic() - began)))


async def _catch_up(fanout: Fanout, the_tail: tail.Tail, at: tail.Position) -> tail.Position:
    while True:
        entries, until = await the_tail.read(at)
        if until == at:
            return at
        fanout.take(entries)
        at = until
        fanout.rings.header[CLEAN_EPOCH : CLEAN_ID + 1] = at
        await asyncio.sleep(0)
