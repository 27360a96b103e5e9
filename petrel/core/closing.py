"""Which surfaces of the law, and single doors of none, are closed, as this process last heard: they answer 503 without
a look.

For speed, and for what no verdict stands behind: the database refuses a closed surface whatever the process believes
(`law.decide`). Told by a look at `law.surface` about once a second; while the database is away, what was closed stays
closed, and what petrel/rescue.py says is heard. Closed and opened by `petrel.ops.surfaces`.
source: docs/law/visibility.md section 2 (defaults).
"""

import structlog

from petrel.core import emergency, hearing
from petrel.core.doors import reading
from petrel.core.errors import Unavailable
from petrel.core.viewer import Anonymous

log = structlog.get_logger("petrel.closing")

LOOK_S = 0.8
RETRY_AFTER_S = 60.0

_closed: frozenset[str] = frozenset()
_by_database: frozenset[str] = frozenset()


class Closed(Unavailable):
    """This part of the site is closed while it is being examined; please try again later"""


def refuse(surface: str, door: str) -> None:
    """`surface`: one or several names with spaces between, or "none". `door`: method and pattern of the address.

    Errors: Closed, when one of them is.
    """
    if _closed and (door in _closed or emergency.EVERYTHING in _closed or not _closed.isdisjoint(surface.split())):
        raise Closed(retry_after_s=RETRY_AFTER_S)


def is_any() -> bool:
    """Whether anything is closed: else nobody needs to know where a request would go."""
    return bool(_closed)


def many() -> int:
    """How many are closed."""
    return len(_closed)


async def look() -> None:
    """Asks once. Errors: Unavailable; what was said in an emergency counts all the same."""
    global _by_database
    try:
        async with reading(Anonymous()) as r:
            _by_database = frozenset(row[0] for row in await r.fetch("select * from ops.closed($1)", b""))
    finally:
        _close(_by_database | frozenset(emergency.said().closed))


def _close(found: frozenset[str]) -> None:
    global _closed
    if found != _closed:
        log.warning("surfaces closed or opened", closed=sorted(found), were=sorted(_closed))
        _closed = found


async def watch() -> None:
    """Until it is cancelled."""
    await hearing.keep(look, LOOK_S)
