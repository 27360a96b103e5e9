"""The parts of an export while it is made: one sealed file for each page of each table."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from petrel.core import sealed_file


class Folder:
    """Of one export. A part that was half written when a process was killed is not there under its name."""

    def __init__(self, path: Path, key: bytes, number: int) -> None:
        self.path = path
        self.key = key
        self.number = number

    def put(self, table: str, part: int, rows: bytes) -> None:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with sealed_file.Writing(self._name(table, part), self.key, self.number) as file:
            file.write(rows)

    def pages(self, table: str, parts: int) -> Iterator[list[dict[str, Any]]]:
        """The rows of a table, a part at a time."""
        for part in range(parts):
            yield msgspec.json.decode(b"".join(sealed_file.read(self._name(table, part), self.key, self.number)))

    def rows(self, table: str, parts: int) -> Iterator[dict[str, Any]]:
        for page in self.pages(table, parts):
            yield from page

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    def _name(self, table: str, part: int) -> Path:
        return self.path / f"{table}.{part:06}"
