"""The rehearsal: the newest backup and its log are restored beside the running site, really, checked, and removed.

It is a restore as any other, into DATA/rehearsal, with the witness as it stands: what was taken away since is taken
away there too. Nothing is served from it, and it knows nobody's outside.
"""

import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from petrel.core import clock, file_lock
from petrel.ops.backups import going_back, keys, predict, standing, yards
from petrel.ops.backups.bring_back import Outcome
from petrel.ops.backups.create import Progress
from petrel.ops.backups.going_back import Ready, Wish
from petrel.ops.backups.meter import Meter
from petrel.ops.backups.predict import Host, Rehearsal
from petrel.ops.backups.targets import Store
from petrel.ops.backups.verify import Pair
from petrel.storage.postgres import stop_leftovers

FOLDER = "rehearsal"
Say = Callable[[str], None]


class Shown(Struct, frozen=True):
    """What a rehearsal showed. `problem`: why it ended with neither."""

    outcome: Outcome | None = None
    past: Rehearsal | None = None
    problem: str = ""


@contextmanager
def stage(data: Path, pair: Pair, known: keys.Keys, progress: Progress, meter_clock: Callable[[], float]
          ) -> Iterator["Staged"]:
    """A place beside the site; all of it is gone when the block ends: it holds keys. Errors: as of a restore."""
    folder = data / FOLDER
    witness = data / f"{FOLDER}.witness"
    _clear(folder, witness)
    try:
        witness.mkdir(mode=0o700)
        # Roots first: each names a line of restrictions, which has to be there.
        for path in sorted((data / "witness").glob("*.jsonl"), reverse=True):
            _copy_lines(path, witness / path.name)
        wish = Wish(pair, known, folder, witness, with_log=bool(pair.data.log))
        _, here = going_back.tried(wish, Meter(meter_clock), is_calm=True)
        meter = Meter(meter_clock)
        with going_back.ready(wish, progress, meter) as ready:
            yield Staged(ready, here, meter)
    finally:
        _clear(folder, witness)


class Staged(Struct, frozen=True):
    """`here`: the machine when it began. `meter`: of the stages."""

    ready: Ready
    here: Host
    meter: Meter


@contextmanager
def alone(data: Path, say: Say) -> Iterator[None]:
    """One rehearsal at a time: waits for the end of another."""
    with _turn(data) as lock:
        if not file_lock.takes(lock):
            say("Another rehearsal is under way; waiting for its end. (The nightly one is held back: it takes long.)")
            file_lock.waits(lock)
        yield


@contextmanager
def _turn(data: Path) -> Iterator[int]:
    path = data / "run" / f"{FOLDER}.lock"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with file_lock.opened(path) as lock:
        yield lock


def end_cleanly() -> None:
    """From now on SIGTERM ends this process as an error does: what would be left beside the site holds keys."""
    def end(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_IGN)           # the clearing itself is not broken off
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, end)


def clear_left(data: Path) -> None:
    """What one left that was killed, or cut off with the power. One that is under way is left alone."""
    folder, witness = data / FOLDER, data / f"{FOLDER}.witness"
    if folder.exists() or witness.exists():
        with _turn(data) as lock:
            if file_lock.takes(lock):
                _clear(folder, witness)


def _clear(folder: Path, witness: Path) -> None:
    """Of an interrupted rehearsal the databases may still run."""
    if folder.exists():
        stop_leftovers(folder)
    for path in (folder, witness):
        shutil.rmtree(path, ignore_errors=True)


def _copy_lines(source: Path, target: Path) -> None:
    """Whole lines, while more are being written."""
    text = source.read_bytes()
    target.write_bytes(text[:text.rfind(b"\n") + 1])


def showed(staged: Staged, outcome: Outcome) -> Rehearsal:
    """When it has ended, still on the machine it ran on."""
    load = msgspec.structs.replace(staged.ready.load, entries=max(1, outcome.checked.entries))
    here = msgspec.structs.replace(staged.here, yard_s=(staged.here.yard_s + yards.yard()) / 2)
    return Rehearsal(outcome.backup, clock.now_ms(), load, predict.calm(staged.meter), here)


def keep(data: Path, store: Store, past: Rehearsal, outcome: Outcome) -> None:
    """For the new host beside the backups, for the crew in the data directory. Errors: OSError."""
    if not outcome.checked.findings:
        predict.keep(store, past)
        standing.told(data, proven_at_ms=past.at_ms, restore_s=round(sum(past.stages_s.values()), 1))
