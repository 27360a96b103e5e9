"""What has a path of its own, for it takes two people there or has to work with the databases dead. It is noted as a
change when it has happened, in the same words as others: so it is among the suspects, and going back knows of it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from petrel.core.doors import Reader, Writer
from petrel.core.errors import Conflict, Invalid
from petrel.ops import gate, releases, upgrades
from petrel.ops.changes import slips
from petrel.ops.changes.plain import Plain
from petrel.ops.changes.shapes import Back, Change, Plan
from petrel.ops.processes import Release


class Noted(Plain):
    """`how`: it is done."""

    how: str
    confirms_itself = False

    @property
    def sentence(self) -> str:
        return f"Noted by itself: {self.how}"

    async def plan(self, r: Reader, what: Mapping[str, str]) -> Plan:
        raise Invalid(None, f"This is not planned here, and is noted when it is done: {self.how}.")

    async def put(self, w: Writer, change: Change, cells: Sequence[int]) -> None:
        pass

    async def take(self, w: Writer, change: Change) -> None:
        pass

    async def settle(self, w: Writer, change: Change) -> None:
        pass


class PolicyKind(Noted):
    """Raising the privacy policy, for good."""

    fields = ("policy",)
    how = "two people raise it, petrel policy raise NUMBER"

    def about(self, what: Mapping[str, str]) -> str:
        return "the policy"

    async def back(self, r: Reader, change: Change) -> Back:
        return Back(lost=(f"raised the privacy policy to {change.what['policy']}: it only moves forward.",))


class RestartKind(Noted):
    """One part of the running site, begun anew."""

    fields = ("part",)
    how = "petrel restart PART"

    async def back(self, r: Reader, change: Change) -> Back:
        return Back(nothing="It was begun anew and has been so since: nothing is to be undone. If it is worse than "
                            f"before, once more: petrel restart {change.what['part']}")


class MigrationKind(Noted):
    """Steps of the databases (migrations)."""

    fields = ("steps", "release")
    how = "petrel up, petrel upgrade and petrel migrate bring the databases to their release"

    async def back(self, r: Reader, change: Change) -> Back:
        ended = [one for one in change.what["steps"].split(", ") if "_contract_" in one]
        if ended:
            return Back(lost=(f"brought what older releases need to an end: {', '.join(ended)}. A backup from before "
                              "is the way (docs/handbook/restore.md).",))
        return Back(nothing="It only added, and the release before lives with it: nothing is to be undone. Going back "
                            "from the release is another thing (petrel changes list).")


class BlocksKind(Noted):
    """A list of blocked servers, taken over or back as a whole."""

    fields = ("list", "to")
    how = "an admin takes a list over, after its differences were shown, or back: the desk, tab Blocks"

    async def back(self, r: Reader, change: Change) -> Back:
        if change.what["to"] == "out":
            return Back(nothing="The list was taken back. To have it again, take it over anew: the desk, tab Blocks.")
        return Back(do="the desk, tab Blocks: take the list back; what was changed since stays")


def blocks_moved(number: int, reason: str, *, is_back: bool = False) -> slips.Slip:
    """For the transaction in which it happens."""
    to, other = ("out", "in") if is_back else ("in", "out")
    return slips.new("blocks", {"list": str(number), "to": to}, reason, inverse={"list": str(number), "to": other},
                     risk=1, how="after its differences were shown", is_by_cell=False, who="an admin, at the desk")


@contextmanager
def over_to(data: Path, giver: Release | None, taker: Release | None, *, is_step: bool = False,
            is_back: bool = False) -> Iterator[None]:
    """A release that comes to everybody at once, by `petrel upgrade`: a change as one that goes from cell to cell is.
    `is_step`: of such a one."""
    if is_step or giver is None or taker is None:
        yield
        return
    # Who upgrades by hand is not stopped by the test gate: that it had not opened is said where everybody reads it.
    is_proven = is_back or gate.verdict(Path(taker.root), taker.build) is not None
    slip = slips.new("release", {"to": _called(data, taker)} | ({} if is_proven else {"gate": "not asked"}),
                     "by hand: petrel upgrade", risk=2, inverse={"to": _called(data, giver)})
    with slips.doing(data, slip, lasts=True):
        yield


@contextmanager
def back_over(data: Path) -> Iterator[None]:
    """The same, to the release before."""
    record = upgrades.read(data)
    giver, taker = (None, None) if record is None else (record.taker, record.giver)
    with over_to(data, giver, taker, is_back=True):
        yield


def _called(data: Path, release: Release) -> str:
    try:
        return releases.name_of(data, release)
    except Conflict:                    # the list of releases is broken, which is said elsewhere and stops nobody here
        return release.name


def migrated(data: Path, ran: Sequence[str], release: str) -> None:
    """Leaves a slip of what was run on the databases of a site; making them is no change of it."""
    steps = [name for name in ran if name.endswith(".sql") and name[:1].isdigit()]
    if not steps or any(name.startswith("0001_") for name in steps):
        return
    has_ended = any("_contract_" in name for name in steps)
    slips.leave(data, slips.new("migration", {"steps": ", ".join(steps), "release": release},
                                "the databases learn what this release knows", risk=2 if has_ended else 0,
                                how="done; what would have held a lock for a second is ended and undone"))


__all__ = [
    "BlocksKind", "MigrationKind", "Noted", "PolicyKind", "RestartKind", "back_over", "blocks_moved", "migrated",
    "over_to",
]
