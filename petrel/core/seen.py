"""Reads of what is not public are recorded: who saw what, when, on which surface. One record for a page, written before
the page is answered, and sealed: what records them cannot read them (decision 0015).

    seen.note(r, surface, ...)          # where rows of the law come back; a page is what one reader has looked at
    seen.cut(r, places)                 # these were read, and are not on the page after all
    seen.write_down(r.viewer, r.seen)   # at the end of the reader, by the doors

A process keeps its records in files of DATA/run/seen, which are there after it was killed (`core/spool.py`).
`petrel/ops/access/keeping.py` moves them into the database within moments, and takes over what dead processes left.
Where there is no run directory they stay in memory until the doors close.
"""

import hashlib
import os
import struct
import time
from array import array
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec import Struct

from petrel.core import ids, seal
from petrel.core.errors import Unavailable
from petrel.core.spool import Segment, SiteKey, row_of
from petrel.core.viewer import Staff, Viewer, account_of
from petrel.storage.policy import POLICY

FOLDER = "seen"
KEY_CHECK_S = 600.0
WHO = struct.Struct("=qqiqiB")           # account, token, policy, build, process, 1 for staff
PART = struct.Struct("=BI")              # surface, how many posts; then their numbers, then their authors'
KEEP = "select access.keep_seen('seen', $1, $2, $3, $4, to_timestamp($5), to_timestamp($6), $7)"

T = TypeVar("T")
Fetch = Callable[..., Awaitable[list[Any]]]
Page = tuple[int, list[int], list[int], list[int]]
"""Surface; places on the page; posts; their authors. What a boost boosts has the place of the boost."""


class Seeing(Protocol):
    """A reader, as far as this file knows one."""

    seen: list[Page]


class Look(Struct, frozen=True):
    """One page as it was recorded. `looks`: (surface, post, author), some perhaps twice."""

    at_ms: int
    account: int                         # 0: somebody not signed in
    token: int
    policy: int
    build: str
    process: int
    is_staff: bool
    looks: list[tuple[int, int, int]]


def note(r: Seeing, surface: int, places: list[int], posts: list[int], authors: list[int]) -> None:
    """These posts, none of them public or the viewer's own, are about to be shown to the viewer of `r`."""
    r.seen.append((surface, places, posts, authors))


def cut(r: Seeing, places: Collection[int]) -> None:
    """Of what was looked at so far, nothing at these places is shown after all."""
    if r.seen and places:
        r.seen = [_without(page, places) for page in r.seen]


def only(r: Seeing, places: Collection[int]) -> None:
    """Of what was looked at so far, only what is at these places is shown."""
    if r.seen:
        cut(r, {place for _, all_of_it, _, _ in r.seen for place in all_of_it}.difference(places))


def first(r: Seeing, found: Sequence[tuple[int, T]], limit: int, *, last: bool = False) -> list[tuple[int, T]]:
    """The first (or last) of these (place, ...), as many as fit the page; the others are not shown."""
    if len(found) <= limit:
        return list(found)
    kept = list(found[-limit:] if last else found[:limit])
    cut(r, {place for place, _ in found} - {place for place, _ in kept})
    return kept


def _without(page: Page, places: Collection[int]) -> Page:
    surface, *columns = page
    kept = [row for row in zip(*columns, strict=True) if row[0] not in places]
    at, posts, authors = ([row[i] for row in kept] for i in range(3))
    return surface, at, posts, authors


class Recorder:
    """The records of one process."""

    def __init__(self, site: SiteKey, folder: Path | None) -> None:
        self.site = site
        self.finished: list[Segment] = []                    # in memory only: files are found in their folder
        self.checked_s = time.monotonic()
        self._folder = folder
        self._segment: Segment | None = None
        self._process = os.getpid()

    def add(self, viewer: Viewer, pages: Sequence[Page]) -> None:
        parts = b"".join([PART.pack(surface, len(posts)) + array("q", posts + authors).tobytes()
                          for surface, _, posts, authors in pages if posts])
        if not parts:
            return
        who = WHO.pack(account_of(viewer) or 0, getattr(viewer, "token", None) or 0, POLICY, build(), self._process,
                       isinstance(viewer, Staff))
        try:
            self._append(time.time_ns() // 1_000_000, parts + who)
        except OSError as e:
            self.turn()
            raise Unavailable("What is not public cannot be shown now; please try again", detail=repr(e)) from e

    def _append(self, now_ms: int, plain: bytes) -> None:
        if self._segment is None or now_ms > self._segment.until_ms:
            self.turn()
            self._segment = Segment(self.site, self._folder)
        self._segment.append(now_ms, plain)

    def turn(self) -> None:
        """Ends the segment: its records are sealed for good, and whoever keeps them may take it away."""
        if self._segment is not None:
            segment, self._segment = self._segment, None
            if self._folder is None:
                self.finished.append(segment)
            segment.close()


_recorder: Recorder | None = None


def write_down(viewer: Viewer, pages: Sequence[Page]) -> None:
    """Errors: Unavailable when it cannot be written down: then nothing may be shown."""
    if _recorder is None:
        raise RuntimeError("nobody records what is read: open the doors first")
    _recorder.add(viewer, pages)


async def begin(run_directory: Path | None, read: Fetch, write: Fetch) -> None:
    """Opens the record of this process. `read` and `write` ask the database as reader and writer."""
    global _recorder
    folder = None if run_directory is None else run_directory / FOLDER
    _recorder = Recorder(await _site_key(read, write), folder)


async def renew(read: Fetch, write: Fetch) -> None:
    """Takes over the site's key of the day; asks seldom."""
    if _recorder is not None and time.monotonic() > _recorder.checked_s + KEY_CHECK_S:
        _recorder.checked_s = time.monotonic()
        _recorder.site = await _site_key(read, write)


async def end(keep: Fetch) -> None:
    """Ends the record of this process; what is in memory is kept by `keep`, as the system."""
    global _recorder
    try:
        await flush(keep)
    finally:
        _recorder = None


async def flush(keep: Fetch) -> None:
    """Moves what is in memory to the database. Files are left to whoever keeps them."""
    if _recorder is not None:
        _recorder.turn()
        segments, _recorder.finished = _recorder.finished, []
        for one in segments:
            await keep(KEEP, *row_of(one.spool, one.head, 0, bytes(one.memory)))


async def _site_key(read: Fetch, write: Fetch) -> SiteKey:
    """The public half of the day. Whoever finds it due makes the next pair, and forgets the private half at once: from
    then on it is ciphertext in the database, under a key of the keyring."""
    rows = await read("select * from access.seen_key_now('')")
    if not rows or rows[0]["is_due"]:
        number = ids.new_id(ids.any_cell())
        private = X25519PrivateKey.generate()
        key = (await seal.new_keys([number]))[number]
        public, sealed = private.public_key().public_bytes_raw(), seal.seal(key, number, private.private_bytes_raw())
        stands = await write("select access.add_seen_key('seen', $1, $2, $3)", number, public, sealed)
        if stands[0][0] != number:
            await seal.destroy([number])
        rows = await read("select * from access.seen_key_now('')")
    return SiteKey(rows[0]["number"], rows[0]["public_half"])


@lru_cache(maxsize=1)
def build() -> int:
    """48 bits over the sources of the program: which code it was that showed something. The first time takes 50 ms."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.sql")]):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return int.from_bytes(digest.digest()[:6], "big")


def look_of(at_ms: int, plain: bytes) -> Look:
    """A record, opened."""
    end = len(plain) - WHO.size
    account, token, policy, build, process, is_staff = WHO.unpack_from(plain, end)
    looks, at = [], 0
    while at < end:
        surface, count = PART.unpack_from(plain, at)
        numbers = struct.unpack_from(f"={2 * count}q", plain, at + PART.size)
        looks += [(surface, post, author) for post, author in zip(numbers[:count], numbers[count:], strict=True)]
        at += PART.size + 16 * count
    return Look(at_ms, account, token, policy, f"{build:012x}", process, bool(is_staff), looks)
