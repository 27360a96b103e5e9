"""Opening a file, noting, going on to the next state. Each in the transaction of its writer, journaled."""

from collections.abc import Sequence
from datetime import datetime

from petrel.core import ids, policy, seal
from petrel.core.doors import Writer
from petrel.core.errors import Invalid
from petrel.ops.breaches.reads import find
from petrel.ops.breaches.shapes import STATES, Breach, State

INSERT = """
insert into ops.breach (cell, id, surface, door, viewer, kinds, policy, build, first_at)
values (law.cell($1), $1, $2, $3, $4, $5, greatest($6, (select max(version) from law.policy)), $7, $8)
"""
ALSO = """
update ops.breach set kinds = (select array_agg(distinct k order by k) from unnest(kinds || $3::text[]) k)
 where surface = $1 and door = $2 and state <> 'closed' and found_at > now() - interval '1 minute' returning id
"""
SHUT = "update ops.breach set until_at = now() where cell = law.cell($1) and id = $1 and until_at is null"
STATE = "update ops.breach set state = $2 where cell = law.cell($1) and id = $1"
NOTE = "insert into ops.breach_note (cell, breach, state, sealed) values (law.cell($1), $1, $2, $3)"


async def open_file(w: Writer, *, surface: str, door: str, viewer: str, kinds: Sequence[str], build: str,
                    first_at: datetime | None) -> int:
    """Begins the 72 hours; returns the number. What the same door showed within a minute goes into the same file."""
    if known := await w.change(ALSO, surface, door, list(kinds)):
        w.record("ops.breach.grown", known[0]["id"], body=" ".join(kinds).encode())
        return int(known[0]["id"])

    number = ids.new_id(ids.any_cell())
    await w.execute(INSERT, number, surface, door, viewer, list(kinds), policy.POLICY, build, first_at)

    w.record("ops.breach.opened", number, body=f"{surface} {door} {viewer}".encode())
    return number


async def shut(w: Writer, number: int) -> None:
    """The door is shut from now on."""
    await w.execute(SHUT, number)
    w.record("ops.breach.shut", number)


async def note(w: Writer, number: int, text: str, state: State | None = None) -> Breach:
    """Notes something, and goes on to `state`, never back. Errors: NotFound, Invalid."""
    one = await find(w, number)
    wanted = state or one.state
    if not text.strip():
        raise Invalid(None, "Say what was found out, decided or done.")
    if STATES.index(wanted) < STATES.index(one.state):
        raise Invalid(None, f"This breach is {one.state} already; it does not go back to {wanted}.")

    key = (await seal.new_keys([number]))[number]
    await w.execute(NOTE, number, wanted, seal.seal(key, number, text.encode()))
    await w.execute(STATE, number, wanted)

    w.record("ops.breach.closed" if wanted == "closed" else "ops.breach.noted", number, body=text.encode())
    return await find(w, number)
