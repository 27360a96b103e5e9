"""Words of upgrades as structs, and what can go wrong."""

from collections.abc import Sequence

from msgspec import Struct

from petrel.core.errors import PetrelError
from petrel.ops.processes import Release


class Problem(Struct, frozen=True):
    """Something that keeps an upgrade from beginning."""

    text: str
    cure: str


class CannotUpgrade(PetrelError):
    """The site stays as it is"""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("The site stays as it is.\n" + "\n".join(f"  {one.text}\n    {one.cure}" for one in problems))
        self.problems = problems


class Cost(Struct, frozen=True):
    """One step: how long it may take, and what stays on the disk. Nobody waits meanwhile."""

    step: str
    seconds: float
    bytes: int = 0


class Plan(Struct, frozen=True):
    """`giver`: None where the site does not run or does not say. `later`: contract steps, which an upgrade never runs.
    `is_done`: the site runs this release already, and nothing is left to do."""

    giver: Release | None
    taker: Release
    costs: Sequence[Cost]
    later: Sequence[str]
    free_bytes: int
    backup: str
    problems: Sequence[Problem]
    is_done: bool = False

    @property
    def seconds(self) -> float:
        return sum(one.seconds for one in self.costs)

    @property
    def needs_bytes(self) -> int:
        """What stays, and as much again in the log of the database."""
        return 2 * sum(one.bytes for one in self.costs)


class Done(Struct, frozen=True):
    """`took_s` by step; `ran`: migrations and the like."""

    giver: Release
    taker: Release
    ran: Sequence[str]
    took_s: dict[str, float]
