"""What of approvals is taken away again after a restore (`core/restrictions.py`)."""

from petrel.core.doors import Writer
from petrel.core.restrictions import at_restore, harmless

harmless({
    "access.request.made": "a restore loses it; nobody may more",
    "access.request.approved": "every open request ends in a restore",
    "access.request.refused": "every open request ends in a restore",
    "access.request.used": "every open request ends in a restore",
    "access.request.expired": "every open request ends in a restore",
    "access.seen.told": "that two people were told who saw something; what they know stays known",
    "access.request.ended": "what a restore itself writes: open requests end",
})


@at_restore("access.request.ended")
async def end_requests(w: Writer) -> int:
    """Nobody knows which approvals were used or refused since: they are asked for anew."""
    return int(await w.value("select access.end_all('restore')"))
