"""The work of this room that takes its time."""

from petrel.core.errors import NotFound
from petrel.core.jobs import every, job
from petrel.features.privacy import erasure, exporting


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


@job("privacy.export")
async def export(account: int, number: str) -> None:
    """Twice: the second goes on where the first was. Late: the person waits. Never: the dead letter is listed, and the
    request stays open, of which `petrel doctor` warns."""
    try:
        await exporting.make(account, int(number))
    except NotFound:
        return          # withdrawn: erased, or replaced by a newer one


@job("privacy.discard")
async def discard(account: int, ids: list[str]) -> None:
    """Twice: no effect. Late or never: ciphertext lies about until its key goes with the schedule."""
    await exporting.discard([int(number) for number in ids])


@every(600, "privacy.expire")
async def expire() -> str | None:
    """Exports are kept for seven days. Twice: no effect. Late: a file stays, and is not handed out."""
    gone = await exporting.expire()
    return f"{gone} exports have expired" if gone else None
