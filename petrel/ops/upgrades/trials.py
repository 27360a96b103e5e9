"""A release on trial: it goes back by itself unless it is confirmed in time, with nobody awake.

The record says so before the taker has the site, and durable: whoever starts anew meanwhile, whichever program is named
in the unit, starts the giver (`records.successor`).
"""

import time
from pathlib import Path

import msgspec

from petrel.ops.processes import Release
from petrel.ops.upgrades import records
from petrel.ops.upgrades.shapes import CannotUpgrade

WITHIN_S = 120.0
TRIED = ("handing over", "on trial")


class Trial:
    """Of the release that has just taken over in this process; of any other there is none."""

    def __init__(self, folder: Path, this: Release) -> None:
        self._folder, self._until = folder, time.monotonic() + WITHIN_S
        record = _read(folder)
        self._is_over = not (record is not None and record.is_trial and record.step in TRIED
                             and record.taker.build == this.build)

    def why_back(self) -> str:
        """Said once: why the site has to go back. "" while it has not to, and after it was confirmed."""
        if self._is_over:
            return ""
        record = _read(self._folder)
        if record is None or record.step == "done":
            self._is_over = True
            return ""
        why = record.why if record.step == "given back" else ""
        if not why and time.monotonic() > self._until:
            why = f"nobody confirmed it within {WITHIN_S:.0f} s"
            records.write(self._folder, msgspec.structs.replace(record, step="given back", why=why))
        self._is_over = bool(why)
        return why


def refuse(folder: Path, why: str) -> None:
    """The one on trial goes back, or does not begin. Errors: CannotUpgrade."""
    record = _read(folder)
    if record is not None and record.is_trial and record.step in ("migrating", *TRIED):
        records.write(folder, msgspec.structs.replace(record, step="given back", why=why))


def _read(folder: Path) -> records.Record | None:
    try:
        return records.read(folder)
    except CannotUpgrade:
        return None
