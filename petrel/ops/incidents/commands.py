"""What people do with an incident: take it, say something of it, end it. Each with its entry in the journal; what they
say is left for the brain of this machine as well, which may have to do without the databases the next moment."""

from datetime import UTC, datetime

import structlog

from petrel.core.doors import Writer, current
from petrel.core.errors import Conflict, Invalid
from petrel.ops.incidents import rows, slips
from petrel.ops.incidents.shapes import Incident
from petrel.ops.incidents.slips import Slip

log = structlog.get_logger("petrel.incidents")
MOST_CHARACTERS = 2_000


def slip(which: str, who: str, said: str | None = None) -> Slip:
    """What somebody says now: `said`, or that they are on it. `which`: the incident's number, or what fails.
    Errors: Invalid."""
    who = rows.plain(" ".join(who.split()), 60)
    if not who:
        raise Invalid("name", "is missing: say who you are, --as NAME")
    said = None if said is None else rows.plain(" ".join(said.split()), MOST_CHARACTERS + 1)
    if said is not None and not 1 <= len(said) <= MOST_CHARACTERS:
        raise Invalid("note", f"has to have 1 to {MOST_CHARACTERS} characters")
    number = int(which) if which.isdecimal() and len(which) < 19 else 0
    return Slip(datetime.now(UTC), who, number, "" if number else rows.plain(which), said or "")


async def hear(w: Writer, one: Slip) -> Incident:
    """Writes it down; what is written already stays as it is. Errors: NotFound, Conflict."""
    about = await rows.find(w, one.number) if one.number else await rows.find_open(w, one.root)
    if one.said:
        await w.fetch(rows.HELD, about.id)      # whoever hears the same at the same time comes after us
        if await w.change(rows.NOTE, about.id, one.at, one.who, one.said):
            w.record("ops.incident.noted", about.id, cell=0)
    elif await w.change(rows.TAKE, about.id, one.who, one.at):
        w.record("ops.incident.taken", about.id, cell=0)
    elif about.ended_at is not None:
        raise Conflict(f"Incident {about.id} has ended: {about.why}.")
    w.then(lambda: _leave(one))
    return await rows.find(w, about.id)


async def take(w: Writer, number: int, who: str) -> Incident:
    """`who` is on it: nobody else is called. Errors: NotFound, Conflict, Invalid."""
    return await hear(w, slip(str(number), who))


async def note(w: Writer, number: int, who: str, said: str) -> None:
    """Into its timeline. Errors: NotFound, Invalid."""
    await hear(w, slip(str(number), who, said))


async def end(w: Writer, number: int, why: str) -> None:
    """Over, whatever its alerts say: those that stand open another one. Errors: NotFound, Conflict, Invalid."""
    await rows.find(w, number)
    why = " ".join(why.split())
    if len(why) < 5:
        raise Invalid("reason", "has to say in a sentence how it ended")
    if not await w.change(rows.END, number, why[:MOST_CHARACTERS], None):
        raise Conflict(f"Incident {number} has ended already.")
    w.record("ops.incident.ended", number, cell=0)


def _leave(one: Slip) -> None:
    """Where the site runs on this machine: its brain looks every fifteen seconds, and may call before."""
    run = current().run_directory
    try:
        if run is not None:
            slips.leave(run.parent, one)
    except OSError as e:
        log.warning("the brain of this machine hears of it with its next look", error=str(e))
