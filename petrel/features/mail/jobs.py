"""When letters leave, and what is thrown away of them."""

from petrel.core import jobs, seal
from petrel.core.doors import deriving
from petrel.core.retention import kept_for
from petrel.features.mail import commands, rows, sending

DAYS = 30

kept_for("mail.letter", days=DAYS, schedule="mail.sweep", overdue="ended_at < now() - interval '30 days'")
kept_for("mail.breaker", days=DAYS, schedule="mail.sweep", overdue="said_at < now() - interval '30 days'")


@jobs.job(commands.SEND)
async def send() -> None:
    """Twice: each letter is claimed by one. Late: people wait. Never: the schedule below sends them."""
    while (await sending.send_due()).done:
        pass


@jobs.every(60, "mail.send")
async def send_again() -> str | None:
    """What was put off. Twice: as above. Late or never: letters wait."""
    all_of_it = sending.Tally()
    while (tally := await sending.send_due()).done:
        all_of_it.add(tally)
    return str(all_of_it) if all_of_it.done else None


@jobs.every(3600, "mail.sweep")
async def sweep() -> str | None:
    """Letters that ended 30 days ago, and those that nobody sent in their time (a site whose relay is gone).
    Twice: finds nothing more. Late or never: tables grow."""
    async with deriving("mail") as w:
        late = await rows.end_late(w)
        gone = await rows.sweep(w, DAYS)
    await seal.destroy(late)
    return f"{len(late)} letters ended unsent, {gone} old ones removed" if late or gone else None
