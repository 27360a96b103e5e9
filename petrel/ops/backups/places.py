"""What lies in a target: `data/BACKUP/` and `keyring/BACKUP/`, which may be kept in different places, and of each the
archive of the log in `log-NAME/`.

A copy is whole when its manifest is there, which is written last; a folder without one is being made, or was
interrupted.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from petrel.core import clock, file_lock
from petrel.ops.backups import keys, targets
from petrel.ops.backups.shapes import KEYS_LIVE_DAYS, SIDES, BadBackup, Listed, Manifest, NotNow, Side
from petrel.ops.backups.targets import Store

MANIFEST = "manifest.json"
LOG = "log-"
DAY_MS = 86_400_000
MERGED_MS = 2 * 3_600_000
"""The oldest key in a piece of the log is so much older than the piece at most."""


class Written(msgspec.Struct, frozen=True):
    """The manifest's file."""

    manifest: Manifest
    mac: str


def folder_of(side: Side, backup: str) -> str:
    return f"{side}/{backup}"


def file_of(side: Side, backup: str, part: str) -> str:
    return f"{folder_of(side, backup)}/{part}.sealed"


def _signed(manifest: Manifest) -> bytes:
    """What the MAC covers: as the format of the manifest had it."""
    fields = msgspec.to_builtins(manifest)
    if manifest.format == 1:
        del fields["log"], fields["lsn"]
    return msgspec.json.encode(fields)


def finish(store: Store, manifest: Manifest, key: bytes) -> None:
    """Writes the manifest, which makes the copy whole; durable when it returns."""
    written = Written(manifest, keys.mac_of(key, _signed(manifest)))
    targets.put(store, f"{folder_of(manifest.side, manifest.backup)}/{MANIFEST}",
               msgspec.json.format(msgspec.json.encode(written), indent=1))


def abandon(store: Store, backup: str) -> None:
    """Removes what was begun, as far as the target lets us."""
    for side in SIDES:
        try:
            remove(store, side, backup)
        except OSError:
            pass        # a schedule removes it in a day


def remove(store: Store, side: Side, backup: str) -> None:
    """Overwriting would not reach the bytes on what disks are today; the file's key is gone with its head.

    The manifest last: what was interrupted is found again.
    """
    items = [item.name for item in store.items(folder_of(side, backup))]
    for name in sorted(items, key=lambda n: n.endswith(MANIFEST)):
        store.remove(name)


def read(store: Store, side: Side, backup: str, key: bytes | None) -> Manifest:
    """Proven when a key is given. Errors: BadBackup."""
    name = f"{folder_of(side, backup)}/{MANIFEST}"
    try:
        written = msgspec.json.decode(targets.taken(store, name), type=Written)
    except FileNotFoundError:
        raise BadBackup(f"{store.url} has no {side} copy {backup}") from None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as e:
        raise BadBackup(f"{name} cannot be read: {e}") from e
    if key is not None and keys.mac_of(key, _signed(written.manifest)) != written.mac:
        raise BadBackup(f"{name} is not as it was written, or of another site: its MAC does not fit this key")
    if (written.manifest.backup, written.manifest.side) != (backup, side):
        raise BadBackup(f"{name} belongs to the {written.manifest.side} copy {written.manifest.backup}")
    return written.manifest


def listed(store: Store, known: keys.Keys | None = None) -> list[Listed]:
    """Oldest first; whole where both copies are there and, with keys, their manifests are proven."""
    whole = {side: _folders(store, side) for side in SIDES}
    names = sorted({name for found in whole.values() for name in found})
    return [_listed(store, name, known or {}, {side for side in SIDES if whole[side].get(name)}) for name in names]


def _folders(store: Store, side: Side) -> dict[str, bool]:
    """The copies of a side, and whether each has its manifest."""
    found: dict[str, bool] = {}
    for item in store.items(side):
        _, folder, *rest = item.name.split("/")
        if rest and not folder.startswith(LOG):
            found[folder] = found.get(folder, False) or rest == [MANIFEST]
    return found


def _listed(store: Store, name: str, known: keys.Keys, whole: set[Side]) -> Listed:
    found: dict[str, Manifest | None] = {}
    problem = "" if whole else "was interrupted, or is being made just now"
    for side in SIDES:
        found[side] = None
        if side in whole:
            try:
                found[side] = read(store, side, name, known.get(side))
            except BadBackup as e:
                problem = e.message
    return Listed(name, found["data"], found["keyring"], bool(found["data"] and found["keyring"]), problem)


def expire(store: Store) -> list[str]:
    """Removes copies of keys whose time is over, the keyring's log of that age, and what was interrupted a day ago.

    Returns what was removed. source: docs/law/visibility.md section 8.
    """
    gone = []
    for side in SIDES:
        for name, is_whole in _folders(store, side).items():
            if _is_over(store, side, name, is_whole):
                remove(store, side, name)
                gone.append(f"{side}/{name}")
    limit_ms = clock.now_ms() - KEYS_LIVE_DAYS * DAY_MS + MERGED_MS
    old = [piece.name for piece in pieces(store, "keyring") if piece.at_ms <= limit_ms]
    for name in old:
        store.remove(name)
    return gone + ([f"{len(old)} pieces of the keyring's log"] if old else [])


def _is_over(store: Store, side: Side, name: str, is_whole: bool) -> bool:
    now_ms = clock.now_ms()
    if not is_whole:
        return now_ms - _began_ms(name, now_ms) > DAY_MS
    if side != "keyring":
        return False
    try:
        return now_ms >= read(store, side, name, None).until_ms
    except BadBackup:
        return False        # what cannot be read is a human's to remove


def _began_ms(name: str, otherwise: int) -> int:
    try:
        return int(datetime.strptime(name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        return otherwise


class Piece(msgspec.Struct, frozen=True):
    """A piece of the log as its name tells it: bytes of the write-ahead log from `start` to `end`, which are positions
    in it, and when everything acknowledged so far was in it."""

    name: str
    log: str
    start: int
    end: int
    at_ms: int
    size: int


def piece_name(side: Side, log: str, start: int, end: int, at_ms: int) -> str:
    return f"{side}/{LOG}{log}/{start:016X}-{end:016X}-{at_ms}"


def pieces(store: Store, side: Side, log: str | None = None) -> list[Piece]:
    """In the order of the log; all logs where none is named."""
    folder = f"{side}/{LOG}{log}" if log is not None else side
    found = []
    for item in store.items(folder):
        parts = item.name.split("/")
        if len(parts) == 3 and parts[1].startswith(LOG):
            try:
                start, end, at = parts[2].split("-")
                found.append(Piece(item.name, parts[1].removeprefix(LOG), int(start, 16), int(end, 16), int(at),
                                   item.size))
            except ValueError:
                continue        # not ours
    return found


def chain(found: Iterable[Piece], start: int) -> list[Piece]:
    """Those that lead on from `start` without a gap, the longest steps first; what is covered already is left out."""
    chosen: list[Piece] = []
    at = start
    for piece in sorted(found, key=lambda p: (p.start, -p.end)):
        if piece.start > at:
            break
        if piece.end > at:
            chosen.append(piece)
            at = piece.end
    return chosen


def keep_newest(store: Store, count: int) -> list[str]:
    """Removes data copies but the newest `count`, and the log that leads on from none of those left."""
    whole = [one for one in listed(store) if one.data]
    for one in whole[:-count]:
        for side in SIDES:
            remove(store, side, one.backup)
    first: dict[tuple[Side, str], int] = {}
    for one in whole[-count:]:
        for manifest in (one.data, one.keyring):
            if manifest is not None and manifest.log:
                place = manifest.side, manifest.log
                first[place] = min(first.get(place, manifest.lsn), manifest.lsn)
    for side in SIDES:
        for piece in pieces(store, side):
            if piece.end <= first.get((side, piece.log), 1 << 63) and whole:
                store.remove(piece.name)
    return [one.backup for one in whole[:-count]]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One at a time makes backups of the site whose data are in `folder`. Errors: NotNow."""
    with ExitStack() as open_files:
        try:
            (folder / "run").mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = open_files.enter_context(file_lock.opened(folder / "run" / "backup.lock"))
        except OSError as e:
            raise NotNow(f"{folder} cannot be used: {e.strerror}") from e
        if not file_lock.takes(lock):
            raise NotNow("Another backup of this site is being made. Wait until it is done")
        yield
