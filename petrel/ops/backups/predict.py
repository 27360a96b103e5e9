"""How long going back will take: learned from the rehearsals, and measured for a moment where it is to happen.

Two things are in each stage. *Pulling*, which is reading from the target and opening the seals, depends on the line and
is tried with the real thing before anything is promised; so is unpacking (`trial.py`). The rest is work: a rehearsal
says how much, in *yards* (`yards.py`), of which every machine can say how long they take there. What others do on the
machine meanwhile makes both longer: the meter says by how much. Work grows with something of each stage's own; how
fast, the site's own nights say as soon as they differ enough, and until then GROWTH.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from petrel.ops.backups import targets
from petrel.ops.backups.meter import Meter
from petrel.ops.backups.places import Piece
from petrel.ops.backups.targets import Store
from petrel.ops.backups.verify import Pair

FILE = "rehearsals.json"
KEPT = 7
"""As many of the last rehearsals are learned from: how much there is changes slowly, a release may change the rest."""

STAGES = ("looking", "fetching", "proving", "unpacking", "recovering", "preparing", "replaying", "checking", "stopping")
PULLED = {"fetching": "stored_log_bytes", "proving": "stored_bytes"}
GROWTH = {"fetching": ("log_bytes", 1e-6, 64e6), "proving": ("plain_bytes", 0.5e-6, 100e6),
          "unpacking": ("plain_bytes", 1e-6, 100e6), "recovering": ("stored_log_bytes", 8e-6, 16e6),
          "replaying": ("lines", 0.75, 200), "checking": ("entries", 0.0015, 20_000)}
"""By stage: what it grows with, how much work each of these is, and how much nights have to differ in it to count for
more than that. As a drill's site had them; that of `replaying` is a guess."""


class Load(Struct, frozen=True):
    """How much there is to bring back. `lines`: of restrictions since the copy; `entries`: of the journal."""

    plain_bytes: int
    stored_bytes: int
    pieces: int
    stored_log_bytes: int
    log_bytes: int
    lines: int
    entries: int


class Host(Struct, frozen=True):
    """Seconds: for a yard, to pull a stored byte, for each piece of the log beside that, and to pull and unpack a plain
    megabyte."""

    yard_s: float
    byte_s: float
    piece_s: float
    unpacked_s: float


class Rehearsal(Struct, frozen=True):
    """One that passed. `stages_s` and `host`: as on a machine with nothing else to do (`calm`)."""

    backup: str
    at_ms: int
    load: Load
    stages_s: dict[str, float]
    host: Host


def load_of(pair: Pair, chosen: dict[str, list[Piece]], lines: int = 0, entries: int = 0) -> Load:
    """`lines`: the number of the last line of restrictions; `entries`: of the journal. As the newest piece of the log
    says; 0 where none does."""
    found = [piece for some in chosen.values() for piece in some]
    counted = pair.data.rows.get("journal.entry", (0, 0))
    return Load(sum(part.plain_bytes for _, part in pair.parts()), pair.data.stored_bytes + pair.keyring.stored_bytes,
                len(found), sum(p.size for p in found), sum(p.end - p.start for p in found),
                max(0, lines - pair.data.began.restrictions), max(entries, *counted))


def calm(meter: Meter) -> dict[str, float]:
    """What the stages would have taken on a machine of their own."""
    slowed = meter.slowed()
    return {name: took.wall_s / slowed for name, took in meter.laps.items()}


def expected(past: Sequence[Rehearsal], load: Load, here: Host) -> dict[str, float]:
    """Seconds by stage, on a machine that is as fast and as busy as `here` says. `past`: one at least."""
    known = [name for name in STAGES if any(name in one.stages_s for one in past)]
    return {name: round(_pulling_s(name, load, here) + _work(past, name, load) * _unit_s(name, here), 3)
            for name in known}


def _unit_s(stage: str, host: Host) -> float:
    return host.unpacked_s if stage == "unpacking" else host.yard_s


def _pulling_s(stage: str, load: Load, host: Host) -> float:
    pieces_s = load.pieces * host.piece_s if stage == "fetching" else 0.0
    return pieces_s + getattr(load, PULLED[stage]) * host.byte_s if stage in PULLED else 0.0


def _work(past: Sequence[Rehearsal], stage: str, load: Load) -> float:
    """A line through what there was, with the slope drawn towards the one of GROWTH."""
    found = [one for one in past if stage in one.stages_s]
    work = [max(0.0, one.stages_s[stage] - _pulling_s(stage, one.load, one.host)) / _unit_s(stage, one.host)
            for one in found]
    mean = sum(work) / len(work)
    if stage not in GROWTH:
        return mean
    field, slope, enough = GROWTH[stage]
    amounts = [getattr(one.load, field) for one in found]
    middle = sum(amounts) / len(amounts)
    spread = sum((amount - middle) ** 2 for amount in amounts)
    along = sum((amount - middle) * one for amount, one in zip(amounts, work, strict=True))
    slope = max(0.0, (along + enough ** 2 * slope) / (spread + enough ** 2))
    if slope * middle > mean:               # nothing of it is there without any
        slope = mean / middle
    return mean + slope * (getattr(load, field) - middle)


def keep(store: Store, past: Rehearsal) -> list[Rehearsal]:
    """Beside the backups, where a new host finds it; returns all there are now. Errors: OSError."""
    found = [*kept(store), past][-KEPT:]
    targets.put(store, FILE, msgspec.json.encode(found))
    return found


def kept(store: Store) -> list[Rehearsal]:
    """Oldest first; what another release wrote and this one does not understand is left out."""
    try:
        noted = msgspec.json.decode(targets.taken(store, FILE), type=list[msgspec.Raw])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return []
    found = []
    for one in noted:
        try:
            found.append(msgspec.json.decode(one, type=Rehearsal))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
    return found
