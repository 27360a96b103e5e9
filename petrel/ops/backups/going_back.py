"""Everything a restore needs, brought together from a target: the copy, its log, the witness, and how long it takes.

For `petrel restore` on a new host and for the rehearsal beside the running site, which differ in nothing else.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from petrel.ops.backups import keys, predict, roll
from petrel.ops.backups.create import Progress
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
    """`stages_s`: how long it took to look at the target and to fetch the log. `load`: how much there is."""

    ask: Ask
    stages_s: dict[str, float]
    load: predict.Load


def expected(wish: Wish) -> tuple[predict.Load, dict[str, float] | None]:
    """How much there is, and the seconds by stage as the last rehearsal makes expect; None without one."""
    chosen = roll.wanted(wish.pair) if wish.with_log else {}
    tried = roll.tried(wish.pair, wish.known, chosen.get("data", []))
    load = predict.load_of(wish.pair, chosen, tried.entries)
    past = predict.last(wish.pair.store)
    if past is None:
        return load, None
    stages = predict.expected(past, load, predict.yardstick_s(), tried.piece_s)
    if not wish.pair.store.is_near:
        stages["proving"] = 0.0
    return load, stages


@contextmanager
def ready(wish: Wish, progress: Progress) -> Iterator[Ready]:
    """Fetches the log and the witness beside the new directory; they go when the block ends. Errors: as a restore."""
    beside = wish.folder.with_name(wish.folder.name + ".log")
    near = wish.pair.store.is_near
    witness = None if wish.witness is WITHOUT_WITNESS else wish.witness
    if not wish.with_log:
        if wish.witness is None:
            raise NotNow("Without the archive of the log the newest witness is not known: say which copy of it to use")
        yield Ready(Ask(wish.pair, wish.known, wish.folder, witness, None, near), {},
                    predict.load_of(wish.pair, {}, 0))
        return
    roll.forget(beside)
    beside.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    try:
        rolled = roll.fetch(wish.pair, wish.known, beside, progress)
        chosen = roll.wanted(wish.pair)
        load = predict.load_of(wish.pair, chosen, rolled.entries)
        if wish.witness is None:
            witness = rolled.witness
        stages_s = {"looking": round(time.monotonic() - began - rolled.pieces_s, 3),
                    "fetching": round(rolled.pieces_s, 3)}
        yield Ready(Ask(wish.pair, wish.known, wish.folder, witness, rolled, near), stages_s, load)
    except OSError as e:
        raise NotNow(f"{beside} cannot be written, or the target be read: {e.strerror or e}") from e
    finally:
        roll.forget(beside)
