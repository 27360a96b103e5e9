"""How web processes hear which flags are in force, and which cells another release serves: a look every two seconds."""

from functools import partial
from pathlib import Path

from petrel.core import beside, flags, hearing
from petrel.core.doors import reading
from petrel.core.flags import InForce
from petrel.core.viewer import Anonymous

HEAR_S = 2.0
HEARD = "select * from ops.flags_heard($1)"
HEARD_RELEASE = "select * from ops.release_heard($1)"


async def hear(home: Path) -> None:
    """Asks once. `home`: where the other release has its socket. Errors: Unavailable; then everything stays as it
    was."""
    async with reading(Anonymous()) as r:
        found = await r.fetch(HEARD, b"")
        other = await r.row(HEARD_RELEASE, b"")
    beside.install(beside.Other(other["build"], home, frozenset(other["cells"])) if other else None)
    flags.install({row["name"]: InForce(row["is_on"], row["percent"], row["becomes"], row["becomes_percent"],
                                        frozenset(row["cells"])) for row in found if row["name"] in flags.FLAGS})


async def watch(home: Path) -> None:
    """Until it is cancelled."""
    await hearing.keep(partial(hear, home), HEAR_S)
