"""Files that are sealed while they stream: nothing of a backup is ever plain on disk.

Format: MAGIC, four bytes of length and a head in JSON, then chunks, each four bytes of length and AES-256-GCM output.
The key is the file's own, wrapped in the head by a backup key of the site. Nonces are a prefix of the file, the number
of the chunk and whether it is the last: a chunk that is changed, missing, doubled, moved or of another file is found,
and so is a file that ends early. source: Hoang, Reyhanitabar, Rogaway, Vizár 2015, "Online Authenticated-Encryption and
its Nonce-Reuse Misuse-Resistance", construction STREAM.
"""

import hashlib
import os
import struct
import zlib
from typing import Self

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from petrel.ops.backups.shapes import BadBackup, WrongKey
from petrel.ops.backups.targets import Reading, Writing

MAGIC = b"petrel backup 1\n"
CHUNK_BYTES = 1 << 20
MOST_BYTES = CHUNK_BYTES + 1024        # of a chunk as it is stored
LONGEST_HEAD = 4096
RAW, PRESSED = b"\x00", b"\x01"


class Head(Struct, frozen=True):
    """`wrapped`: nonce and ciphertext of the file's key; `prefix`: of its nonces. Both in hex."""

    backup: str
    part: str
    wrapped: str
    prefix: str


def _said(backup: str, part: str) -> bytes:
    return msgspec.json.encode(["petrel backup", backup, part])


def _nonce(prefix: bytes, number: int, is_last: bool) -> bytes:
    return prefix + struct.pack(">I?", number, is_last)


class Sealer:
    """A new file, written through `write`; whole and durable when `close` returns. Counts what went in and out."""

    def __init__(self, file: Writing, key: bytes, backup: str, part: str) -> None:
        own, wrapping = AESGCM.generate_key(256), os.urandom(12)
        self._cipher = AESGCM(own)
        self._prefix = os.urandom(7)
        wrapped = wrapping + AESGCM(key).encrypt(wrapping, own, _said(backup, part))
        head = msgspec.json.encode(Head(backup, part, wrapped.hex(), self._prefix.hex()))
        self._head = hashlib.sha256(head).digest()
        self._digest = hashlib.sha256()
        self._waiting = bytearray()
        self._number = 0
        self.plain_bytes = self.stored_bytes = 0
        self._file = file
        self._put(MAGIC + struct.pack(">I", len(head)) + head)

    def write(self, plain: bytes) -> int:
        self._waiting += plain
        while len(self._waiting) > CHUNK_BYTES:
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), is_last=False)
            del self._waiting[:CHUNK_BYTES]
        return len(plain)

    def close(self) -> str:
        """Returns the SHA-256 of the file as it is stored, in hex."""
        self._seal(bytes(self._waiting), is_last=True)
        self._file.close()
        return self._digest.hexdigest()

    def abandon(self) -> None:
        self._file.abandon()

    def _seal(self, plain: bytes, *, is_last: bool) -> None:
        pressed = zlib.compress(plain, 1)
        text = PRESSED + pressed if len(pressed) < len(plain) else RAW + plain
        sealed = self._cipher.encrypt(_nonce(self._prefix, self._number, is_last), text, self._head)
        self._put(struct.pack(">I", len(sealed)) + sealed)
        self._number += 1
        self.plain_bytes += len(plain)

    def _put(self, stored: bytes) -> None:
        self._file.write(stored)
        self._digest.update(stored)
        self.stored_bytes += len(stored)


class Opener:
    """Reads what a Sealer wrote, as a file does (`read`). Nothing is given out before its chunk was proven.

    Errors: WrongKey, BadBackup.
    """

    def __init__(self, file: Reading, path: str, key: bytes, backup: str, part: str) -> None:
        self._path, self._file = path, file
        self._digest = hashlib.sha256()
        self.stored_bytes = 0
        head_bytes, head = self._open_head()
        if (head.backup, head.part) != (backup, part):
            raise BadBackup(f"{path} is {head.part} of backup {head.backup}, not {part} of {backup}. "
                            "Files of different backups were mixed")
        try:
            wrapped = bytes.fromhex(head.wrapped)
            own = AESGCM(key).decrypt(wrapped[:12], wrapped[12:], _said(backup, part))
            self._cipher, self._prefix = AESGCM(own), bytes.fromhex(head.prefix)
        except (InvalidTag, ValueError) as e:
            raise WrongKey(f"{path} does not open with this key: it is another site's, or the file's beginning was "
                           "changed") from e
        self._head = hashlib.sha256(head_bytes).digest()
        self._number = 0
        self._ready = memoryview(b"")       # slices of it copy nothing
        self._next = self._stored()
        self.plain_bytes = 0
        if self._next is None:
            raise BadBackup(f"{path} ends early, after its head")

    def read(self, count: int) -> bytes:
        """As many bytes as there are, at most `count`; empty at the end."""
        parts, missing = [], count
        while missing:
            if not self._ready and not self._turn():
                break
            parts.append(self._ready[:missing])
            self._ready = self._ready[missing:]
            missing -= len(parts[-1])
        return b"".join(parts)

    def digest(self) -> str:
        """Of the file as it is stored, as far as it was read."""
        return self._digest.hexdigest()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass                    # whoever opened the file closes it

    def _turn(self) -> bool:
        """Opens the next chunk; False after the last."""
        if self._next is None:
            return False
        sealed, self._next = self._next, self._stored()
        is_last = self._next is None
        try:
            text = self._cipher.decrypt(_nonce(self._prefix, self._number, is_last), sealed, self._head)
        except InvalidTag as e:
            raise BadBackup(self._what_is_wrong(sealed, is_last)) from e
        self._ready = memoryview(text)[1:]
        if text[:1] == PRESSED:
            self._ready = memoryview(zlib.decompressobj().decompress(self._ready, CHUNK_BYTES))
        self._number += 1
        self.plain_bytes += len(self._ready)
        return bool(self._ready) or not is_last

    def _what_is_wrong(self, sealed: bytes, is_last: bool) -> str:
        try:
            self._cipher.decrypt(_nonce(self._prefix, self._number, not is_last), sealed, self._head)
        except InvalidTag:
            return f"{self._path} was changed: chunk {self._number + 1} is not as it was written, or not in its place"
        return f"{self._path} ends early, after chunk {self._number + 1}" if is_last else \
            f"{self._path} goes on after its end"

    def _open_head(self) -> tuple[bytes, Head]:
        begin = self._take(len(MAGIC) + 4)
        if begin[:len(MAGIC)] != MAGIC:
            raise BadBackup(f"{self._path} is no part of a backup, or its beginning was changed")
        length = struct.unpack(">I", begin[len(MAGIC):])[0] if len(begin) == len(MAGIC) + 4 else 0
        text = self._take(min(length, LONGEST_HEAD))
        try:
            return text, msgspec.json.decode(text, type=Head)
        except (msgspec.MsgspecError, UnicodeDecodeError) as e:
            raise BadBackup(f"{self._path}: its beginning was changed") from e

    def _stored(self) -> bytes | None:
        length = self._take(4)
        if not length:
            return None
        size = struct.unpack(">I", length)[0] if len(length) == 4 else MOST_BYTES + 1
        sealed = self._take(size) if size <= MOST_BYTES else b""
        if len(sealed) != size:
            raise BadBackup(f"{self._path} was changed or ends early, after chunk {self._number}")
        return sealed

    def _take(self, count: int) -> bytes:
        try:
            found = self._file.read(count)
        except OSError as e:
            raise BadBackup(f"{self._path} cannot be read: {e.strerror}") from e
        self._digest.update(found)
        self.stored_bytes += len(found)
        return found
