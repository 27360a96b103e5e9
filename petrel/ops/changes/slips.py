"""What altered the site by a path of its own, or while the databases were dead: slips, files of DATA/run.

Whatever does such a thing leaves one before it begins and says on it how it ended; a job takes them into the ledger
within seconds once that works (`jobs.py`). Twice is once, and what was never ended says so.
"""

import os
import pwd
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from petrel.core import slips
from petrel.core.errors import Invalid

LONGEST = timedelta(minutes=10)
"""Nothing of this kind takes so long: whoever did it has gone."""

LONGEST_TEXT = 2000
Text = Annotated[str, Meta(max_length=LONGEST_TEXT)]


class Slip(Struct, frozen=True, kw_only=True):
    """`how`: "" while it is under way, else how it ended, in a few words. `until`: None for what is in force since.
    `is_by_cell`: as in a plan."""

    at: datetime
    kind: Annotated[str, Meta(min_length=1, max_length=60)]
    what: dict[str, Text]
    inverse: dict[str, Text] = {}
    risk: Annotated[int, Meta(ge=0, le=3)] = 0
    reason: Text
    who: Annotated[str, Meta(max_length=200)]
    how: Text = ""
    has_failed: bool = False
    until: datetime | None = None
    is_by_cell: bool = True

    def is_over(self, now: datetime) -> bool:
        return bool(self.how) or abs(now - self.at) > LONGEST

    @property
    def why(self) -> str:
        """For the ledger: who, and how it ended."""
        return f"by {self.who}: {self.how or 'nobody said how it ended'}"


_box = slips.Box("changed-*.json", Slip, lambda slip: (slip.at, slip.kind, slip.what))
read, drop = _box.read, _box.drop


def new(kind: str, what: Mapping[str, str], reason: str, *, inverse: Mapping[str, str] | None = None, risk: int = 0,
        how: str = "", is_by_cell: bool = True, who: str = "") -> Slip:
    """Now, by `who`, or whoever is at this machine."""
    return Slip(at=datetime.now(UTC), kind=kind, what=_short(what), inverse=_short(inverse or {}), risk=risk,
                reason=reason[:LONGEST_TEXT], who=who or _who(), how=how, is_by_cell=is_by_cell)


def leave(data: Path, slip: Slip) -> None:
    """Replaces what stood on it before. Nowhere to leave it, or no room: then the ledger does not have it, and what is
    done is done all the same."""
    with suppress(OSError):
        _box.leave(data, slip)


@contextmanager
def doing(data: Path, slip: Slip, *, lasts: bool) -> Iterator[None]:
    """What the block does, well or not. `lasts`: it is in force from then on, unless it fails."""
    began = time.monotonic()
    leave(data, slip)
    try:
        yield
    except Invalid:                     # nothing was done
        drop(data, slip)
        raise
    except BaseException as e:
        said = str(getattr(e, "detail", None) or getattr(e, "message", "") or e) or type(e).__name__
        leave(data, replace(slip, how=f"failed: {said[:500]}", has_failed=True, until=datetime.now(UTC)))
        raise
    until = None if lasts else datetime.now(UTC)
    leave(data, replace(slip, how=f"done in {time.monotonic() - began:.1f} s", until=until))


def _short(what: Mapping[str, str]) -> dict[str, str]:
    return {name: text[:LONGEST_TEXT] for name, text in what.items()}


def _who() -> str:
    """Who is at this machine: root for somebody says for whom."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = f"user {os.getuid()}"
    return os.environ.get("SUDO_USER", name) if name == "root" else name
