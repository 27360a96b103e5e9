"""How web processes hear of the caution: a look every few seconds. While the database is away it stays as it was."""

from petrel.core import hearing, limits
from petrel.core.doors import reading
from petrel.core.viewer import Anonymous

HEAR_S = 5.0


async def hear() -> None:
    """Asks once. Errors: Unavailable."""
    async with reading(Anonymous()) as r:
        limits.be_careful(await r.value("select ops.caution($1)", b""))


async def watch() -> None:
    """Until it is cancelled."""
    await hearing.keep(hear, HEAR_S)
