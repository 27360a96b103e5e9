"""Kinds of warnings and errors in the log, and whose requests they were: for changes, which are judged by cells.

A kind is a line's text with its place and error, and without numbers and what stands in quotes. All processes of a site
count in one small file of fixed size (DATA/run/lines), the web part of another release beside it in its own
(DATA/run/beside/lines); the next start goes on with it, so "never seen before" means what it says. Within a cell the
same account is counted once until another has come between: one broken client is no kind of its own.

Two processes may lose a count, or make a kind twice, when they write at the same moment: nobody waits for anybody.
"""

import hashlib
import mmap
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from petrel.core import asker, whole_file
from petrel.core.ids import CELLS_IN_USE, cell_of

FILE = "lines"
LOUD = frozenset(("warning", "error", "critical", "exception"))
MOST_KINDS = 1_024
FULL = 900
"""With so many a new file is begun at the next start."""

TEXT_BYTES = 168
_MAGIC = b"petrel lines 1\n\n"
_WORDS = 1 + CELLS_IN_USE
_SLOT = _WORDS * 8 + TEXT_BYTES
_SIZE = len(_MAGIC) + MOST_KINDS * _SLOT
_LOW = 0xFFFFFFFF
_vary = re.compile(r"""'[^']*'|"[^"]*"|[0-9a-f]{12,}|\d+""")
_plain = re.compile(r"[^\x20-\x7e]+")


class Kind(Struct, frozen=True):
    """`cells`: how often, by cell of whoever asked; a line of nobody's request is in none."""

    level: str
    text: str
    cells: dict[int, int]

    @property
    def is_error(self) -> bool:
        return self.level != "warning"


class Lines:
    """The file, opened before the processes fork that count in it; made when it is not there, full or another's."""

    def __init__(self, path: Path) -> None:
        """Errors: OSError."""
        if not path.exists() or not 0 < len(seen(path)) < FULL:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            whole_file.write(path, _MAGIC.ljust(_SIZE, b"\0"))        # others may have the old one open
        with path.open("r+b") as f:
            self._map = mmap.mmap(f.fileno(), _SIZE)

    def saw(self, level: str, event: Mapping[str, Any]) -> None:
        """One line. For every warning and error: some microseconds."""
        if level not in LOUD:
            return
        text = f"{'warning' if level == 'warning' else 'error'}: {kind_of(event)}".encode()[:TEXT_BYTES]
        key = hashlib.blake2b(text, digest_size=8).digest()
        at = self._find(key)
        if at is None:
            return
        if self._map[at:at + 8] != key:
            self._map[at + _WORDS * 8:at + _SLOT] = text.ljust(TEXT_BYTES, b"\0")
            self._map[at:at + 8] = key
        if (account := asker.now()) is not None and (cell := cell_of(account)) < CELLS_IN_USE:
            place = at + 8 * (1 + cell)
            word = int.from_bytes(self._map[place:place + 8], "little")
            if word >> 32 != (last := account >> 6 & _LOW or 1):
                self._map[place:place + 8] = (last << 32 | min(_LOW, (word & _LOW) + 1)).to_bytes(8, "little")

    def _find(self, key: bytes) -> int | None:
        """Where it stands, or may stand; None when all is taken."""
        first = int.from_bytes(key, "little") % MOST_KINDS
        for n in range(MOST_KINDS):
            at = len(_MAGIC) + (first + n) % MOST_KINDS * _SLOT
            if self._map[at:at + 8] in (key, bytes(8)):
                return at
        return None


def kind_of(event: Mapping[str, Any]) -> str:
    """What stays the same from line to line; nothing that anybody typed."""
    parts = [str(event.get("event", "")), str(event.get("place", ""))]
    error = event.get("exc_info")
    if isinstance(error, BaseException):
        parts.append(f"{type(error).__name__}: {error}")
    elif trace := str(event.get("exception", "")).strip():
        parts.append(trace.rpartition("\n")[2])
    return _vary.sub("*", _plain.sub(" ", " ".join(filter(None, parts))))


def seen(path: Path) -> dict[str, Kind]:
    """All kinds of a file by their text; none when it is not there or not one."""
    try:
        held = path.read_bytes()
    except OSError:
        return {}
    found: dict[str, Kind] = {}
    if not held.startswith(_MAGIC) or len(held) != _SIZE:
        return found
    for at in range(len(_MAGIC), _SIZE, _SLOT):
        if held[at:at + 8] == bytes(8):
            continue
        level, _, text = held[at + _WORDS * 8:at + _SLOT].rstrip(b"\0").decode("ascii", "replace").partition(": ")
        counts = {cell: count for cell in range(CELLS_IN_USE)
                  if (count := int.from_bytes(held[at + 8 * (1 + cell):at + 8 * (1 + cell) + 4], "little"))}
        before = found.get(text)
        if before is not None:
            counts = {cell: counts.get(cell, 0) + before.cells.get(cell, 0) for cell in {*counts, *before.cells}}
        found[text] = Kind(level, text, counts)
    return found


__all__ = ["FILE", "Kind", "Lines", "kind_of", "seen"]
