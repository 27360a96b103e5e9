"""The beginning of the copy, brought to this machine for trial as a restore brings all of it, and removed again."""

import io
import shutil
import tarfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from petrel.ops.backups import places, roll
from petrel.ops.backups.keys import Keys
from petrel.ops.backups.meter import Meter
from petrel.ops.backups.restore import extract
from petrel.ops.backups.sealed import Opener
from petrel.ops.backups.shapes import BadBackup, NotNow
from petrel.ops.backups.verify import Pair

ENOUGH_BYTES, READ_S, UNPACKED_S = 256 << 20, 0.7, 2.0


class Tried(Struct, frozen=True):
    """How long it took to read so many stored bytes, and to read and unpack so many plain ones."""

    read_stored_bytes: int
    read_s: float
    unpacked_bytes: int
    unpacked_s: float


def tried(pair: Pair, known: Keys, folder: Path, meter: Meter) -> Tried:
    """Three seconds at most. Unpacks beside `folder`, where the log will be, which the next restore empties; or above
    it, where there is a directory already. Errors: BadBackup, NotNow (nothing can be written there).
    """
    here = next(place for place in folder.absolute().parents if place.is_dir())
    target = here / roll.beside(folder).name / "trial"
    meter.lap("beginning")
    read = _some(pair, known, None, _late(meter, READ_S))
    read_s = meter.lap("reading").wall_s
    shutil.rmtree(target, ignore_errors=True)
    try:
        target.parent.mkdir(mode=0o700, exist_ok=True)
        target.mkdir(mode=0o700)
        unpacked = _some(pair, known, target, _late(meter, UNPACKED_S))
        unpacked_s = meter.lap("unpacking").wall_s
    except OSError as e:
        raise NotNow(f"{target} cannot be written: {e.strerror}") from e
    finally:
        shutil.rmtree(target, ignore_errors=True)
        with suppress(OSError):         # a log that was fetched is in it
            target.parent.rmdir()
    return Tried(read.stored_bytes, read_s, unpacked.plain_bytes, unpacked_s)


def _late(meter: Meter, for_s: float) -> Callable[[], bool]:
    """By the meter's clock: who is held back is not late."""
    until_s = meter.now_s() + for_s
    return lambda: meter.now_s() > until_s


def _some(pair: Pair, known: Keys, target: Path | None, is_late: Callable[[], bool]) -> Opener:
    """Of the largest part. `target`: where to, None for nowhere."""
    part = max(pair.data.parts, key=lambda one: one.plain_bytes)
    name = places.file_of("data", pair.data.backup, part.name)
    try:
        file = pair.store.read(name)
    except OSError as e:
        raise BadBackup(f"{name} cannot be read: {e.strerror or 'it is not there'}") from e
    with file, Opener(file, name, known["data"], pair.data.backup, part.name) as opener:
        try:
            with tarfile.open(fileobj=_Beginning(opener, is_late), mode="r|") as tar:
                for member in tar:
                    if target is not None:
                        extract(tar, member, target)
        except tarfile.TarError:
            pass                # it ends in the middle of a file
        return opener


class _Beginning(io.RawIOBase):
    """What tarfile reads from: it ends when there was enough, or it is late."""

    def __init__(self, opener: Opener, is_late: Callable[[], bool]) -> None:
        super().__init__()
        self._opener, self._is_late = opener, is_late

    def readable(self) -> bool:
        return True

    def read(self, count: int = -1) -> Any:
        if self._opener.plain_bytes > ENOUGH_BYTES or self._is_late():
            return b""
        return self._opener.read(count if count >= 0 else 1 << 20)
