"""The witness: DATA/witness, files that only grow, meant to be copied off the machine as they grow.

`roots.jsonl` has every signed state of the journal, one per line, oldest first. `restrictions-YYYY-MM.jsonl` has the
journal entries that take something away (`core/restrictions.py`), in signed lines of which each covers the one before:
a database that goes back to a backup learns from them what was closed or deleted since. Nothing here is rewritten.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from petrel.core.errors import PetrelError
from petrel.core.restrictions import Kept

TAIL_BYTES = 1 << 16
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError)


class Heads(Struct, frozen=True):
    """What a root signs: the last seal of each cell (cell, seq, hash in hex), and up to where the journal is sealed."""

    seals: list[tuple[int, int, str]] = []
    until: tuple[int, int] = (0, 0)


class Root(Struct, frozen=True):
    """A signed state of the whole journal; its hash covers the root before it."""

    seq: int
    at_ms: int
    heads: Heads
    hash: str
    signature: str
    key: str = ""
    """The public key in hex; in the witness only, never trusted by itself."""
    restrictions: int = 0
    """In the witness only: the last line of restrictions then. A copy that has this root and not that line is old."""


class Restored(Struct, frozen=True):
    """The site went back to a backup, known and signed: roots after `restored_to` are those of a lost past."""

    restored_to: int
    root_hash: str
    lost_until: int
    epoch: int
    at_ms: int
    backup: str
    hash: str
    signature: str


class Line(Struct, frozen=True):
    """Restricting entries, in commit order; with this line the witness has all of them up to `until` (epoch, xid).

    `root`: the last root before.
    """

    seq: int
    root: int
    at_ms: int
    until: tuple[int, int]
    entries: list[Kept]
    previous: str
    hash: str
    signature: str


class BadWitness(PetrelError):
    """The witness cannot be believed"""


def is_signed(key: Ed25519PublicKey, hashed: str, signature: str) -> bool:
    try:
        key.verify(bytes.fromhex(signature), bytes.fromhex(hashed))
    except (InvalidSignature, ValueError):
        return False
    return True


def restored_hash(one: Restored) -> str:
    body = [one.restored_to, one.root_hash, one.lost_until, one.epoch, one.at_ms, one.backup]
    return hashlib.sha256(b"petrel restored 1\n" + msgspec.json.encode(body)).hexdigest()


def line_hash(one: Line) -> str:
    body = [one.previous, one.seq, one.root, one.at_ms, one.until, one.entries]
    return hashlib.sha256(b"petrel restrictions 1\n" + msgspec.json.encode(body)).hexdigest()


def append(path: Path, lines: Sequence[Struct]) -> None:
    """Durable when it returns. A line that a crash or a full disk cut off before is ended first. Errors: OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        torn = size > 0 and os.pread(file.fileno(), 1, size - 1) != b"\n"
        text = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
        left = memoryview(b"\n" + text if torn else text)
        while left:                     # a full disk takes the beginning, and says so only when it is asked again
            left = left[file.write(left):]
        os.fsync(file.fileno())


def last_of(path: Path, *types: Any) -> Any:
    """The last line that can be read as one of the types, else None; reads the end of the file, all if it must."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return None
    tail = TAIL_BYTES
    while True:
        with path.open("rb") as file:
            file.seek(max(0, size - tail))
            lines = file.read().splitlines()
        for line in reversed(lines):
            for one in types:
                try:
                    return msgspec.json.decode(line, type=one)
                except UNREADABLE:
                    continue                    # a line that a crash cut off, or one of another type
        if tail >= size:
            return None
        tail *= 16


class Witness:
    """DATA/witness, or a copy of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "roots.jsonl"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def last(self) -> Root | Restored | None:
        last: Root | Restored | None = last_of(self.path, Root, Restored)
        return last

    def last_seq(self) -> int:
        """Of the last root that counts; 0 when nothing was witnessed."""
        last = self.last()
        return last.restored_to if isinstance(last, Restored) else last.seq if last else 0

    def append(self, roots: Sequence[Root | Restored]) -> None:
        append(self.path, roots)

    # Restrictions -------------------------------------------------------------------------------------------------

    def files(self) -> list[Path]:
        """Of restrictions, oldest first."""
        return sorted(self.folder.glob("restrictions-*.jsonl"))

    def last_line(self) -> Line | None:
        for path in reversed(self.files()):
            line: Line | None = last_of(path, Line)
            if line is not None:
                return line
        return None

    def keep(self, key: Ed25519PrivateKey, entries: list[Kept], *, root: int, until: tuple[int, int],
             at_ms: int) -> Line:
        """Adds one line; durable when it returns."""
        last = self.last_line()
        bare = Line(last.seq + 1 if last else 1, root, at_ms, until, entries, last.hash if last else "", "", "")
        hashed = line_hash(bare)
        line = msgspec.structs.replace(bare, hash=hashed, signature=key.sign(bytes.fromhex(hashed)).hex())
        append(self.folder / f"restrictions-{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m}.jsonl", [line])
        return line

    def lines(self, key: Ed25519PublicKey) -> Iterator[Line]:
        """All lines there are, checked: signed by this key, none missing between the first and the last.

        Errors: BadWitness.
        """
        before: Line | None = None
        for path in self.files():
            with path.open("rb") as file:
                for number, text in enumerate(file, 1):
                    try:
                        line = msgspec.json.decode(text, type=Line)
                    except UNREADABLE as e:
                        if text.endswith(b"\n") and text.strip() and not _is_torn(text):
                            raise BadWitness(f"{path}, line {number} cannot be read") from e
                        continue                # the end of a line that a crash cut off
                    _check(path, number, line, before, key)
                    before = line
                    yield line


def _is_torn(text: bytes) -> bool:
    """The beginning of a line, ended by whoever wrote the next one. The chain tells whether one is missing."""
    return b'{"seq":'.startswith(text[:7].rstrip()) and not text.rstrip().endswith(b'"}')


def is_beginning_of(torn: bytes, whole: bytes | None) -> bool:
    """Whether a line of roots that cannot be read is what was cut off of this one, which was written again; None: of
    one that is still to be written. What a root says of restrictions may have grown meanwhile."""
    torn = torn.rstrip(b"\n")
    if whole is None:
        return b'{"seq":'.startswith(torn[:7]) and not (torn.endswith(b"}") and b',"restrictions":' in torn)
    signed, mark, _ = torn.partition(b',"restrictions":')
    return whole.startswith(signed + mark) and len(torn) < len(whole.rstrip(b"\n"))


def _check(path: Path, number: int, line: Line, before: Line | None, key: Ed25519PublicKey) -> None:
    where = f"{path}, line {number}"
    if before is not None and line.seq != before.seq + 1:
        raise BadWitness(f"{where} is number {line.seq} and follows number {before.seq}: lines are missing. "
                         "Copy the whole witness directory again")
    if line.hash != line_hash(line) or (before is not None and line.previous != before.hash):
        raise BadWitness(f"{where} was changed")
    if not is_signed(key, line.hash, line.signature):
        raise BadWitness(f"{where} is not signed by this site's key")
