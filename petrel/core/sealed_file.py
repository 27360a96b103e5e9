"""Files that are ciphertext on disk and can be read from any place: an export, and the parts it is made of.

Chunks of 256 kB, each sealed by itself under the file's key, bound to the file's number, its place and whether it is
the last: none can be left out, moved or taken from another file. No chunk is ever in memory with another.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from petrel.core.seal import NONCE_BYTES, Unreadable
from petrel.outside.stores.directory import Fresh, Steady

CHUNK_BYTES = 1 << 18
MORE_BYTES = NONCE_BYTES + 16


def _bound(number: int, place: int, is_last: bool) -> bytes:
    return number.to_bytes(8, "big") + place.to_bytes(8, "big") + (b"\1" if is_last else b"\0")


class Source(Protocol):
    """What is read in order; less than asked for, and then nothing, at its end."""

    def read(self, count: int, /) -> bytes: ...


class Sink(Protocol):
    """What is written in order. It is there, durable, when `close` returned; after `abandon` it never was."""

    def write(self, piece: bytes, /) -> object: ...
    def close(self) -> None: ...
    def abandon(self) -> None: ...


class Writing:
    """A file being written, for one writer from beginning to end: `with Writing(path, key, number) as file`.

    The file is there under its name, durable, when the block has ended well. `bytes` is how much plain text there was.
    """

    def __init__(self, into: Path | Sink, key: bytes, number: int) -> None:
        self._sink = Fresh(into, Steady()) if isinstance(into, Path) else into
        self._aead = AESGCM(key)
        self._number = number
        self._place = 0
        self._held = bytearray()
        self.bytes = 0

    def __enter__(self) -> "Writing":
        return self

    def write(self, plain: bytes) -> int:
        self.bytes += len(plain)
        self._held += plain
        while len(self._held) > CHUNK_BYTES:        # the last chunk is written at the end, as the last
            self._put(bytes(self._held[:CHUNK_BYTES]), is_last=False)
            del self._held[:CHUNK_BYTES]
        return len(plain)

    def flush(self) -> None:
        """What writes archives asks for it."""

    def _put(self, plain: bytes, *, is_last: bool) -> None:
        nonce = os.urandom(NONCE_BYTES)
        self._sink.write(nonce + self._aead.encrypt(nonce, plain, _bound(self._number, self._place, is_last)))
        self._place += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if kind is not None:
            self._sink.abandon()
            return
        try:
            self._put(bytes(self._held), is_last=True)
            self._sink.close()
        except BaseException:
            self._sink.abandon()
            raise


def read(path: Path, key: bytes, number: int, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The plain text from `start` to before `end`, chunk by chunk. Errors: Unreadable, FileNotFoundError."""
    with path.open("rb") as file:
        file.seek(place_of(start))
        yield from opened(file, key, number, path.stat().st_size, start, end)


def sealed_bytes(plain_bytes: int) -> int:
    """How large what holds so much plain text is."""
    return plain_bytes + MORE_BYTES * max(1, -(-plain_bytes // CHUNK_BYTES))


def place_of(start: int) -> int:
    """Where in what is sealed the chunk begins that this byte of plain text is in."""
    return start // CHUNK_BYTES * (CHUNK_BYTES + MORE_BYTES)


def opened(source: Source, key: bytes, number: int, size: int, start: int = 0,
           end: int | None = None) -> Iterator[bytes]:
    """As `read`, from a source that stands at `place_of(start)`. `size`: of all that is sealed. Errors: Unreadable."""
    aead = AESGCM(key)
    last = max(0, -(-size // (CHUNK_BYTES + MORE_BYTES)) - 1)
    for place in range(start // CHUNK_BYTES, last + 1):
        at = place * CHUNK_BYTES
        if end is not None and at >= end:
            return
        sealed = source.read(CHUNK_BYTES + MORE_BYTES)
        try:
            plain = aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound(number, place, place == last))
        except (InvalidTag, ValueError) as e:
            raise Unreadable(detail=f"file {number}, chunk {place}") from e
        if piece := plain[max(0, start - at) : None if end is None else end - at]:
            yield piece
