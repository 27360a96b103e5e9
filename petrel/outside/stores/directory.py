"""A directory of this machine, or what is mounted there."""

import os
from collections.abc import Iterator
from pathlib import Path

from petrel.outside.stores.shapes import Item, Reading, StoreError

UNFINISHED = ".part"


class DirectoryStore:
    """Folders are made as names need them, readable to nobody else, and go when they are empty."""

    is_near = True
    rest_s = 0.5

    def __init__(self, root: Path) -> None:
        self.root = root
        try:
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as e:
            raise StoreError(f"{root} cannot be used: {e.strerror}") from e

    @property
    def url(self) -> str:
        return str(self.root)

    def items(self, folder: str) -> Iterator[Item]:
        for path in sorted((self.root / folder).rglob("*")):
            if path.suffix != UNFINISHED and path.is_file():
                yield Item(str(path.relative_to(self.root)), path.stat().st_size)

    def read(self, name: str) -> Reading:
        return (self.root / name).open("rb")

    def write(self, name: str) -> "_File":
        path = self.root / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _File(path)

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


class _File:
    def __init__(self, path: Path) -> None:
        self._path, self._made = path, path.with_name(path.name + UNFINISHED)
        descriptor = os.open(self._made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        self._file = os.fdopen(descriptor, "wb")

    def write(self, piece: bytes) -> None:
        self._file.write(piece)

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
