"""When pushes leave, and when subscriptions end."""

from collections.abc import Sequence

from petrel.core.doors import Row, Writer, deriving
from petrel.core.jobs import every, job
from petrel.core.journal import Entry, follow
from petrel.features import notifications
from petrel.features.notifications import Kind
from petrel.features.push import rows, sending
from petrel.features.push.shapes import bit_of

SEND = "push.send"
AT_ONCE = 20


@notifications.told
async def wanted(w: Writer, made: Sequence[Row]) -> None:
    """Work for each notification that an app wants to hear of, in the transaction that makes it."""
    alerts = await rows.listening(w, [row["account"] for row in made])
    told = [[row["account"], row["kind"], row["id"]] for row in made
            if alerts.get(row["account"], 0) & bit_of(Kind(row["kind"]).word)]
    for n in range(0, len(told), AT_ONCE):
        w.later(SEND, {"told": told[n:n + AT_ONCE]})


@job(SEND)
async def send(told: list[list[int]], token: int | None = None, attempt: int = 0) -> None:
    """Twice: apps are told twice, and know it by its number. Late: they are told late, for two days. Never: they see
    it when they ask for notifications."""
    came = await sending.send([(account, kind, number) for account, kind, number in told], token, attempt)
    if came.gone or came.again:
        async with deriving("push") as w:
            if came.gone:
                await w.execute(rows.DROP_TOKENS, came.gone)
            for one, wait_s in came.again:
                w.later(SEND, {"told": [[one.account, one.kind, one.id]], "token": one.token, "attempt": attempt + 1},
                        lane="bulk", run_in_s=wait_s)


@follow("push", "accounts.token.revoked", surface="none", why_none="ends subscriptions, sends nothing")
async def ended(w: Writer, entries: list[Entry]) -> None:
    """Twice: no effect. Late: nothing is sent meanwhile, since the token is looked at. Never: the schedule below."""
    await w.execute(rows.DROP_TOKENS, [entry.subject for entry in entries])


@every(3600, "push.sweep")
async def sweep() -> str | None:
    """Subscriptions of tokens that ended by themselves. Twice: finds nothing more. Late or never: they take room."""
    async with deriving("push") as w:
        gone = await w.execute(rows.DROP_ENDED)
    return f"{gone} subscriptions of ended tokens removed" if gone else None
