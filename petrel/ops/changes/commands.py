"""What people and the controller do with a change. Each in one transaction with its entry in the journal."""

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from petrel.core import emergency, ids
from petrel.core.doors import Writer
from petrel.core.errors import Conflict, Invalid
from petrel.ops import access
from petrel.ops.changes import kinds, rows, rules
from petrel.ops.changes.shapes import Change, Evidence, Plan
from petrel.ops.changes.slips import Slip

START = "change.start"
THAW = "change.thaw"


async def look(kind: str, what: Mapping[str, str]) -> None:
    """Before `plan` and `start`, with no transaction open: what takes longer than one may last. Errors: as `plan`."""
    await kinds.find(kind).look(what)


async def plan(w: Writer, kind: str, what: Mapping[str, str], reason: str, needs: int | None = None
               ) -> tuple[Change, Plan]:
    """Writes down what would be done, to which cells in which order, and how it is undone. Nothing is done yet.

    Errors: Invalid, Conflict (one of the same thing is on its way), NotFound (`needs`).
    """
    one = kinds.find(kind)
    kinds.check_fields(one, what)
    reason = rules.check_reason(reason)
    found = await one.plan(w, what)
    visiting = rules.order(found.is_by_cell, found.cell)
    bound = rules.digest(kind, found, visiting)
    if needs is not None:
        await rows.find(w, needs)

    number = ids.new_id(ids.any_cell())
    await w.change(rows.INSERT, number, kind, _json(found.what), _json(found.inverse), bound, found.risk,
                   list(visiting), reason, needs)

    _record(w, "ops.change.planned", number, body=bound)
    return await rows.find(w, number), found


async def note(w: Writer, slip: Slip) -> int | None:
    """Writes down what has altered the whole site at once, by a path of its own: so it is among the suspects, and what
    was planned on it knows of it. Its number; None when it stands there already."""
    visiting = rules.order(slip.is_by_cell)
    done = Plan("noted", slip.what, slip.inverse, slip.risk)
    number, now = ids.new_id(ids.any_cell()), datetime.now(UTC)
    at = min(slip.at, now)              # a clock that was set says nothing of tomorrow
    until = None if slip.until is None else min(max(slip.until, at), now)
    await w.execute(rows.ONE_AT_A_TIME)
    if not await w.change(rows.NOTED, number, slip.kind, _json(slip.what), _json(slip.inverse),
                          rules.digest(slip.kind, done, visiting), slip.risk, list(visiting), slip.reason, slip.why, at,
                          until, "undone" if slip.has_failed else "confirmed"):
        return None
    await w.execute(rows.HAD, number, list(visiting), at, until)
    _record(w, "ops.change.noted", number, body=slip.kind.encode())
    return number


async def start(w: Writer, number: int, request: int | None = None) -> Change:
    """Gives it to its first cell. From risk 2 on by an approved request for just this plan.

    Errors: Conflict (not planned, frozen, budget, or what it was planned from has changed since), Invalid, and
    access.use's.
    """
    change = await rows.find(w, number)
    if change.state != "planned":
        raise Conflict(f"Change {number} is {change.state}. Plan it anew to start it again.")
    is_back = await takes_back(w, change)
    if why := await why_frozen(w, is_back=is_back):
        raise Conflict(why)
    now = await kinds.find(change.kind).plan(w, change.what)
    if rules.digest(change.kind, now, change.visiting) != change.plan:
        raise Conflict("What this was planned from is no longer so. Plan it anew.")
    if change.needs is not None:
        rules.check_needed(await rows.find(w, change.needs))
    if not is_back and await given(w) + 1 > rules.BUDGET_CELLS:
        raise Conflict("The site has been changed once over within ten minutes. Wait until those have settled.")
    if change.risk >= rules.NEEDS_TWO:
        if request is None:
            raise Invalid(None, f"This takes two people: petrel access ask {START} change={number} "
                                f"plan={change.plan.hex()[:16]}, then --request NUMBER")
        await access.use(w, request, START, {"change": str(number), "plan": change.plan.hex()[:16]})

    await _widen(w, change, 1, "begins")

    _record(w, "ops.change.started", number, change.cells)
    return await rows.find(w, number)


async def widen(w: Writer, change: Change, reach: int, why: str) -> None:
    """Gives it to the next cells of its order. Errors: Conflict."""
    await _widen(w, change, reach, why)
    _record(w, "ops.change.widened", change.id, change.visiting[:reach])


async def undo(w: Writer, change: Change, why: str) -> None:
    """Takes it from every cell; needs nobody's yes. Errors: Conflict (over already, or others were faster)."""
    if not change.is_open:
        raise Conflict(f"Change {change.id} is {change.state}. To go back from it, plan what undoes it: "
                       f"petrel changes show {change.id}")
    await kinds.find(change.kind).take(w, change)
    await rows.take(w, change)
    await rows.put(w, change, state="undone", why=why)
    _record(w, "ops.change.undone", change.id, change.cells, body=why.encode())


async def confirm(w: Writer, change: Change, why: str) -> None:
    """Makes it what everybody has. Errors: Conflict."""
    if change.state != "going" or change.reach < max(1, len(change.visiting) - 1):
        raise Conflict(f"Change {change.id} is {change.state} in {change.reach} of {len(change.visiting)} cells: it is "
                       "confirmed when it has been seen in all but its control.")
    kind = kinds.find(change.kind)
    rest = change.visiting[change.reach:]
    await kind.put(w, change, change.visiting)
    await kind.settle(w, change)
    await rows.give(w, change, rest)
    await rows.put(w, change, state="confirmed", why=why, reach=len(change.visiting))
    _record(w, "ops.change.confirmed", change.id, change.visiting, body=why.encode())


async def pause(w: Writer, change: Change, why: str) -> None:
    """It stays where it is until somebody says on or back; nobody has for an hour, and it is undone."""
    if change.state != "going":
        raise Conflict(f"Change {change.id} is {change.state}.")
    await rows.put(w, change, state="paused", why=why)
    _record(w, "ops.change.paused", change.id, change.cells, body=why.encode())


async def resume(w: Writer, change: Change) -> None:
    """Somebody has looked: alerts of before no longer count, what was seen of it does. Errors: Conflict."""
    if change.state != "paused":
        raise Conflict(f"Change {change.id} is {change.state}.")
    await w.execute("update ops.change set wave_at = now() where id = $1", change.id)
    await rows.put(w, change, state="going", why="goes on")
    _record(w, "ops.change.resumed", change.id, change.cells)


async def drop(w: Writer, change: Change) -> None:
    """A plan that is not wanted after all. Errors: Conflict."""
    if change.state != "planned":
        raise Conflict(f"Change {change.id} is {change.state}.")
    await rows.put(w, change, state="dropped", why="not wanted")
    _record(w, "ops.change.dropped", change.id)


async def watched(w: Writer, change: Change, seen: Evidence, why: str) -> None:
    """What a turn of the controller saw, where nothing is to be done. Follows from counts: records nothing."""
    await rows.put(w, change, state=change.state, why=why, evidence=seen)


async def freeze(w: Writer, why: str) -> bool:
    """Nothing begins or goes on, undoing and going back apart. One person, one step. False when it was so already."""
    why = rules.check_reason(why)
    if not await w.change(rows.FREEZE, why):
        return False
    _record(w, "ops.changes.frozen", ids.new_id(ids.any_cell()), body=why.encode())
    return True


async def thaw(w: Writer, request: int) -> None:
    """By an approved request of two people. Errors: Conflict (nothing is frozen), and access.use's."""
    frozen = await rows.frozen(w)
    if frozen is None:
        raise Conflict("Nothing is frozen.")
    await access.use(w, request, THAW, {"since": f"{frozen.since:%Y-%m-%dT%H:%M:%S}"})
    await w.change(rows.THAW)
    _record(w, "ops.changes.thawed", ids.new_id(ids.any_cell()), body=frozen.why.encode())


async def why_frozen(w: Writer, *, is_back: bool) -> str:
    """A sentence while no change may begin or go on; "" when one may. `is_back`: as `takes_back` says. A freeze of
    petrel-rescue holds that as well: it is for when the ledger itself cannot be trusted."""
    if why := emergency.said().frozen:
        return f"All changes are frozen by petrel-rescue: {why}"
    frozen = None if is_back else await rows.frozen(w)
    return f"All changes are frozen since {frozen.since:%F %T}: {frozen.why}" if frozen else ""


async def takes_back(w: Writer, change: Change) -> bool:
    """Whether it only takes away what was confirmed. No freeze, budget or alert holds that: one person alone at night
    stops everything first, and then needs nobody to take back what harms."""
    return change.kind == "without" or await rows.goes_back(w, change)


async def given(w: Writer) -> int:
    """Cells that changes were given to within the last ten minutes."""
    return int(await w.value(rows.GIVEN, rules.BUDGET_WITHIN))


async def _widen(w: Writer, change: Change, reach: int, why: str) -> None:
    """What was seen so far counts on; how many answers came is counted anew for each wave."""
    await kinds.find(change.kind).put(w, change, change.visiting[:reach])
    await rows.give(w, change, change.visiting[change.reach:reach])
    fresh = msgspec.structs.replace(change.evidence, exposed=0, control=0)
    await rows.put(w, change, state="going", why=why, reach=reach, evidence=fresh)


def _record(w: Writer, kind: str, number: int, cells: tuple[int, ...] = (), body: bytes = b"") -> None:
    """refs: the cells that it is about."""
    w.record(kind, number, refs=list(cells), body=body)


def _json(what: Mapping[str, str]) -> str:
    return msgspec.json.encode(dict(what)).decode()
