"""Whether what was taken in is read in time: nothing is taken that would wait for very long."""

import os
import time

from petrel.core import room
from petrel.core.errors import PetrelError, Unavailable
from petrel.features.media import places

LOOK_S = 2.0
LATE_S, MOST_LATE = 300.0, 20
LATE = "Many files wait to be read just now; please try again in some minutes"

_looked_at_s = -LOOK_S
_is_late = False


def refuse_when_late() -> None:
    """Errors: Unavailable. By the files themselves, as each process sees them: more than a few have waited for five
    minutes. A few do when something is wrong with them."""
    global _looked_at_s, _is_late
    if (now_s := time.monotonic()) - _looked_at_s >= LOOK_S:
        _looked_at_s = now_s
        _is_late = _waiting_late() > MOST_LATE
    if _is_late:
        raise Unavailable(LATE, retry_after_s=60)


def _waiting_late() -> int:
    """Whole files only: what comes piece by piece may take a day."""
    before, count = time.time() - LATE_S, 0
    try:
        with os.scandir(places.home() / places.COMING) as found:
            for one in found:
                if "." not in one.name:
                    try:
                        count += one.stat().st_mtime < before
                    except OSError:
                        continue        # it was read just now
    except (OSError, PetrelError, RuntimeError):
        return 0                        # nothing has come yet, or nothing is open yet
    return count


room.guard("uploads", refuse_when_late)
