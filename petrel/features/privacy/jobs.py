"""The work of this room that takes its time."""

from petrel.core.doors import Writer, writing
from petrel.core.errors import NotFound
from petrel.core.jobs import every, job
from petrel.core.journal import Entry, follow
from petrel.core.retention import kept_for
from petrel.core.viewer import System
from petrel.features.privacy import consents, erasure, exporting

REQUEST_DAYS = 1095

kept_for("privacy.export", days=exporting.DAYS, schedule="privacy.expire",
         overdue="expires_at < now() - interval '1 hour' or done_at is null and asked_at < now() - interval '8 days'")
kept_for("privacy.request", days=REQUEST_DAYS, schedule="privacy.forget",
         overdue="asked_at < now() - interval '1096 days'")


@follow("privacy.consents", "accounts.terms.agreed", "accounts.account.created", "accounts.account.changed",
        surface="none", why_none="what somebody agreed to, for their own eyes")
async def note_consents(w: Writer, entries: list[Entry]) -> None:
    """Twice: cannot be, the cursor moves in the same transaction. Late: shown late. Never: the history has a gap; what
    holds now is in the account itself."""
    await consents.note(w, entries)


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


@every(86_400, "privacy.forget")
async def forget() -> str | None:
    """That something was asked is kept for three years. Twice: no effect. Late or never: kept too long, and shown by
    `petrel privacy retention`."""
    async with writing(System("privacy"), cause="schedule") as w:
        gone = await w.execute("delete from privacy.request where asked_at < now() - make_interval(days => $1)",
                               REQUEST_DAYS)
        if gone:
            w.record("privacy.request.forgotten", 0, refs=(gone,))
    return f"forgot {gone} old requests" if gone else None
