"""Some changes out of some cells, for a while: to see where it stops hurting (narrowing.py). It goes from cell to cell
as others do, is never confirmed, and ends with the hour if nobody ends it before."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from petrel.core import flags
from petrel.core.doors import Reader, Writer
from petrel.core.errors import Conflict, Invalid
from petrel.core.ids import CELLS_IN_USE
from petrel.ops.changes import rows
from petrel.ops.changes.narrowing import Round
from petrel.ops.changes.plain import Kind, Plain
from petrel.ops.changes.shapes import Back, Change, Plan


class WithoutKind(Plain):
    """`flag`: the kind of those that can be taken out of single cells."""

    fields = ("without",)
    sentence = ("Take changes of flags out of some cells for a while, as `petrel changes narrow` proposes: "
                "without='ID:0,3 ID:1'")
    confirms_itself = False

    def __init__(self, flag: Kind) -> None:
        self._flag = flag

    async def plan(self, r: Reader, what: Mapping[str, str]) -> Plan:
        out = read(what.get("without", ""))
        for number, cells in out.items():
            one, on_top = await standing(r, number)
            if why := why_not(one, on_top):
                raise Invalid("without", f"change {number} {why}")
            if open_ := [top.id for top in on_top if not cells <= out.get(top.id, frozenset())]:
                raise Invalid("without", f"change {open_[0]} stands on change {number}: take it out of the same cells")
            await self._flag.plan(r, one.inverse)       # nothing of it is on its way, and it holds nothing
        many = len(frozenset[int]().union(*out.values()))
        return Plan(effect=f"{len(out)} changes out of {many} cells, each out of some, for an hour at most",
                    what={"without": written(out)}, inverse={}, risk=1)

    async def put(self, w: Writer, change: Change, cells: Sequence[int]) -> None:
        for number, its in read(change.what["without"]).items():
            one = await rows.find(w, number)
            back = replace(change, what=one.inverse, inverse=one.what)
            await self._flag.put(w, back, [cell for cell in cells if cell in its])

    async def take(self, w: Writer, change: Change) -> None:
        for number in read(change.what["without"]):
            one = await rows.find(w, number)
            await self._flag.take(w, replace(change, what=one.what))

    async def settle(self, w: Writer, change: Change) -> None:
        raise Conflict(f"A round is not confirmed. petrel changes undo {change.id} ends it; petrel changes narrow says "
                       "what it showed.")

    def about(self, what: Mapping[str, str]) -> str:
        return "rounds"

    async def back(self, r: Reader, change: Change) -> Back:
        return Back()


async def standing(r: Reader, number: int) -> tuple[Change, list[Change]]:
    """A change, and all that stands on it. Errors: NotFound."""
    from petrel.ops.changes import reverting  # which asks the kinds, and this is one

    one = await rows.find(r, number)
    later = [other for other in await rows.in_force_since(r, one) if other.kind != "without"]
    return one, reverting.closure(one, later, lambda other: _about(other))


def why_not(one: Change, on_top: Sequence[Change]) -> str:
    """Why it cannot be taken out of single cells; "" when it can. Pure."""
    if one.kind != "flag":
        return f"is a {one.kind}, of which no cell can be freed"
    if one.state != "confirmed":
        return f"is {one.state}: only what all cells have is taken out of some"
    flag = flags.FLAGS.get(one.what["flag"])
    if flag is None or flag.holds:
        return "holds what people rely on" if flag else "is of a flag that this release does not have"
    if other := next((top for top in on_top if why_not(top, ())), None):
        return f"has change {other.id} on it, which {why_not(other, ())}"
    newest = {other.what["flag"]: other for other in sorted((one, *on_top), key=lambda other: other.id)}
    if newest[one.what["flag"]] is not one:
        return f"was overtaken by change {newest[one.what['flag']].id} of the same flag"
    if len(newest) <= len(on_top):
        return "has changes on it of which one overtook another"
    return ""


def read(text: str) -> dict[int, frozenset[int]]:
    """Of each change its cells. Errors: Invalid."""
    try:
        found = {int(number): frozenset(int(cell) for cell in cells.split(","))
                 for number, _, cells in (part.partition(":") for part in text.split())}
    except ValueError as e:
        raise Invalid("without", "is made by `petrel changes narrow`: ID:CELL,CELL ID:CELL ...") from e
    if not found or not all(0 <= cell < CELLS_IN_USE for cells in found.values() for cell in cells):
        raise Invalid("without", f"names changes, and cells from 0 to {CELLS_IN_USE - 1}")
    return found


def written(out: Mapping[int, frozenset[int]]) -> str:
    return " ".join(f"{number}:{','.join(map(str, sorted(cells)))}" for number, cells in sorted(out.items()))


def by_change(round_: Round) -> dict[int, frozenset[int]]:
    """The same, of each change its cells."""
    return {number: frozenset(cell for cell, out in round_.items() if number in out)
            for number in sorted(frozenset().union(*round_.values()))}


def _about(one: Change) -> str:
    return one.what.get("flag", f"{one.kind} {one.id}")
