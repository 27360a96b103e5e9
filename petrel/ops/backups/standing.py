"""How the site stands with its backups, in DATA/backups.json: readable when no database runs, by doctor and watcher.

The file is a note, never a proof: it is written after what it tells of is durable, and lost with the machine.
"""

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from petrel.core import clock

FILE = "backups.json"


class Newest(Struct, frozen=True, kw_only=True):
    """The newest whole backup. Moments in milliseconds since 1970, 0 for never.

    `place`: the target as a URL without a password. `proven_at_ms`: when a backup was last restored in a rehearsal and
    every check passed. `archived_at_ms`: everything acknowledged before this moment is in the archive of the log, 0
    when there is none. `restore_s`: how long going back would take, as the last rehearsal makes expect.
    """

    backup: str
    at_ms: int
    place: str
    proven_at_ms: int = 0
    archived_at_ms: int = 0
    restore_s: float = 0
    problem: str = ""

    def age_s(self) -> float:
        return (clock.now_ms() - self.at_ms) / 1000

    def proven_age_s(self) -> float | None:
        """None when no rehearsal ever passed."""
        return (clock.now_ms() - self.proven_at_ms) / 1000 if self.proven_at_ms else None

    def archived_age_s(self) -> float | None:
        """What would be lost if the machine went now, in seconds; None without an archive of the log."""
        return (clock.now_ms() - self.archived_at_ms) / 1000 if self.archived_at_ms else None


def newest(folder: Path) -> Newest | None:
    """Of the site whose data directory is `folder`; None when no backup was ever made, or the note cannot be read."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Newest)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def made(folder: Path, backup: str, at_ms: int, place: str) -> None:
    """A new backup is whole; what older ones proved still stands."""
    old = newest(folder)
    _write(folder, Newest(backup=backup, at_ms=at_ms, place=place) if old is None else
           msgspec.structs.replace(old, backup=backup, at_ms=at_ms, place=place))


def told(folder: Path, **changes: object) -> None:
    """Changes fields of the note; nothing where no backup was made yet."""
    if (old := newest(folder)) is not None:
        _write(folder, msgspec.structs.replace(old, **changes))


def _write(folder: Path, now: Newest) -> None:
    fresh = folder / f"{FILE}.{os.getpid()}"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(now))
    fresh.replace(folder / FILE)
