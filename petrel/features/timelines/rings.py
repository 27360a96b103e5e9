"""Home timelines in memory: rings of candidate ids, in one file mapped by every process of this machine.

One process writes (the fan-out), any may read. Nothing here is needed for correctness: a ring that is lost is built
anew by one query, and every id is judged at the moment of showing. Layout, all int64, one page of header first:

    owner[slots] head[slots] stamp[slots] read_at[slots]   of an account's ring; stamp is odd while it is written
    stars[slots][STARS]                                    authors merged at reading: star number + 1, negative when
                                                           the account wants no boosts of that author
    entries[slots][LENGTH][2]                              (entry id, post id), written round and round
    star_owner[STAR_RINGS] star_head star_stamp, star_entries[STAR_RINGS][LENGTH][2]
"""

import hashlib
import mmap
import os
from pathlib import Path

import numpy as np
from msgspec import Struct

MAGIC = 0x50657472656C0004
LENGTH = 512  # more than RAW: commits out of order must not push out what belongs
STAR_RINGS = 256  # authors with very many followers; further ones are fanned out like everybody
STARS = STAR_RINGS  # of these an account may follow all
SILENT_MS = 10_000
LOOK_AT_ONCE = 256
HEADER = 512  # int64s
READY, CLEAN_EPOCH, CLEAN_XID, CLEAN_ID, BEAT_MS, SLOTS, JOURNAL = 1, 2, 3, 4, 5, 6, 7

Ints = np.ndarray


class Rings(Struct):
    """Arrays over the mapped file; see the module's head for their shapes."""

    header: Ints
    owner: Ints
    head: Ints
    stamp: Ints
    read_at: Ints
    stars: Ints
    entries: Ints
    star_owner: Ints
    star_head: Ints
    star_stamp: Ints
    star_entries: Ints

    @property
    def slots(self) -> int:
        return len(self.owner)

    def write(self, slots: Ints, entry: int, post: int) -> None:
        """Adds one entry to many rings at once. Only the fan-out process may."""
        places = self.head[slots] % LENGTH
        self.stamp[slots] += 1
        self.entries[slots, places, 0] = entry
        self.entries[slots, places, 1] = post
        self.head[slots] += 1
        self.stamp[slots] += 1

    def write_star(self, star: int, entry: int, post: int) -> None:
        place = self.star_head[star] % LENGTH
        self.star_stamp[star] += 1
        self.star_entries[star, place] = (entry, post)
        self.star_head[star] += 1
        self.star_stamp[star] += 1

    def places_of(self, posts: Ints) -> tuple[Ints, Ints]:
        """Where these posts, or boosts of them, stand: (ring, place) of the rings, then of the stars' rings. Reads
        every ring that was ever used: to be called in a thread."""
        found = []
        for heads, entries in ((self.head, self.entries), (self.star_head, self.star_entries)):
            used = np.flatnonzero(heads)
            hits = [np.empty((0, 2), np.int64)]
            for some in np.array_split(used, max(1, len(used) // LOOK_AT_ONCE)):
                at, place = np.nonzero(np.isin(entries[some], posts).any(axis=2))
                hits.append(np.stack((some[at], place), axis=1))
            found.append(np.concatenate(hits))
        return found[0], found[1]

    def erase(self, posts: Ints, places: tuple[Ints, Ints]) -> None:
        """Empties places that still hold these posts. Only the fan-out process may."""
        for stamps, entries, where in (
            (self.stamp, self.entries, places[0]),
            (self.star_stamp, self.star_entries, places[1]),
        ):
            for ring, place in where.tolist():
                if np.isin(entries[ring, place], posts).any():
                    stamps[ring] += 1
                    entries[ring, place] = 0
                    stamps[ring] += 1

    def fill(self, slot: int, rows: Ints) -> None:
        """Replaces a ring by these (entry, post) rows, at most LENGTH of them, oldest first."""
        rows = rows[-LENGTH:]
        self.stamp[slot] += 1
        self.entries[slot, : len(rows)] = rows
        self.head[slot] = len(rows)
        self.stamp[slot] += 1

    def mend(self) -> None:
        """After a crash of the writer: a ring that it was just writing is given up, and stamps are even again."""
        torn = (self.stamp & 1).astype(bool)
        self.owner[torn] = 0
        self.stamp[torn] += 1
        torn = (self.star_stamp & 1).astype(bool)
        self.star_head[torn] = 0
        self.star_stamp[torn] += 1

    def is_kept(self, now_ms: int) -> bool:
        """Whether somebody keeps the rings right: the writer has begun, and has given a sign of life lately."""
        return bool(self.header[READY]) and now_ms - int(self.header[BEAT_MS]) < SILENT_MS

    def read(self, slot: int) -> tuple[int, Ints]:
        """(stamp, rows) of a ring as they were at one moment; rows in no order, some perhaps twice."""
        return _read(self.stamp, self.head, self.entries, slot)

    def read_star(self, star: int) -> tuple[int, Ints]:
        return _read(self.star_stamp, self.star_head, self.star_entries, star)


def _read(stamps: Ints, heads: Ints, entries: Ints, at: int) -> tuple[int, Ints]:
    for _ in range(1000):
        before = int(stamps[at])
        if before & 1:
            continue
        rows = entries[at, : min(int(heads[at]), LENGTH)].copy()
        if int(stamps[at]) == before:
            return before, rows
    return -1, entries[at, : min(int(heads[at]), LENGTH)].copy()  # a torn row is only a wrong candidate


def file_for(run_directory: Path) -> Path:
    """Where the rings of a site live: in memory-backed storage when there is room, else beside its sockets."""
    shared = Path("/dev/shm")  # noqa: S108 (a private directory is made inside)
    try:
        room = os.statvfs(shared)
        if room.f_bavail * room.f_frsize > 1 << 30:
            name = hashlib.sha256(str(run_directory.resolve()).encode()).hexdigest()[:16]
            return shared / f"petrel-{os.getuid()}-{name}" / "rings"
    except OSError:
        pass
    return run_directory / "rings"


def _bytes(slots: int) -> int:
    return 8 * (HEADER + slots * (4 + STARS + 2 * LENGTH) + STAR_RINGS * (3 + 2 * LENGTH))


def open_rings(path: Path, slots: int | None = None) -> Rings:
    """Maps the file, made new when it is not there or of another layout (only with `slots` given: the writer).

    Sparse: only what is written takes memory. Errors: FileNotFoundError for a reader before the writer made it.
    """
    if slots is not None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _fits(path, slots):
            path.unlink(missing_ok=True)
            with path.open("xb") as f:
                path.chmod(0o600)
                f.truncate(_bytes(slots))
    with path.open("r+b") as f:
        raw = np.frombuffer(mmap.mmap(f.fileno(), 0), dtype=np.int64)
    count = int(raw[SLOTS]) if slots is None else slots
    if slots is not None:
        raw[0], raw[SLOTS] = MAGIC, slots
    elif raw[0] != MAGIC or len(raw) * 8 != _bytes(count):
        raise FileNotFoundError(path)
    return _over(raw, count)


def _fits(path: Path, slots: int) -> bool:
    try:
        with path.open("rb") as f:
            head = np.frombuffer(f.read(8 * HEADER), dtype=np.int64)
        return (
            len(head) == HEADER and head[0] == MAGIC and head[SLOTS] == slots and path.stat().st_size == _bytes(slots)
        )
    except OSError:
        return False


def _over(raw: Ints, slots: int) -> Rings:
    at = 0

    def take(*shape: int) -> Ints:
        nonlocal at
        count = int(np.prod(shape))
        part = raw[at : at + count].reshape(shape)
        at += count
        return part

    return Rings(
        header=take(HEADER),
        owner=take(slots),
        head=take(slots),
        stamp=take(slots),
        read_at=take(slots),
        stars=take(slots, STARS),
        entries=take(slots, LENGTH, 2),
        star_owner=take(STAR_RINGS),
        star_head=take(STAR_RINGS),
        star_stamp=take(STAR_RINGS),
        star_entries=take(STAR_RINGS, LENGTH, 2),
    )
