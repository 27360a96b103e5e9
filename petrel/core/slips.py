"""Slips: small files of DATA/run that say what happened, also with the databases dead. Whoever hears them takes them in
and drops them; twice is once."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import msgspec

from petrel.core import whole_file

FOLDER = "run"


class Dated(Protocol):
    @property
    def at(self) -> datetime: ...


Slip = TypeVar("Slip", bound=Dated)


class Box(Generic[Slip]):
    """All of one sort. `named`: of its files, with a star; `same`: what two have alike that are the same one, so that
    the later replaces the earlier."""

    def __init__(self, named: str, sort: type[Slip], same: Callable[[Slip], object]) -> None:
        self._named, self._sort, self._same = named, sort, same

    def leave(self, data: Path, slip: Slip) -> None:
        """Errors: OSError; FileNotFoundError where the site has never run."""
        whole_file.write(self._path(data, slip), msgspec.json.encode(slip), owner=whole_file.owner_of(data))

    def read(self, data: Path) -> list[Slip]:
        """The earliest first; without what makes no sense."""
        found = []
        for path in (data / FOLDER).glob(self._named):
            try:
                found.append(msgspec.json.decode(path.read_bytes(), type=self._sort))
            except (OSError, msgspec.MsgspecError):
                continue
        return sorted(found, key=lambda slip: slip.at)

    def drop(self, data: Path, slip: Slip) -> None:
        """Once the databases have it."""
        self._path(data, slip).unlink(missing_ok=True)

    def _path(self, data: Path, slip: Slip) -> Path:
        name = hashlib.sha256(msgspec.json.encode(self._same(slip))).hexdigest()[:24]
        return data / FOLDER / self._named.replace("*", name)
