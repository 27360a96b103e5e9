"""A directory of backups: DIR/data/BACKUP and DIR/keyring/BACKUP, which may be kept in different places.

A copy has its name only when it is whole; what is being made, or was interrupted, ends in `.part`.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from petrel.core import clock
from petrel.ops.backups import keys
from petrel.ops.backups.shapes import SIDES, BadBackup, Listed, Manifest, NotNow, Side

MANIFEST = "manifest.json"
UNFINISHED = ".part"


class Written(msgspec.Struct, frozen=True):
    """The manifest's file."""

    manifest: Manifest
    mac: str


def folder_of(place: Path, side: Side, backup: str) -> Path:
    return place / side / backup


def file_of(place: Path, side: Side, backup: str, part: str) -> Path:
    return folder_of(place, side, backup) / f"{part}.sealed"


def begin(place: Path, side: Side, backup: str) -> Path:
    """An empty folder for a copy, private. Errors: NotNow."""
    folder = folder_of(place, side, backup + UNFINISHED)
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
    except OSError as e:
        raise NotNow(f"{folder} cannot be made: {e.strerror}") from e
    return folder


def finish(place: Path, manifest: Manifest, key: bytes) -> None:
    """Writes the manifest and gives the copy its name; durable when it returns."""
    made = folder_of(place, manifest.side, manifest.backup + UNFINISHED)
    written = Written(manifest, keys.mac_of(key, msgspec.json.encode(manifest)))
    descriptor = os.open(made / MANIFEST, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(written), indent=1))
        file.flush()
        os.fsync(file.fileno())
    made.rename(folder_of(place, manifest.side, manifest.backup))
    for folder in (folder_of(place, manifest.side, manifest.backup), place / manifest.side):
        _sync(folder)


def abandon(place: Path, backup: str) -> None:
    """Removes what was begun."""
    for side in SIDES:
        shutil.rmtree(folder_of(place, side, backup + UNFINISHED), ignore_errors=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(place: Path, side: Side, backup: str, key: bytes | None) -> Manifest:
    """Proven when a key is given. Errors: BadBackup."""
    path = folder_of(place, side, backup) / MANIFEST
    try:
        written = msgspec.json.decode(path.read_bytes(), type=Written)
    except FileNotFoundError:
        raise BadBackup(f"{place} has no {side} copy {backup}") from None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as e:
        raise BadBackup(f"{path} cannot be read: {e}") from e
    if key is not None and keys.mac_of(key, msgspec.json.encode(written.manifest)) != written.mac:
        raise BadBackup(f"{path} is not as it was written, or of another site: its MAC does not fit this key")
    if (written.manifest.backup, written.manifest.side) != (backup, side):
        raise BadBackup(f"{path} belongs to the {written.manifest.side} copy {written.manifest.backup}")
    return written.manifest


def listed(place: Path, known: keys.Keys | None = None) -> list[Listed]:
    """Oldest first; whole where both copies are there and, with keys, their manifests are proven."""
    names = {path.name for side in SIDES if (place / side).is_dir() for path in (place / side).iterdir()
             if path.is_dir()}
    return [_listed(place, name, known or {}) for name in sorted(names)]


def _listed(place: Path, name: str, known: keys.Keys) -> Listed:
    if name.endswith(UNFINISHED):
        return Listed(name, None, None, False, "was interrupted, or is being made just now")
    found: dict[str, Manifest | None] = {}
    problem = ""
    for side in SIDES:
        found[side] = None
        if folder_of(place, side, name).is_dir():
            try:
                found[side] = read(place, side, name, known.get(side))
            except BadBackup as e:
                problem = e.message
    return Listed(name, found["data"], found["keyring"], bool(found["data"] and found["keyring"]), problem)


def expire(place: Path) -> list[str]:
    """Removes copies of keys whose time is over, and what was interrupted a day ago. Returns what was removed."""
    gone = []
    for side in SIDES:
        for folder in sorted((place / side).iterdir()) if (place / side).is_dir() else ():
            if _is_over(place, side, folder):
                _remove(folder)
                gone.append(f"{side}/{folder.name}")
    return gone


def _is_over(place: Path, side: Side, folder: Path) -> bool:
    now_ms = clock.now_ms()
    if folder.name.endswith(UNFINISHED):
        return now_ms - folder.stat().st_mtime * 1000 > 86_400_000
    if side != "keyring":
        return False
    try:
        return now_ms >= read(place, side, folder.name, None).until_ms
    except BadBackup:
        return False        # what cannot be read is a human's to remove


def _remove(folder: Path) -> None:
    """Overwriting would not reach the bytes on what disks are today; the file's key is gone with its head."""
    shutil.rmtree(folder)


@contextmanager
def locked(place: Path) -> Iterator[None]:
    """One at a time makes backups here. Errors: NotNow."""
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(place / ".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as e:
        raise NotNow(f"{place} cannot be used: {e.strerror}") from e
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotNow(f"Another backup is being made in {place}. Wait, or choose another directory") from None
        yield
    finally:
        os.close(descriptor)
