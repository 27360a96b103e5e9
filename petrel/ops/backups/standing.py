"""How the site stands with its backups, in DATA/backups.json: readable when no database runs, by doctor and watcher.

The file is a note, never a proof: it is written after what it tells of is durable, and lost with the machine.
"""

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from petrel.core import clock

FILE = "backups.json"
LOG_FILE = "archive.json"


class Newest(Struct, frozen=True, kw_only=True):
    """The newest whole backup. Moments in milliseconds since 1970, 0 for never.

    `place`: the target as a URL without a password. `proven_at_ms`: when a backup was last restored in a rehearsal and
    every check passed. `archived_at_ms`: everything acknowledged before this moment is in the archive of the log, 0
    when there is none; `log`: the archive that goes on from the backup. `restore_s`: how long going back would take, as
    the last rehearsal makes expect. `night_at_ms`: the last nightly run; `problem`: what went wrong in it; `release`:
    which one made it, where it went well.
    """

    backup: str
    at_ms: int
    place: str
    proven_at_ms: int = 0
    archived_at_ms: int = 0
    restore_s: float = 0
    log: str = ""
    night_at_ms: int = 0
    problem: str = ""
    release: str = ""

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
    found = _noted(folder)
    log = log_that_runs(folder)
    if found is None or log is None or log.place != found.place:
        return found
    return msgspec.structs.replace(found, archived_at_ms=log.archived_at_ms)


def _noted(folder: Path) -> Newest | None:
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Newest)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def made(folder: Path, backup: str, at_ms: int, place: str, log: str = "") -> None:
    """A new backup is whole; what older ones proved still stands."""
    old = _noted(folder)
    _write(folder, Newest(backup=backup, at_ms=at_ms, place=place, log=log) if old is None else
           msgspec.structs.replace(old, backup=backup, at_ms=at_ms, place=place, log=log))


def told(folder: Path, **changes: object) -> None:
    """Changes fields of the note; nothing where no backup was made yet."""
    if (old := _noted(folder)) is not None:
        _write(folder, msgspec.structs.replace(old, **changes))


def _write(folder: Path, now: Newest) -> None:
    _put(folder / FILE, msgspec.json.encode(now))


def _put(path: Path, body: bytes) -> None:
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(body)
    fresh.replace(path)


class Log(Struct, frozen=True):
    """The archive of the log that runs: its name, the target it goes to, how far it has come. `witness`: how much of
    each of its files is in it."""

    log: str
    place: str
    archived_at_ms: int = 0
    witness: dict[str, int] = {}


def log_of(folder: Path, place: str) -> str:
    """The name of the archive that goes to this target; "" when none does."""
    found = log_that_runs(folder)
    return found.log if found is not None and found.place == place else ""


def log_that_runs(folder: Path) -> Log | None:
    try:
        return msgspec.json.decode((folder / LOG_FILE).read_bytes(), type=Log)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def keep_log(folder: Path, log: Log | None) -> None:
    """Of the process that archives. None: it has ended."""
    if log is None:
        (folder / LOG_FILE).unlink(missing_ok=True)
    else:
        _put(folder / LOG_FILE, msgspec.json.encode(log))
