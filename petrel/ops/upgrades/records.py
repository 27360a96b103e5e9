"""DATA/upgrade.json: between which releases the site went last, and how far it came. It outlives a power cut."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from petrel.core import emergency, file_lock, whole_file
from petrel.ops.processes import Release
from petrel.ops.upgrades.shapes import CannotUpgrade, Problem
from petrel.storage.build import build_of

FILE = "upgrade.json"
Step = Literal["migrating", "handing over", "on trial", "done", "given back", "back"]


class Record(Struct, frozen=True):
    """`contracts`: the contract steps that had been run when it began: later ones bar the way back. `is_trial`: the
    taker goes back by itself unless it is confirmed (`trials.py`)."""

    giver: Release
    taker: Release
    step: Step
    contracts: list[str]
    at_ms: int
    why: str = ""
    is_trial: bool = False


def read(folder: Path) -> Record | None:
    """None where the site never went from one release to another by `petrel upgrade`. Errors: CannotUpgrade."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Record)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as e:
        raise CannotUpgrade(Problem(f"{folder / FILE} cannot be read: {e}.", "Move it away; the way back goes with it.")
                            ) from e


def write(folder: Path, record: Record) -> None:
    """Durable when it returns. Errors: CannotUpgrade."""
    try:
        whole_file.write(folder / FILE, msgspec.json.format(msgspec.json.encode(record), indent=1))
    except OSError as e:
        raise CannotUpgrade(Problem(f"{folder / FILE} cannot be written: {e.strerror}.", "Make room, and try again.")
                            ) from e


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Errors: CannotUpgrade."""
    path = folder / "run" / "upgrade.lock"
    with ExitStack() as open_files:
        try:
            lock = open_files.enter_context(file_lock.opened(path))
        except OSError as e:
            raise CannotUpgrade(Problem(f"{path} cannot be written: {e.strerror}.",
                                        "Say with --data where the site is, and be its user or root.")) from e
        if not file_lock.takes(lock):
            raise CannotUpgrade(Problem("Another `petrel upgrade` is at work on this site.", "Wait for it."))
        yield


def is_at_work(folder: Path) -> bool:
    """Whether a `petrel upgrade` is."""
    try:
        with one_at_a_time(folder):
            return False
    except CannotUpgrade:
        return True


def instead(folder: Path, this: Release) -> tuple[Release, tuple[str, ...]] | None:
    """What is to be started in place of `this`, and with which words: what petrel-rescue pinned, else the successor."""
    pin = emergency.read(folder).pin
    if pin is None:
        other = successor(folder, this)
        return None if other is None else (other, ())
    if (pin.python, pin.root) == (this.python, this.root):
        return None
    # --as-is: it is to start itself, wherever the site had gone over to.
    return Release(pin.python, pin.root, build_of(Path(pin.root)), "pinned", 0), ("--as-is",)


def successor(folder: Path, this: Release) -> Release | None:
    """The release that the site has gone over to from `this`, where it is there still: that one is to be started. And
    in place of one that was on trial, the one before."""
    try:
        record = read(folder)
    except CannotUpgrade:
        return None
    if record is None:
        return None
    if record.is_trial and record.step != "done" and record.taker.build == this.build != record.giver.build:
        return record.giver if record.giver.why_not_here() is None else None
    if record.step != "done" or record.giver.build != this.build:
        return None
    if (record.taker.root, record.taker.build) == (this.root, this.build):
        return None                     # the same release, set up a second time, for another Python say
    return record.taker if record.taker.why_not_here() is None else None
