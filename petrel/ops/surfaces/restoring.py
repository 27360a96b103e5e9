"""What of surfaces is closed again after a restore (`core/restrictions.py`)."""

from petrel.core.doors import Writer
from petrel.core.restrictions import Kept, harmless, restricts

CLOSE = "select ops.close_surface('restore', $1::smallint, 'closed before the restore; the journal says why')"

harmless({"ops.surface.opened": "a restore may leave it closed: two people open it again"})


@restricts("ops.surface.closed")
async def closed(w: Writer, entry: Kept) -> bool:
    """A single door is known by its name only, which no entry holds: the stranger finds it again."""
    return bool(await w.value(CLOSE, entry.subject))
