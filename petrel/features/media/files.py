"""Bytes of files: sealed as they are written, opened as they are read. Everything here blocks; call it in a thread."""

import hashlib
import hmac
import os
from collections.abc import Iterator
from typing import BinaryIO

from msgspec import Struct

from petrel.core import sealed_file, whole_file
from petrel.features.media import places

PIECE_BYTES = 1 << 18


class Kept(Struct, frozen=True):
    """A file that lies in its place: not anybody's yet."""

    id: int
    digest: bytes
    bytes: int


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE_BYTES):
        yield piece


def digest_of(secret: bytes, file: BinaryIO) -> bytes:
    """Keyed: whoever has a file cannot find out by its name that somebody else had it."""
    plain = hashlib.sha256()
    for piece in _pieces(file):
        plain.update(piece)
    file.seek(0)
    return hmac.digest(secret, plain.digest(), "sha256")


def take_in(upload: int, key: bytes, file: BinaryIO, secret: bytes) -> tuple[int, bytes]:
    """What just came, kept until it is read. Returns how many bytes, and their digest. Errors: OSError."""
    digest = digest_of(secret, file)
    path = places.coming_path(upload)
    places.make_folder(path)
    with sealed_file.Writing(path, key, upload) as sealed:
        for piece in _pieces(file):
            sealed.write(piece)
    return sealed.bytes, digest


def take_piece(upload: int, key: bytes, offset: int, file: BinaryIO) -> int:
    """A piece of what comes bit by bit, durable. Returns its bytes. Errors: OSError."""
    path = places.coming_path(upload).with_suffix(f".{offset}")
    places.make_folder(path)
    with sealed_file.Writing(path, key, upload) as sealed:
        for piece in _pieces(file):
            sealed.write(piece)
    return sealed.bytes


def join(upload: int, key: bytes, secret: bytes) -> bytes:
    """Makes one of the pieces, which are all here; returns its digest, as `take_in`."""
    path = places.coming_path(upload)
    parts = sorted((int(p.suffix[1:]), p) for p in path.parent.glob(f"{path.name}.*") if p.suffix[1:].isdigit())
    plain = hashlib.sha256()
    with sealed_file.Writing(path, key, upload) as sealed:
        for _, part in parts:
            for piece in sealed_file.read(part, key, upload):
                plain.update(piece)
                sealed.write(piece)
    return hmac.digest(secret, plain.digest(), "sha256")


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
        path = places.file_path(number, digest)
        places.make_folder(path)
        with sealed_file.Writing(path, key, number) as sealed:
            for piece in _pieces(file):
                sealed.write(piece)
    whole_file.settle(path.parent)
    return Kept(number, digest, sealed.bytes)


def forget(number: int, digest: bytes) -> None:
    places.unlink(places.file_path(number, digest))


def forget_coming(upload: int) -> None:
    places.coming_path(upload).unlink(missing_ok=True)
    forget_pieces(upload)
