"""How a record of what was read lies in a spool: sealed for the public half of a pair of keys that the site has for the
day, by a fresh X25519 key of the segment (HKDF-SHA256, AES-256-GCM). Each record is bound to its spool, place and time:
none can be moved, changed, or put in. Who writes and who keeps them: `core/seen.py`.
"""

import errno
import fcntl
import os
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

SUFFIX, UNFINISHED = ".spool", ".new"
SEGMENT_MS = 60_000
HEAD = struct.Struct("<8sq32s")          # what it is, number of the site's key, ephemeral public half
MAGIC = b"PSEEN\x01\0\0"
FRAME = struct.Struct("<IQ")             # bytes of ciphertext, milliseconds since 1970
BOUND = struct.Struct("<qQ")             # spool, milliseconds


class SiteKey(Struct, frozen=True):
    number: int
    public: bytes


class Segment:
    """Where the records of a minute go: a file, or memory alone. Errors: OSError."""

    def __init__(self, site: SiteKey, folder: Path | None) -> None:
        private = X25519PrivateKey.generate()
        ephemeral = private.public_key().public_bytes_raw()
        self.spool = int.from_bytes(os.urandom(8), "big", signed=True)
        self.until_ms = time.time_ns() // 1_000_000 + SEGMENT_MS
        self.head = HEAD.pack(MAGIC, site.number, ephemeral)
        self.memory = bytearray()
        self._encrypt = AESGCM(_shared(private, site.public, ephemeral, site.public)).encrypt
        self._place = 0
        self._fd = -1 if folder is None else self._open(folder)

    def _open(self, folder: Path) -> int:
        """It gets its name when it is whole and locked: whoever can lock it later knows that its writer is gone."""
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / f"{self.spool % (1 << 64):016x}"
        fd = os.open(path.with_suffix(UNFINISHED), os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX)
        _write(fd, self.head)
        path.with_suffix(UNFINISHED).rename(path.with_suffix(SUFFIX))
        return fd

    def append(self, now_ms: int, plain: bytes) -> None:
        """One call of the system: what is killed after it has written, what is killed before has answered nothing."""
        sealed = self._encrypt(self._place.to_bytes(12, "big"), plain, BOUND.pack(self.spool, now_ms))
        frame = FRAME.pack(len(sealed), now_ms) + sealed
        if self._fd < 0:
            self.memory += frame
        else:
            _write(self._fd, frame)
        self._place += len(frame)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _write(fd: int, data: bytes) -> None:
    if os.write(fd, data) != len(data):
        raise OSError(errno.ENOSPC, "the disk is full")      # nothing follows: readers stop at half a record


def row_of(spool: int, head: bytes, place: int, part: bytes) -> tuple[Any, ...]:
    """The whole records at the beginning of `part`, which lies at `place` of this spool, as arguments of `seen.KEEP`;
    the last is b"" for none. Errors: ValueError for what is no spool."""
    if len(head) != HEAD.size or not head.startswith(MAGIC):
        raise ValueError("no spool of records")
    _, number, ephemeral = HEAD.unpack(head)
    at = 0
    times: list[int] = []
    while at + FRAME.size <= len(part):
        length, now_ms = FRAME.unpack_from(part, at)
        if at + FRAME.size + length > len(part):
            break
        times.append(now_ms)
        at += FRAME.size + length
    times = times or [0]
    return (spool, place, number, ephemeral, min(times) / 1000, max(times) / 1000, part[:at])


def opened(private: bytes, ephemeral: bytes, spool: int, place: int, kept: bytes) -> Iterator[tuple[int, bytes | None]]:
    """(milliseconds, plain record) of a row of access.seen, by the private half of its key; None for a record that
    somebody changed."""
    key = X25519PrivateKey.from_private_bytes(private)
    cipher = AESGCM(_shared(key, ephemeral, ephemeral, key.public_key().public_bytes_raw()))
    at = 0
    while at < len(kept):
        length, now_ms = FRAME.unpack_from(kept, at)
        begin_at = at + FRAME.size
        try:
            nonce = (place + at).to_bytes(12, "big")
            yield now_ms, cipher.decrypt(nonce, kept[begin_at : begin_at + length], BOUND.pack(spool, now_ms))
        except InvalidTag:
            yield now_ms, None
        at = begin_at + length


def _shared(mine: X25519PrivateKey, theirs: bytes, ephemeral: bytes, site: bytes) -> bytes:
    secret = mine.exchange(X25519PublicKey.from_public_bytes(theirs))
    return HKDF(SHA256(), 32, salt=ephemeral + site, info=b"petrel seen 1").derive(secret)
