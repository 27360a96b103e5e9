"""Lists of people and posts as Mastodon's settings export them: CSV files, told apart by name.

Cells are text and nothing else: what a spreadsheet would take for a formula is an address that nobody has.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from petrel.core.errors import Invalid
from petrel.core.text import handles
from petrel.features.archives.opening import Archive
from petrel.features.archives.shapes import BadArchive, Kind, Left, Person

MOST_BYTES = 8 << 20
LONGEST_CELL = 2048
NO_ADDRESS = "not an address"

NAMES: dict[str, Kind] = {
    "following_accounts.csv": "follows",
    "blocked_accounts.csv": "blocks",
    "muted_accounts.csv": "mutes",
    "lists.csv": "lists",
    "bookmarks.csv": "bookmarks",
    "blocked_domains.csv": "domain blocks",
}
_user = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?")
HEADS = {"account address", "#domain", "domain"}


def lines(archive: Archive, kind: Kind) -> Iterator[tuple[str, ...]]:
    """The lines of every file of this kind, without its head. Errors: BadArchive."""
    for name in sorted(archive.names):
        if NAMES.get(PurePosixPath(name).name) == kind:
            yield from _lines(archive, name)


def _lines(archive: Archive, name: str) -> Iterator[tuple[str, ...]]:
    with archive.open(name) as file:
        raw = file.read(MOST_BYTES)
        if len(raw) == MOST_BYTES and file.read(1):
            raise BadArchive(message=f"This archive cannot be imported: {name} is larger than 8 MiB")
    try:
        text = raw.decode("utf-8-sig")
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        for number, row in enumerate(rows):
            if row and not (number == 0 and row[0].strip().lower() in HEADS):
                yield tuple(cell.strip()[:LONGEST_CELL] for cell in row)
    except (UnicodeDecodeError, csv.Error) as e:
        raise BadArchive(message=f"This archive cannot be imported: {name} is not a CSV file in UTF-8") from e


def people(archive: Archive, kind: Kind) -> Iterator[Person | Left]:
    """Lines that begin with an address. Errors: BadArchive."""
    for row in lines(archive, kind):
        yield person(row[0], kind, row[1:])


def in_lists(archive: Archive) -> Iterator[tuple[str, Person | Left]]:
    """Lines of lists.csv: the name of a list, and who is in it. Errors: BadArchive."""
    for row in lines(archive, "lists"):
        yield (row[0], person(row[1] if len(row) > 1 else "", "lists", ()))


def person(cell: str, kind: Kind, options: tuple[str, ...]) -> Person | Left:
    """`user@domain`, letter by letter: a look-alike of a handle is nobody's."""
    user, _, domain = cell.removeprefix("@").partition("@")
    try:
        if _user.fullmatch(user):
            return Person(f"{user.lower()}@{handles.domain(domain)}" if domain else user.lower(), options)
    except (Invalid, UnicodeError):
        pass
    return Left(kind, NO_ADDRESS, cell)
