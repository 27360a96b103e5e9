"""Posts that were shown though they are withheld somewhere, because nobody knows where the viewer is: counted.

source: docs/law/visibility.md section 2, defaults: a gag is not a privacy protection, and the miss is counted.
"""

import time

import structlog

log = structlog.get_logger("petrel.law")

TELL_S = 60.0

count = 0
"""In this process, since it started."""
_told_at_s = -TELL_S


def missed(rows: int) -> None:
    """Counts, and says so in the log once a minute at most."""
    global count, _told_at_s
    count += rows
    now = time.monotonic()
    if now - _told_at_s >= TELL_S:
        _told_at_s = now
        log.info("withheld posts were shown: the viewer's country is not known", times=count)
