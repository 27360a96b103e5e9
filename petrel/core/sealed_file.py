"""Files that are ciphertext on disk and can be read from any place: an export, and the parts it is made of.

Chunks of 256 kB, each sealed by itself under the file's key, bound to the file's number, its place and whether it is
the last: none can be left out, moved or taken from another file. No chunk is ever in memory with another.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from petrel.core.seal import NONCE_BYTES, Unreadable

CHUNK_BYTES = 1 << 18
MORE_BYTES = NONCE_BYTES + 16


def _bound(number: int, place: int, is_last: bool) -> bytes:
    return number.to_bytes(8, "big") + place.to_bytes(8, "big") + (b"\1" if is_last else b"\0")


class Writing:
    """A file being written, for one writer from beginning to end: `with Writing(path, key, number) as file`.

    The file is there under its name, durable, when the block has ended well. `bytes` is how much plain text there was.
    """

    def __init__(self, path: Path, key: bytes, number: int) -> None:
        self._path = path
        self._fresh = path.with_name(path.name + ".new")
        self._aead = AESGCM(key)
        self._number = number
        self._place = 0
        self._held = bytearray()
        self.bytes = 0

    def __enter__(self) -> "Writing":
        self._file = os.fdopen(os.open(self._fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
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
        self._file.write(nonce + self._aead.encrypt(nonce, plain, _bound(self._number, self._place, is_last)))
        self._place += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._put(bytes(self._held), is_last=True)
                self._file.flush()
                os.fsync(self._file.fileno())
        finally:
            self._file.close()
        if kind is None:
            self._fresh.replace(self._path)
        else:
            self._fresh.unlink(missing_ok=True)


def read(path: Path, key: bytes, number: int, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The plain text from `start` to before `end`, chunk by chunk. Errors: Unreadable, FileNotFoundError."""
    aead = AESGCM(key)
    with path.open("rb") as file:
        last = max(0, -(-path.stat().st_size // (CHUNK_BYTES + MORE_BYTES)) - 1)
        for place in range(start // CHUNK_BYTES, last + 1):
            at = place * CHUNK_BYTES
            if end is not None and at >= end:
                return
            file.seek(place * (CHUNK_BYTES + MORE_BYTES))
            sealed = file.read(CHUNK_BYTES + MORE_BYTES)
            try:
                plain = aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound(number, place, place == last))
            except (InvalidTag, ValueError) as e:
                raise Unreadable(detail=f"file {number}, chunk {place}") from e
            if piece := plain[max(0, start - at) : None if end is None else end - at]:
                yield piece
