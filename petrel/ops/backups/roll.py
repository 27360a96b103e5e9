"""Going on from a copy with the archive of the log: what was written after it, as far as the target has it.

The pieces are fetched and put together into files of the write-ahead log first, in a folder of their own beside the
new site, with the newest witness there is; when the copy is unpacked they go into its `pg_wal`, and the server replays
them when it starts. The first gap ends it.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from petrel.ops.backups import places
from petrel.ops.backups.archive import Body, sealed_as
from petrel.ops.backups.create import Progress
from petrel.ops.backups.keys import Keys
from petrel.ops.backups.meter import Meter
from petrel.ops.backups.places import Piece
from petrel.ops.backups.sealed import Opener
from petrel.ops.backups.shapes import BadBackup, Manifest
from petrel.ops.backups.targets import Store
from petrel.ops.backups.verify import Pair, opened

LABEL = re.compile(r"^START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)", re.M)
AGAIN, TRIED = 5, 8
FOLDERS = {"data": "main", "keyring": "keyring"}


class Rolled(Struct, frozen=True):
    """`folder`: main/, keyring/, witness/. `spans`: from where to where the log of each goes. `until_ms`: what was
    acknowledged before it is there, 0 where no piece was.
    `entry`: of the journal, which has to be there afterwards, 0 for none. `entries`: how many the journal has, about.
    `line`: the last of restrictions that a piece tells of. `gap`: pieces that lie behind a gap."""

    folder: Path
    segment_bytes: int
    spans: dict[str, tuple[int, int]]
    log_bytes: int
    until_ms: int
    entry: int
    entries: int
    line: int
    gap: int

    @property
    def witness(self) -> Path:
        return self.folder / "witness"


def wanted(pair: Pair) -> dict[str, list[Piece]]:
    """The pieces that lead on from each copy, by side. Errors: OSError."""
    found = {}
    for manifest in (pair.data, pair.keyring):
        there = places.pieces(pair.store, manifest.side, manifest.log) if manifest.log else []
        found[manifest.side] = places.chain(there, manifest.lsn)
    return found


def fetch(pair: Pair, known: Keys, folder: Path, progress: Progress, meter: Meter) -> Rolled:
    """Reads and opens all of it. `folder` must not be there. Errors: BadBackup, WrongKey, OSError."""
    chosen = wanted(pair)
    total = sum(piece.size for found in chosen.values() for piece in found)
    folder.mkdir(mode=0o700)
    (folder / "witness").mkdir(mode=0o700)
    _unpack_witness(pair, known, folder / "witness")
    meter.lap("looking")
    done = log_bytes = entry = entries = line = 0
    segment_bytes = until_ms = 0
    spans: dict[str, tuple[int, int]] = {}
    for manifest in (pair.keyring, pair.data):
        target = folder / FOLDERS[manifest.side]
        target.mkdir(mode=0o700)
        for piece, body in _bodies(pair.store, manifest, chosen[manifest.side], known):
            progress("fetching the log", done, total)
            segment_bytes = body.segment_bytes
            _write(target, body)
            for name, start, more in body.witness:
                _append(folder / "witness" / Path(name).name, start, more)
            spans[target.name] = spans.get(target.name, (body.start, 0))[0], piece.end
            until_ms = piece.at_ms if manifest.side == "data" else 0
            done, log_bytes, entry = done + piece.size, log_bytes + len(body.log), max(entry, body.entry)
            entries, line = max(entries, body.entries), max(line, body.line)
    meter.lap("fetching")
    gap = _behind_a_gap(pair)
    meter.lap("looking")
    return Rolled(folder, segment_bytes, spans, log_bytes, until_ms, entry, entries, line, gap)


def _behind_a_gap(pair: Pair) -> int:
    """How many pieces there are that nothing leads to."""
    count = 0
    for manifest in (pair.data, pair.keyring) if pair.data.log else ():
        there = places.pieces(pair.store, manifest.side, manifest.log)
        found = places.chain(there, manifest.lsn)
        end = found[-1].end if found else manifest.lsn
        count += sum(piece.start > end for piece in there)
    return count


def _bodies(store: Store, manifest: Manifest, found: list[Piece], known: Keys) -> Iterator[tuple[Piece, Body]]:
    """In order. A running site makes one of many small pieces meanwhile: then the list is read again."""
    at, again = manifest.lsn, 0
    while found:
        try:
            body = _opened(store, manifest, found[0], known)
        except FileNotFoundError:
            again += 1
            if again > AGAIN:
                raise BadBackup(f"{found[0].name} is not there") from None
            found = places.chain(places.pieces(store, manifest.side, manifest.log), at)
            continue
        again = 0
        yield found[0], body
        at, found = found[0].end, found[1:]


class Tried(Struct, frozen=True):
    """`entries` of the journal and the last `line` of restrictions, about, at the end of the log; 0 where no piece says
    so. How long it took here and now to read `count` pieces of the log, of so many stored bytes."""

    entries: int
    line: int
    count: int
    log_bytes: int
    log_s: float


def tried(pair: Pair, known: Keys, found: list[Piece], meter: Meter) -> Tried:
    """Reads the last few pieces of the data's log, and one before, uncounted: the first takes longer.
    Errors: BadBackup."""
    bodies, log_bytes = [], 0
    some = found[-TRIED:]
    for piece in some[:1]:
        with suppress(FileNotFoundError):
            _opened(pair.store, pair.data, piece, known)
    meter.lap("beginning")
    for piece in some:
        try:
            bodies.append(_opened(pair.store, pair.data, piece, known))
            log_bytes += piece.size
        except FileNotFoundError:
            continue            # made into another meanwhile
    return Tried(max((body.entries for body in bodies), default=0), max((body.line for body in bodies), default=0),
                 len(bodies), log_bytes, meter.lap("log").wall_s)


def _unpack_witness(pair: Pair, known: Keys, target: Path) -> None:
    """As the copy has it; the pieces bring the rest."""
    [part] = [part for part in pair.data.parts if part.name == "site"]
    with opened(pair.store, pair.data, part, known) as (tar, _):
        for member in tar:
            source = tar.extractfile(member) if member.name.startswith("witness/") else None
            if source is not None:
                with (target / Path(member.name).name).open("xb") as file:
                    shutil.copyfileobj(source, file)


def _opened(store: Store, manifest: Manifest, piece: Piece, known: Keys) -> Body:
    try:
        file = store.read(piece.name)
    except FileNotFoundError:
        raise
    except OSError as e:
        raise BadBackup(f"{piece.name} cannot be read: {e.strerror}") from e
    with file, Opener(file, piece.name, known[manifest.side], *sealed_as(piece.name)) as opener:
        parts = []
        while text := opener.read(1 << 20):
            parts.append(text)
    try:
        body = msgspec.msgpack.decode(b"".join(parts), type=Body)
    except msgspec.MsgspecError as e:
        raise BadBackup(f"{piece.name} opens, and is no piece of a log: {e}") from e
    if (body.start, len(body.log)) != (piece.start, piece.end - piece.start):
        raise BadBackup(f"{piece.name} is another piece than its name says")
    return body


def _write(folder: Path, body: Body) -> None:
    """Into files by number of the segment; what is not written of the last stays zero, where the log ends."""
    at, rest = body.start, memoryview(body.log)
    while rest:
        number, offset = divmod(at, body.segment_bytes)
        some = rest[:body.segment_bytes - offset]
        path = folder / f"{number:016X}"
        with path.open("r+b" if path.exists() else "xb") as file:
            file.truncate(body.segment_bytes)
            file.seek(offset)
            file.write(some)
        at, rest = at + len(some), rest[len(some):]


def _append(path: Path, start: int, more: bytes) -> None:
    size = path.stat().st_size if path.exists() else 0
    if start > size:
        raise BadBackup(f"The witness in the archive has a gap: {path.name} is {size} bytes long, and goes on at "
                        f"{start}")
    with path.open("r+b" if path.exists() else "xb") as file:
        file.seek(start)
        file.write(more)


def apply(rolled: Rolled, folder: Path) -> None:
    """Puts the log into the unpacked clusters. Errors: BadBackup, OSError."""
    for name, (start, end) in rolled.spans.items():
        label = LABEL.search((folder / name / "backup_label").read_text())
        if label is None:
            raise BadBackup(f"{name} has no backup_label that says where its log begins")
        timeline = label[1][:8]
        per_id = (1 << 32) // rolled.segment_bytes
        for path in sorted((rolled.folder / name).iterdir()):
            number = int(path.name, 16)
            target = folder / name / "pg_wal" / f"{timeline}{number // per_id:08X}{number % per_id:08X}"
            if target.exists():
                base = number * rolled.segment_bytes
                _overlay(path, target, max(0, start - base), min(rolled.segment_bytes, end - base))
            else:
                shutil.move(path, target)


def _overlay(source: Path, target: Path, start: int, end: int) -> None:
    """The copy has what came before in this file, and may have more of it than the archive."""
    with source.open("rb") as file, target.open("r+b") as there:
        file.seek(start)
        there.seek(start)
        there.write(file.read(end - start))


def beside(folder: Path) -> Path:
    """Where the log is fetched to that belongs into this new data directory."""
    return folder.with_name(folder.name + ".log")


def forget(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
