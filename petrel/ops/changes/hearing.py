"""How web processes hear which flags are in force, and which cells another release serves: a look every two seconds."""

from petrel.core import beside, flags, hearing
from petrel.core.doors import reading
from petrel.core.flags import InForce
from petrel.core.viewer import Anonymous
from petrel.ops import releases
from petrel.ops.processes.beside import home_of

HEAR_S = 2.0
HEARD = "select * from ops.flags_heard($1)"
HEARD_ACCOUNTS = "select * from ops.flag_accounts_heard($1)"
HEARD_RELEASE = "select * from ops.release_heard($1)"


async def hear() -> None:
    """Asks once. Errors: Unavailable; then everything stays as it was."""
    async with reading(Anonymous()) as r:
        found = await r.fetch(HEARD, b"")
        own = await r.fetch(HEARD_ACCOUNTS, b"")
        other = await r.row(HEARD_RELEASE, b"")
    beside.install(None if other is None else beside.Other(
        other["build"], home_of(releases.folder()), frozenset(other["cells"])))
    flags.install_own({(row["name"], bytes(row["account"])): row["is_on"] for row in own})
    flags.install({row["name"]: InForce(row["is_on"], row["percent"], row["becomes"], row["becomes_percent"],
                                        frozenset(row["cells"])) for row in found if row["name"] in flags.FLAGS})


async def watch() -> None:
    """Until it is cancelled."""
    await hearing.keep(hear, HEAR_S)
