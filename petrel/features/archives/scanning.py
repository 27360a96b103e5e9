"""The things in a list of a JSON file, one after the other: a file may hold a million, and memory a few.

    for raw in items(file, "orderedItems"):    # bytes of one object each
"""

import re
from collections.abc import Iterator
from typing import IO

from petrel.features.archives.shapes import BadArchive

CHUNK_BYTES = 1 << 18
MOST_ITEM_BYTES = 1 << 20
MOST_DEPTH = 64

_outside = re.compile(rb'["{}\[\]]')
_inside = re.compile(rb'["\\]')
_list_begins = re.compile(rb"\s*:\s*\[")
_blank = re.compile(rb"[ \t\r\n,]*")


class _Text:
    """What has been read and is still needed, with a place in it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.held = bytearray()
        self.at = 0

    def more(self, keep_from: int) -> int:
        """Reads on, and forgets what stands before `keep_from`; returns by how much places have moved."""
        if len(self.held) - keep_from > MOST_ITEM_BYTES:
            raise BadArchive(message="This archive cannot be imported: one of its entries is larger than 1 MiB")
        new = self._file.read(CHUNK_BYTES)
        if not new:
            raise BadArchive(message="This archive cannot be imported: a JSON file in it ends too early")
        del self.held[:keep_from]
        self.held += new
        self.at -= keep_from
        return keep_from


def items(file: IO[bytes], key: str | None) -> Iterator[bytes]:
    """The members of the list under `key` of the outermost object, or, with None, of a list that is the whole file.
    A file without that list has none.

    Errors: BadArchive for what is no JSON, is nested too deeply, or ends too early. What a member says is for the
    caller to check.
    """
    text = _Text(file)
    if not (_begins_with_list(text) if key is None else _find(text, key.encode())):
        return
    while True:
        _skip_blank(text)
        if text.held[text.at] == ord("]"):
            return
        begins = text.at
        begins = _end_of_value(text, begins)
        yield bytes(text.held[begins : text.at])


def _skip_blank(text: _Text) -> None:
    while True:
        if found := _blank.match(text.held, text.at):
            text.at = found.end()
        if text.at < len(text.held):
            return
        text.more(text.at)


def _begins_with_list(text: _Text) -> bool:
    _skip_blank(text)
    text.at += 1
    return text.held[text.at - 1] == ord("[")


def _find(text: _Text, key: bytes) -> bool:
    """Moves behind the bracket that opens the list under the key."""
    depth, begins = 0, 0
    while True:
        found = _outside.search(text.held, text.at)
        if found is None:
            text.at = len(text.held)
            text.more(text.at)
            continue
        sign = found[0]
        text.at = found.end()
        if sign == b'"':
            begins = _end_of_string(text, found.start())
            if depth == 1 and text.held[begins + 1 : text.at - 1] == key and _opens_list(text):
                return True
            continue
        depth += 1 if sign in b"{[" else -1
        if depth <= 0:
            return False
        _check(depth)


def _opens_list(text: _Text) -> bool:
    while len(text.held) - text.at < 64:
        try:
            text.more(text.at)
        except BadArchive:
            break
    if found := _list_begins.match(text.held, text.at):
        text.at = found.end()
        return True
    return False


def _end_of_value(text: _Text, begins: int) -> int:
    """Moves behind the value that begins here; returns where it begins now. Only objects and lists are taken."""
    if text.held[begins] not in b"{[":
        raise BadArchive(message="This archive cannot be imported: a list in it holds something else than entries")
    depth = 0
    while True:
        found = _outside.search(text.held, text.at)
        if found is None:
            text.at = len(text.held)
            begins -= text.more(begins)
            continue
        text.at = found.end()
        if found[0] == b'"':
            string_begins = found.start()
            begins -= string_begins - _end_of_string(text, string_begins, begins)
            continue
        depth += 1 if found[0] in b"{[" else -1
        if depth == 0:
            return begins
        _check(depth)


def _end_of_string(text: _Text, begins: int, keep_from: int | None = None) -> int:
    """Moves behind the string whose first quotation mark stands at `begins`; returns where that stands now."""
    keep = begins if keep_from is None else keep_from
    while True:
        found = _inside.search(text.held, text.at)
        if found is not None and found[0] == b'"':
            text.at = found.end()
            return begins
        if found is not None and found.end() < len(text.held):
            text.at = found.end() + 1
            continue
        text.at = len(text.held) if found is None else found.start()
        moved = text.more(keep)
        keep -= moved
        begins -= moved


def _check(depth: int) -> None:
    if depth > MOST_DEPTH:
        raise BadArchive(message=f"This archive cannot be imported: its JSON is nested deeper than {MOST_DEPTH}")
