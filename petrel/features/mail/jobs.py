"""When letters leave, and what is thrown away of them."""

from petrel.core import clock, jobs, journal, limits, seal
from petrel.core.doors import Writer, deriving, reading, writing
from petrel.core.errors import NotFound
from petrel.core.retention import kept_for
from petrel.features import accounts
from petrel.features.mail import commands, rows, sending

DAYS = 30

kept_for("mail.letter", days=DAYS, schedule="mail.sweep", overdue="ended_at < now() - interval '30 days'")
kept_for("mail.breaker", days=DAYS, schedule="mail.sweep", overdue="said_at < now() - interval '30 days'")


@jobs.job(commands.SEND)
async def send() -> None:
    """Twice: each letter is claimed by one. Late: people wait. Never: the schedule below sends them."""
    while (await sending.send_due()).done:
        pass


@journal.follow("mail.confirmations", "accounts.account.created", surface="none",
                why_none="a link for the person alone, to confirm their own address")
async def confirmations(w: Writer, entries: list[journal.Entry]) -> None:
    """Twice: cannot be. Late: they wait for the letter. Never: they ask for a new one on the page of the forgotten
    password, or the crew confirms them."""
    if commands.is_on():
        for account in await rows.unconfirmed(w, [e.subject for e in entries]):
            await commands.ask_confirmation(w, account)


@jobs.job(commands.CONFIRM)
async def confirm(account: int) -> None:
    """One letter in ten minutes to each address; until then the link in it goes on working. Twice, late or never: as
    above."""
    async with writing(commands.SYSTEM, cause=commands.CONFIRM) as w:
        once = _once(f"confirm {await rows.address_of(w, account)}", account)
        if await rows.is_there(w, once):
            return
        try:
            secret = await accounts.make_confirm_link(w, account)
        except NotFound:
            return          # confirmed meanwhile, removed, or without an address
        link = f"{limits.current().base_url}/auth/confirm/{secret}"
        await commands.queue(w, account, "confirm", {"link": link}, once=once)


@jobs.job(commands.RESET)
async def reset(digest: str) -> None:
    """Twice: two links, of which one is mailed. Late: the person waits. Never: they ask again, or the crew."""
    asked = bytes.fromhex(digest)
    async with reading(commands.SYSTEM) as r:
        account = await accounts.resets.of_address(r, asked)
        waits = None if account else await accounts.resets.waiting_for(r, asked)
    async with writing(commands.SYSTEM, cause=commands.RESET) as w:
        if account is not None:
            secret = await accounts.resets.make(w, account)
            link = f"{limits.current().base_url}/auth/reset/{secret}"
            await commands.queue(w, account, "reset", {"link": link}, once=_once("reset", account))
        elif waits is not None:
            await commands.ask_confirmation(w, waits)


def _once(what: str, account: int) -> str:
    """One letter of a kind in ten minutes, however often somebody presses the button."""
    return f"{what} {account} {int(clock.now().timestamp()) // 600}"


@jobs.every(60, "mail.send")
async def send_again() -> str | None:
    """What was put off. Twice: as above. Late or never: letters wait."""
    await rows.set_right(sending.CLAIM_S)
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
