"""Everything a restore needs, brought together from a target: the copy, its log, the witness, and how long it takes.

For `petrel restore` on a new host and for the rehearsal beside the running site, which differ in nothing else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from petrel.ops.backups import keys, predict, roll, trial, yards
from petrel.ops.backups.create import Progress
from petrel.ops.backups.meter import Meter
from petrel.ops.backups.predict import Host, Load
from petrel.ops.backups.restore import Ask
from petrel.ops.backups.shapes import NotNow
from petrel.ops.backups.verify import Pair

WITHOUT_WITNESS = Path()


class Wish(Struct, frozen=True):
    """`folder`: the new data directory. `witness`: a copy of it, newer than what the target has; None: what the target
    has; WITHOUT_WITNESS: none is left. `with_log`: go on to the end of the archive."""

    pair: Pair
    known: keys.Keys
    folder: Path
    witness: Path | None = None
    with_log: bool = True


class Ready(Struct, frozen=True):
    """`load`: how much there is."""

    ask: Ask
    load: predict.Load


def tried(wish: Wish, meter: Meter, *, is_calm: bool = False) -> tuple[Load, Host]:
    """How much there is to bring back, and what this machine takes for it now, from a moment of the real thing.
    `meter`: a new one. `is_calm`: what it would take with nothing else to do.

    Errors: BadBackup, NotNow (nothing can be written there).
    """
    chosen = roll.wanted(wish.pair) if wish.with_log else {}
    some = roll.tried(wish.pair, wish.known, chosen.get("data", []), meter)
    copy = trial.tried(wish.pair, wish.known, wish.folder, meter)
    yard_s = yards.yard()
    meter.lap("yards")
    slowed = meter.slowed()
    others = slowed if is_calm else 1.0         # is in what was waited for, and not in the processor's time
    byte_s = copy.read_s / max(1, copy.read_stored_bytes) / others
    unpacked_s = copy.unpacked_s / max(1, copy.unpacked_bytes) * 1_000_000 / others
    piece_s = max(0.0, some.log_s / others - some.log_bytes * byte_s) / max(1, some.count)
    return (predict.load_of(wish.pair, chosen, some.line, some.entries),
            Host(yard_s if is_calm else yard_s * slowed, byte_s, piece_s, unpacked_s))


def expected(wish: Wish, load: Load, here: Host) -> dict[str, float] | None:
    """Seconds by stage, as the rehearsals make expect; None without one."""
    past = predict.kept(wish.pair.store)
    if not past:
        return None
    stages = predict.expected(past, load, here)
    if not wish.pair.store.is_near:
        stages["proving"] = 0.0
    return stages


@contextmanager
def ready(wish: Wish, progress: Progress, meter: Meter) -> Iterator[Ready]:
    """Fetches the log and the witness beside the new directory; they go when the block ends. Errors: as a restore."""
    beside = roll.beside(wish.folder)
    near = wish.pair.store.is_near
    witness = None if wish.witness is WITHOUT_WITNESS else wish.witness
    if not wish.with_log:
        if wish.witness is None:
            raise NotNow("Without the archive of the log the newest witness is not known: say which copy of it to use")
        yield Ready(Ask(wish.pair, wish.known, wish.folder, witness, None, near),
                    predict.load_of(wish.pair, {}))
        return
    roll.forget(beside)
    beside.parent.mkdir(parents=True, exist_ok=True)
    try:
        rolled = roll.fetch(wish.pair, wish.known, beside, progress, meter)
        chosen = roll.wanted(wish.pair)
        load = predict.load_of(wish.pair, chosen, rolled.line, rolled.entries)
        if wish.witness is None:
            witness = rolled.witness
        yield Ready(Ask(wish.pair, wish.known, wish.folder, witness, rolled, near), load)
    except OSError as e:
        raise NotNow(f"{beside} cannot be written, or the target be read: {e.strerror or e}") from e
    finally:
        roll.forget(beside)
