"""How long going back will take, from what the last rehearsal took and how much more there is now.

Each stage grows with something of its own. A rehearsal runs at low priority beside people, and a restore on another
machine with nothing else to do: both measure the same piece of work, the yardstick, and what it says is the proportion.
What it does not know is the line to the target, which may be another there.
"""

import os
import time
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from msgspec import Struct

from petrel.ops.backups import targets
from petrel.ops.backups.places import Piece
from petrel.ops.backups.targets import Store
from petrel.ops.backups.verify import Pair

FILE = "rehearsal.json"
REPLAYS_MB_S = 40.0
"""How fast a server replays log beyond what the rehearsal had; measured (docs/decisions/0025)."""


YARD_BYTES, YARD_FILES, YARD_FOR_S = 6 << 20, 300, 1.5


class Load(Struct, frozen=True):
    """How much there is to bring back."""

    plain_bytes: int
    pieces: int
    stored_log_bytes: int
    log_bytes: int
    entries: int


class Rehearsal(Struct, frozen=True):
    """The last one that passed: how much it brought back, how long each stage took, and the yardstick meanwhile."""

    backup: str
    at_ms: int
    load: Load
    stages_s: dict[str, float]
    yard_s: float = 0.0


def load_of(pair: Pair, chosen: dict[str, list[Piece]], entries: int) -> Load:
    """`entries`: of the journal, as the newest piece of the log says; 0 where none does."""
    found = [piece for some in chosen.values() for piece in some]
    counted = pair.data.rows.get("journal.entry", (0, 0))
    return Load(sum(part.plain_bytes for _, part in pair.parts()), len(found), sum(p.size for p in found),
                sum(p.end - p.start for p in found), max(entries, *counted))


def yardstick_s(folder: Path) -> float:
    """How long this machine takes now, at our priority, for a little of what a restore does: unpacking, many files."""
    pressed = zlib.compress(os.urandom(YARD_BYTES // 8) * 8, 1)
    began, yards = time.monotonic(), 0
    while time.monotonic() - began < YARD_FOR_S:
        yards += 1
        with TemporaryDirectory(prefix="petrel-", dir=folder) as place:
            plain = zlib.decompress(pressed)
            for number in range(YARD_FILES):
                (Path(place) / str(number)).write_bytes(plain[number << 13:(number + 1) << 13])
    return (time.monotonic() - began) / yards


def expected(past: Rehearsal, now: Load, yard_s: float = 0.0) -> dict[str, float]:
    """Seconds by stage. `yard_s`: the yardstick here, 0 for a machine as fast as that of the rehearsal was."""
    then = past.load
    faster = yard_s / past.yard_s if yard_s and past.yard_s else 1.0
    stages = {name: seconds * faster for name, seconds in past.stages_s.items()}
    ratio = now.plain_bytes / max(1, then.plain_bytes)
    per_byte_s = stages.get("proving", stages.get("unpacking", 0)) / max(1, then.plain_bytes)
    per_piece_s = max(0.0, stages.get("fetching", 0) - then.log_bytes * per_byte_s) / max(1, then.pieces)
    more_log_mb = max(0, now.log_bytes - then.log_bytes) / 1e6
    return {
        "looking": stages.get("looking", 0),
        "fetching": now.pieces * per_piece_s + now.log_bytes * per_byte_s,
        "proving": stages.get("proving", 0) * ratio,
        "unpacking": stages.get("unpacking", 0) * ratio,
        "recovering": stages.get("recovering", 0) + more_log_mb / REPLAYS_MB_S,
        "replaying": stages.get("replaying", 0) * max(1.0, now.entries / max(1, then.entries)),
        "stopping": stages.get("stopping", 0),
    }


def keep(store: Store, past: Rehearsal) -> None:
    """Beside the backups, where a new host finds it. Errors: OSError."""
    targets.put(store, FILE, msgspec.json.encode(past))


def last(store: Store) -> Rehearsal | None:
    try:
        return msgspec.json.decode(targets.taken(store, FILE), type=Rehearsal)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


