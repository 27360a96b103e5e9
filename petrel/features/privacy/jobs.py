"""The work of this room that takes its time."""

from petrel.core.jobs import job
from petrel.features.privacy import erasure


@job("privacy.erase")
async def erase(account: int) -> None:
    """Twice: no effect. Late: hidden from everybody meanwhile, and still there. Never: the dead letter is listed, and
    `petrel doctor` warns of the open request."""
    await erasure.run(account)


@job("privacy.sweep")
async def sweep(account: int) -> None:
    """A second look, when followers of the journal that were late have come. Twice: no effect."""
    try:
        await erasure.sweep(account)
    except erasure.Remains:
        await erasure.run(account)
