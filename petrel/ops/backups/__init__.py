"""Backups: copies of a running site, and going back to one without giving back what was taken away since.

Words: *data copy* (the main database, the journal's key, settings and witness), *keyring copy* (the keys of what is
sealed, which lives at most seven days), *manifest*, *restore*, *replay* (of restrictions, by the witness).
Invariants: data and keyring are two artefacts under two keys; nothing is plain on disk; a restore goes into an empty
place only, and nothing is served from it before it was replayed and checked.
"""

from petrel.ops.backups import (
    archive,
    bring_back,
    going_back,
    keys,
    nightly,
    pacing,
    predict,
    recovery,
    rehearsal,
    restore,
    roll,
    shares,
    standing,
)
from petrel.ops.backups.bring_back import Outcome
from petrel.ops.backups.course import Course
from petrel.ops.backups.create import Progress, Wanted, create
from petrel.ops.backups.jobs import expire, install, note, note_rehearsed
from petrel.ops.backups.meter import Meter
from petrel.ops.backups.places import keep_newest, listed
from petrel.ops.backups.restore import PHRASE, Ask, Known
from petrel.ops.backups.shapes import BadBackup, Listed, Manifest, NotNow, WrongKey
from petrel.ops.backups.standing import Newest, newest
from petrel.ops.backups.targets import Store
from petrel.ops.backups.verify import Pair, choose, verify

__all__ = [
    "PHRASE", "Ask", "BadBackup", "Course", "Known", "Listed", "Manifest", "Meter", "Newest", "NotNow", "Outcome",
    "Pair", "Progress", "Store", "Wanted", "WrongKey", "archive", "bring_back", "choose", "create", "expire",
    "going_back", "install", "keep_newest", "keys", "listed", "newest", "nightly", "note", "note_rehearsed", "pacing",
    "predict", "recovery", "rehearsal", "restore", "roll", "shares", "standing", "verify",
]
