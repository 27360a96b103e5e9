"""What people do with an incident: take it, say something of it, end it. Each with its entry in the journal."""

from petrel.core.doors import Writer
from petrel.core.errors import Conflict, Invalid
from petrel.ops.incidents import rows
from petrel.ops.incidents.shapes import Incident

MOST_CHARACTERS = 2_000


async def take(w: Writer, number: int, who: str) -> Incident:
    """`who` is on it: nobody else is called. Errors: NotFound, Conflict, Invalid."""
    one = await rows.find(w, number)
    if not await w.change(rows.TAKE, number, _name(who)):
        raise Conflict(f"Incident {number} has ended: {one.why}.")
    w.record("ops.incident.taken", number, cell=0)
    return await rows.find(w, number)


async def note(w: Writer, number: int, who: str, said: str) -> None:
    """Into its timeline. Errors: NotFound, Invalid."""
    await rows.find(w, number)
    said = " ".join(said.split())
    if not 1 <= len(said) <= MOST_CHARACTERS:
        raise Invalid("note", f"has to have 1 to {MOST_CHARACTERS} characters")
    await w.change(rows.NOTE, number, None, _name(who), said)
    w.record("ops.incident.noted", number, cell=0)


async def end(w: Writer, number: int, why: str) -> None:
    """Over, whatever its alerts say: those that stand open another one. Errors: NotFound, Conflict, Invalid."""
    await rows.find(w, number)
    why = " ".join(why.split())
    if len(why) < 5:
        raise Invalid("reason", "has to say in a sentence how it ended")
    if not await w.change(rows.END, number, why[:MOST_CHARACTERS], None):
        raise Conflict(f"Incident {number} has ended already.")
    w.record("ops.incident.ended", number, cell=0)


def _name(who: str) -> str:
    who = rows.plain(" ".join(who.split()), 60)
    if not who:
        raise Invalid("name", "is missing: say who you are, --as NAME")
    return who
