"""Bytes of files: sealed as they are written, opened as they are read. Everything here blocks; call it in a thread."""

import hashlib
import hmac
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from msgspec import Struct

from petrel.core import sealed_file, whole_file
from petrel.features.media import places, shelf

PIECE_BYTES = 1 << 18


class Kept(Struct, frozen=True):
    """A file that lies in its place: not anybody's yet."""

    id: int
    digest: bytes
    bytes: int


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE_BYTES):
        yield piece


def digest_of(secret: bytes, file: IO[bytes]) -> bytes:
    """Keyed: whoever has a file cannot find out by its name that somebody else had it."""
    plain = hashlib.sha256()
    for piece in _pieces(file):
        plain.update(piece)
    file.seek(0)
    return hmac.digest(secret, plain.digest(), "sha256")


def take_in(upload: int, key: bytes, file: IO[bytes], secret: bytes) -> tuple[int, bytes]:
    """What just came, kept until it is read. Returns how many bytes, and their digest. Errors: OSError."""
    digest = digest_of(secret, file)
    path = places.coming_path(upload)
    places.make_folder(path)
    with sealed_file.Writing(path, key, upload) as sealed:
        for piece in _pieces(file):
            sealed.write(piece)
    return sealed.bytes, digest


def take_piece(upload: int, key: bytes, offset: int, file: IO[bytes]) -> Path:
    """A piece of what comes bit by bit, under a name of its own until `keep_piece`: another may be sent for the same
    place. Errors: OSError."""
    path = places.coming_path(upload).with_suffix(f".{offset}-{os.urandom(8).hex()}")
    places.make_folder(path)
    with sealed_file.Writing(path, key, upload) as sealed:
        for piece in _pieces(file):
            sealed.write(piece)
    return path


def keep_piece(path: Path) -> None:
    """It is the one of its place, durable. Errors: OSError."""
    path.replace(path.with_name(path.name.rpartition("-")[0]))
    whole_file.settle(path.parent)


def join(upload: int, key: bytes, secret: bytes) -> tuple[int, bytes]:
    """Makes one of the pieces; returns how many bytes, and their digest, as `take_in`. Errors: OSError, Unreadable."""
    path = places.coming_path(upload)
    parts = sorted((int(p.suffix[1:]), p) for p in path.parent.glob(f"{path.name}.*") if p.suffix[1:].isdigit())
    plain = hashlib.sha256()
    with sealed_file.Writing(path, key, upload) as sealed:
        for _, part in parts:
            for piece in sealed_file.read(part, key, upload):
                plain.update(piece)
                sealed.write(piece)
    return sealed.bytes, hmac.digest(secret, plain.digest(), "sha256")


def forget_pieces(upload: int) -> None:
    path = places.coming_path(upload)
    for part in path.parent.glob(f"{path.name}.*"):
        part.unlink(missing_ok=True)


def bring_out(upload: int, key: bytes) -> int:
    """What came, as a file in memory: its descriptor, for the decoder. Errors: FileNotFoundError, Unreadable."""
    place = os.memfd_create("coming", os.MFD_CLOEXEC)
    try:
        for piece in sealed_file.read(places.coming_path(upload), key, upload):
            _write(place, piece)
    except BaseException:
        os.close(place)
        raise
    return place


def _write(place: int, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(place, view):]


def keep(number: int, key: bytes, body: int, secret: bytes) -> Kept:
    """A rendition from the descriptor of its bytes into its place, durable. Errors: OSError."""
    with os.fdopen(body, "rb", closefd=False) as file:
        file.seek(0)
        digest = digest_of(secret, file)
        with sealed_file.Writing(shelf.writing(number, digest), key, number) as sealed:
            for piece in _pieces(file):
                sealed.write(piece)
    return Kept(number, digest, sealed.bytes)


def parts(number: int, digest: bytes, key: bytes, size: int, start: int = 0,
          end: int | None = None) -> Iterator[bytes]:
    """What was kept, from `start` to before `end`; `size`: of all its plain text. Errors: FileNotFoundError,
    Unreadable, StoreError."""
    with shelf.reading(number, digest, sealed_file.place_of(start)) as source:
        yield from sealed_file.opened(source, key, number, sealed_file.sealed_bytes(size), start, end)


def forget_coming(upload: int) -> None:
    places.coming_path(upload).unlink(missing_ok=True)
    forget_pieces(upload)
