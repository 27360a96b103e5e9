"""What every kind of change can be asked, and what most of them answer."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from petrel.core.doors import Reader, Writer
from petrel.ops.changes.shapes import Back, Change, Plan, Step


class Kind(Protocol):
    """`look` asks what takes its time, before there is a transaction. `plan` says what would be done. `put` gives the
    change to the first cells of its order, in the transaction in which the ledger says so; `take` takes it from all;
    `settle` makes it what everybody has. Each may happen again after a crash, and then changes nothing more. `gate` has
    the last word on a step of the controller: the kind has something to do first, or has seen something itself. `tend`:
    at every turn, whatever is under way. `about`: which thing it alters; later changes of the same lie on top of it.
    `back`: what going back would take, of this change alone (reverting.py)."""

    fields: tuple[str, ...]
    sentence: str
    confirms_itself: bool               # else somebody has to, or it is undone

    async def look(self, what: Mapping[str, str]) -> None: ...
    async def plan(self, r: Reader, what: Mapping[str, str]) -> Plan: ...
    async def put(self, w: Writer, change: Change, cells: Sequence[int]) -> None: ...
    async def take(self, w: Writer, change: Change) -> None: ...
    async def settle(self, w: Writer, change: Change) -> None: ...
    async def gate(self, change: Change, step: Step) -> Step: ...
    async def tend(self, r: Reader) -> None: ...
    def about(self, what: Mapping[str, str]) -> str: ...
    async def back(self, r: Reader, change: Change) -> Back: ...


class Plain:
    """What has nothing to do or to see but its rows, and is gone back from by its inverse."""

    fields: tuple[str, ...]

    async def look(self, what: Mapping[str, str]) -> None:
        pass

    async def gate(self, change: Change, step: Step) -> Step:
        return step

    async def tend(self, r: Reader) -> None:
        pass

    def about(self, what: Mapping[str, str]) -> str:
        return what[self.fields[0]]

    async def back(self, r: Reader, change: Change) -> Back:
        return Back(do=by_its_inverse(change))


def by_its_inverse(change: Change) -> str:
    return f"petrel changes revert {change.id} --reason ..."
