"""A directory of this machine, or what is mounted there."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from petrel.outside.stores.shapes import Item, Reading, StoreError

UNFINISHED = ".part"
STEADY_BYTES = 1 << 18


class Steady:
    """Makes a file durable while it is written: on a disk that is shared with databases a commit waits behind a little
    of it, not behind all."""

    def __init__(self) -> None:
        self._left = STEADY_BYTES

    def wrote(self, file: IO[bytes], count: int) -> None:
        self._left -= count
        if self._left <= 0:
            self._left = STEADY_BYTES
            file.flush()
            os.fdatasync(file.fileno())


def _cure(root: Path, problem: OSError) -> str:
    if problem.errno in (errno.EACCES, errno.EPERM):
        return f". It has to be the site's own: install -d -o {os.geteuid()} {root}, as root"
    if problem.errno == errno.EROFS:
        return ". Does the site's unit let it write there? Handbook: restore"
    return ""


class DirectoryStore:
    """Folders are made as names need them, readable to nobody else, and go when they are empty. `is_steady`: what is
    written becomes durable bit by bit."""

    is_near = True
    rest_s = 0.5

    def __init__(self, root: Path, *, is_steady: bool = False) -> None:
        self.root, self._is_steady = root, is_steady
        try:
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as e:
            raise StoreError(f"{root} cannot be used: {e.strerror}{_cure(root, e)}") from e

    @property
    def url(self) -> str:
        return str(self.root)

    def items(self, folder: str) -> Iterator[Item]:
        for path in sorted((self.root / folder).rglob("*")):
            if path.suffix != UNFINISHED and path.is_file():
                yield Item(str(path.relative_to(self.root)), path.stat().st_size)

    def read(self, name: str, start: int = 0) -> Reading:
        file = (self.root / name).open("rb")
        file.seek(start)
        return file

    def has(self, name: str) -> bool:
        return (self.root / name).exists()

    def write(self, name: str) -> "Fresh":
        path = self.root / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Fresh(path, Steady() if self._is_steady else None)

    def remove(self, name: str) -> None:
        path = self.root / name
        path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == self.root or not folder.is_dir() or any(folder.iterdir()):
                break
            folder.rmdir()

    def free_bytes(self) -> int | None:
        free = os.statvfs(self.root)
        return free.f_bavail * free.f_frsize

    def close(self) -> None:
        pass


class Fresh:
    """A file that gets its name when it is whole and durable."""

    def __init__(self, path: Path, steady: Steady | None) -> None:
        self._steady = steady
        self._path, self._made = path, path.with_name(path.name + UNFINISHED)
        descriptor = os.open(self._made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        self._file = os.fdopen(descriptor, "wb")

    def write(self, piece: bytes) -> None:
        self._file.write(piece)
        if self._steady is not None:
            self._steady.wrote(self._file, len(piece))

    def close(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._made.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def abandon(self) -> None:
        try:
            self._file.close()
        except OSError:
            pass        # a full disk says so again when it is closed
        self._made.unlink(missing_ok=True)
