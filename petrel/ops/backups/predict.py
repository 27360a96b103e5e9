"""How long going back will take, from what the last rehearsal took and how much more there is now.

Each stage grows with something of its own. Both measure the same piece of work, the yardstick, which says how much
faster the other machine is; how long a piece of the log takes is tried. Nobody knows how busy the machine was in
the night: a rehearsal beside much else foretells too much.
"""

import os
import time
import zlib

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from petrel.ops.backups import targets
from petrel.ops.backups.places import Piece
from petrel.ops.backups.targets import Store
from petrel.ops.backups.verify import Pair

FILE = "rehearsal.json"
REPLAYS_MB_S = 40.0
"""How fast a server replays log beyond what the rehearsal had; measured (docs/decisions/0025)."""


YARD_BYTES, YARDS = 2 << 20, 61


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


def yardstick_s() -> float:
    """How long this machine takes for a little of what a restore does most: opening and unpacking.

    The quickest of many, so that it tells of the machine and not of who else is busy there.
    """
    cipher, nonce = AESGCM(bytes(32)), bytes(12)
    sealed = cipher.encrypt(nonce, zlib.compress(os.urandom(YARD_BYTES // 4) * 4, 1), b"")
    took_s = []
    for _ in range(YARDS):
        began = time.monotonic()
        zlib.decompress(cipher.decrypt(nonce, sealed, b""))
        took_s.append(time.monotonic() - began)
    return min(took_s)


def expected(past: Rehearsal, now: Load, yard_s: float = 0.0, piece_s: float = 0.0) -> dict[str, float]:
    """Seconds by stage. `yard_s`: the yardstick here, 0 for a machine as fast as that of the rehearsal was. `piece_s`:
    how long a piece of the log takes to read over the line that there is now."""
    then = past.load
    faster = yard_s / past.yard_s if yard_s and past.yard_s else 1.0
    stages = {name: seconds * faster for name, seconds in past.stages_s.items()}
    ratio = now.plain_bytes / max(1, then.plain_bytes)
    per_byte_s = stages.get("proving", stages.get("unpacking", 0)) / max(1, then.plain_bytes)
    more_log_mb = max(0, now.log_bytes - then.log_bytes) / 1e6
    return {
        "looking": stages.get("looking", 0),
        "fetching": now.pieces * piece_s + now.log_bytes * per_byte_s,
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


