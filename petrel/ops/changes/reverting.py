"""What going back from a change would take: safe, safe after something else, or one way. Looks, and does nothing.

Four things are asked. What was built on it since: changes that need it, and later ones of the same thing, with all that
those carry in turn. Which steps of the databases were run since, and whether the older side can live with them. What
people have written since that the older side does not know. And what it established that nobody may lose: the number
of the privacy policy, and what a flag holds. Whatever would lose that is one way, here and in `plan`.
"""

from collections.abc import Callable, Sequence
from typing import Literal

from msgspec import Struct

from petrel.core.doors import Reader
from petrel.ops.changes import kinds, rows
from petrel.ops.changes.shapes import Back, Change

Answer = Literal["nothing", "safe", "safe after", "one way"]


class Way(Struct, frozen=True):
    """`why`: sentences; `first`: changes that have to go before it, in this order; `do`: commands, in this order."""

    answer: Answer
    says: str
    why: tuple[str, ...] = ()
    first: tuple[int, ...] = ()
    do: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """All in one line."""
        return " ".join((self.says, *self.why))


async def way_of(r: Reader, number: int) -> tuple[Change, Way]:
    """Errors: NotFound."""
    change = await rows.find(r, number)
    return change, await way_back(r, change)


async def way_back(r: Reader, change: Change) -> Way:
    if change.state == "planned":
        return Way("nothing", "It was never started: nothing is to be undone.",
                   do=(f"petrel changes drop {change.id}",))
    if change.state in ("undone", "dropped"):
        return Way("nothing", f"It is {change.state} already: nobody has it.")
    if change.is_open:
        return Way("safe", "Safe: it is still under way, and is taken from every cell in one step.",
                   do=(f"petrel changes undo {change.id} --reason ...",))
    if change.kind not in kinds.KINDS:
        return Way("nothing", f"This release knows nothing of the kind {change.kind}: ask a newer one.")
    if (own := await kinds.find(change.kind).back(r, change)).nothing:
        return Way("nothing", own.nothing)
    since = [one for one in await rows.in_force_since(r, change) if one.kind in kinds.KINDS]
    carried = closure(change, since, lambda one: kinds.find(one.kind).about(one.what))
    gone = next((one for one in carried if one.kind == change.kind and one.what == change.inverse), None)
    if gone is not None:
        return Way("nothing", f"Change {gone.id} has gone back from it already.")
    backs = [(one, await kinds.find(one.kind).back(r, one)) for one in carried]
    return answer(change, [*backs, (change, own)])


def closure(change: Change, later: Sequence[Change], about: Callable[[Change], str]) -> list[Change]:
    """All that would have to go with it, the newest first. `later`: what began since and is in force. Pure."""
    found: dict[int, Change] = {}
    waiting = [change]
    while waiting:
        base = waiting.pop()
        for one in later:
            is_on_top = one.kind == base.kind and about(one) == about(base) and _began(one) > _began(base)
            if one.id not in found and one.id != change.id and (one.needs == base.id or is_on_top):
                found[one.id] = one
                waiting.append(one)
    return sorted(found.values(), key=_began, reverse=True)


def answer(change: Change, backs: Sequence[tuple[Change, Back]]) -> Way:
    """`backs`: of all that would go, in order, the change itself last. Pure."""
    lost = [f"{_which(one, change)} {sentence}" for one, back in backs for sentence in back.lost]
    stays = [sentence for _, back in backs for sentence in back.stays]
    if lost:
        return Way("one way", "One way: going back is refused, since something would be lost that must hold.",
                   (*lost, "What helps instead is a newer release or setting that mends what is wrong."))
    before = [sentence for _, back in backs for sentence in back.before]
    first = tuple(one.id for one, _ in backs[:-1])
    commands = tuple(f"petrel changes undo {one.id} --reason ..." if one.is_open else back.do for one, back in backs)
    if first or before:
        which = [f"{len(first)} {'changes were' if len(first) > 1 else 'change was'} made on top of it, and "
                 f"{'go' if len(first) > 1 else 'goes'} first: {', '.join(map(str, first))}."] if first else []
        return Way("safe after", "Safe after something else is done first, in this order.",
                   (*which, *before, *stays), first, commands)
    return Way("safe", "Safe: nothing was built on it, and nothing is lost that must hold.", tuple(stays), (), commands)


def _began(one: Change) -> int:
    """Numbers begin with the time at which they were given."""
    return one.id


def _which(one: Change, change: Change) -> str:
    return "It" if one.id == change.id else f"Change {one.id}, made on top of it,"


__all__ = ["Answer", "Way", "answer", "closure", "way_back", "way_of"]
