"""Looking into an archive that a stranger may have made. Nothing is ever written to disk, nothing read without limit.

A ZIP file, or a TAR file with or without gzip; a CSV or JSON file by itself is an archive of one member. Refused as a
whole: names that lead out of it, links and devices, two members of one name, encryption, too many members, more
behind the compression than any export has. Members that nobody asks for are not read. source: decision 0018.
"""

import gzip
import io
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Protocol, cast

from petrel.features.archives.shapes import BadArchive, shown

MOST_MEMBERS = 200_000
MOST_BYTES = 64 << 30           # of all members, unpacked
MOST_MEMBER_BYTES = 8 << 30     # of one that is read
MOST_RATIO = 200                # unpacked to packed; text of exports packs 5 to 30 times
FREE_BYTES = 16 << 20           # less than this is no bomb, whatever the ratio
MOST_AT_ONCE = 8 << 20          # one read; headers of a TAR file are read whole by the library

TOO_MUCH = "it unpacks to more than an export can be"
BROKEN = "it is damaged, or was not copied whole"


class Archive(Protocol):
    """`names`: of members, from the archive's own root."""

    names: frozenset[str]

    def open(self, name: str) -> IO[bytes]: ...


@contextmanager
def meant() -> Iterator[None]:
    """Around whatever reads an archive: what the libraries raise, as BadArchive with a reason that a person
    understands."""
    try:
        yield
    except (zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, UnicodeDecodeError,
            NotImplementedError, RuntimeError, OverflowError) as e:
        raise _bad(BROKEN) from e


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Errors: BadArchive."""
    try:
        file = path.open("rb")
    except OSError as e:
        raise BadArchive(message=f"{path}: {e.strerror}") from e
    with file:
        with meant():
            archive = _Alone(path) if path.suffix.lower() in (".csv", ".json") else _looked_into(file, path)
        yield archive


def _looked_into(file: IO[bytes], path: Path) -> Archive:
    begins = file.read(4)
    file.seek(0)
    packed = path.stat().st_size
    if begins[:2] == b"PK":
        return _Zip(file, packed)
    if begins[:2] == b"\x1f\x8b":
        return _Tar(Bounded(cast(IO[bytes], gzip.GzipFile(fileobj=file)), packed))
    return _Tar(Bounded(file, packed))


class Bounded(io.RawIOBase):
    """Reads no further than the ratio allows, and never much at once."""

    def __init__(self, inner: IO[bytes], packed: int, most: int = MOST_BYTES) -> None:
        self._inner = inner
        self._most = min(most, max(FREE_BYTES, packed * MOST_RATIO))
        self.most = self._most

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        if size is None or size < 0 or size > MOST_AT_ONCE:
            raise _bad(TOO_MUCH)
        found = self._inner.read(size)
        if self._inner.tell() > self._most:
            raise _bad(TOO_MUCH)
        return found

    def seek(self, offset: int, whence: int = 0, /) -> int:
        if whence == 0 and offset > self._most:
            raise _bad(TOO_MUCH)
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        return self._inner.tell()


class _Alone:
    def __init__(self, path: Path) -> None:
        self._path = path
        self.names = frozenset({path.name})

    def open(self, name: str) -> IO[bytes]:
        return self._path.open("rb")


class _Zip:
    def __init__(self, file: IO[bytes], packed: int) -> None:
        if _members_said(file, packed) > MOST_MEMBERS:
            raise _bad(f"it has more than {MOST_MEMBERS:,} files")
        self._packed = packed
        self._zip = zipfile.ZipFile(file)
        found = self._zip.infolist()
        for one in found:
            kind = stat.S_IFMT(one.external_attr >> 16)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise _bad(f"“{shown(one.filename)}” is a link or a device")
        self.names = _checked(one.filename for one in found if not one.is_dir())
        if sum(one.file_size for one in found) > MOST_BYTES:
            raise _bad(TOO_MUCH)

    def open(self, name: str) -> IO[bytes]:
        one = self._zip.getinfo(name)
        if one.flag_bits & 1:
            raise _bad("it is encrypted; unpack it and pack it again without a password")
        if one.file_size > MOST_MEMBER_BYTES:
            raise _bad(TOO_MUCH)
        # The sizes that the directory says are not to be believed: the reader counts.
        packed = min(one.compress_size, self._packed)
        return cast(IO[bytes], Bounded(self._zip.open(one), packed, MOST_MEMBER_BYTES))


def _members_said(file: IO[bytes], packed: int) -> int:
    """The number of members by the end of the file, before the directory is read: it is kept in memory whole.
    Source: APPNOTE.TXT 4.3.16; 65,535 there means that the number stands elsewhere, and then the directory's size
    says how many there can be."""
    file.seek(max(0, packed - 65_557))
    end = file.read()
    at = end.rfind(b"PK\x05\x06")
    if at < 0:
        raise _bad(BROKEN)
    count = int.from_bytes(end[at + 10 : at + 12], "little")
    size = int.from_bytes(end[at + 12 : at + 16], "little")
    large = end.rfind(b"PK\x06\x06", 0, at)
    if large >= 0:
        count = int.from_bytes(end[large + 32 : large + 40], "little")
        size = int.from_bytes(end[large + 40 : large + 48], "little")
    file.seek(0)
    return max(count, size // 1024)     # a directory entry takes 46 bytes and its name


class _Tar:
    """Read from its beginning to its end once, for its directory; more than once for members that are wanted."""

    def __init__(self, file: Bounded) -> None:
        self._tar = tarfile.TarFile(fileobj=file)
        self._members: dict[str, tarfile.TarInfo] = {}
        names, total = list[str](), 0
        for number, one in enumerate(self._tar):
            if number >= MOST_MEMBERS:
                raise _bad(f"it has more than {MOST_MEMBERS:,} files")
            total += one.size
            if total > file.most:
                raise _bad(TOO_MUCH)
            if not (one.isreg() or one.isdir()):
                raise _bad(f"“{shown(one.name)}” is a link or a device")
            if one.isreg():
                names.append(one.name)
                self._members[one.name] = one
        self.names = _checked(names)

    def open(self, name: str) -> IO[bytes]:
        found = self._tar.extractfile(self._members[name])
        if found is None:
            raise _bad(BROKEN)
        return found


def _checked(names: Iterable[str]) -> frozenset[str]:
    seen = set[str]()
    for name in names:
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if not parts or parts[0] == "/" or ".." in parts or ":" in parts[0] or "\0" in name:
            raise _bad(f"“{shown(name)}” leads out of it")
        if name in seen:
            raise _bad(f"it has two files named “{shown(name)}”")
        seen.add(name)
    return frozenset(seen)


def _bad(why: str) -> BadArchive:
    return BadArchive(message=f"This archive cannot be imported: {why}")
