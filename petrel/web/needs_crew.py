"""What the pages of reports, of the crew's desk and of the doctor ask of the rooms: a part of `needs.Needs`."""

from typing import Protocol

from petrel.core.viewer import Viewer
from petrel.features.about import Rule
from petrel.features.moderation import Appeal, Case, Followed, NewReport, Plea, Verdict
from petrel.features.moderation.block_rules import Difference, NewBlock
from petrel.features.moderation.numbers import Year
from petrel.ops.incidents import Board
from petrel.ops.safeguards import Runbook, View
from petrel.ops.watching import Examination
from petrel.web.casework import DeskAppeal, DeskBlocks, DeskCase, OwnModeration, ReportTarget, Wait


class Moderating(Protocol):
    """Reporting, and the desk. For who is not of the crew the desk is not there (NotFound)."""

    async def report_target(self, viewer: Viewer, *, post: int | None, handle: str) -> ReportTarget | None:
        """As far as the viewer may see it."""

    async def rules(self) -> list[Rule]:
        """Those in force, in their order."""

    async def target_at(self, viewer: Viewer, url: str) -> ReportTarget | None:
        """The same by the address of a page of ours; None for any other."""

    async def report(self, viewer: Viewer, new: NewReport, *, address: str, cause: str) -> str:
        """Returns the secret of the page by which somebody without an account follows it. Errors: Invalid, NotFound,
        TooMany."""

    async def followed(self, link: str) -> Followed:
        """Errors: NotFound."""

    async def own_moderation(self, viewer: Viewer) -> OwnModeration:
        """For who is suspended as well."""

    async def appeal(self, viewer: Viewer, decision: int, plea: Plea, *, cause: str) -> None:
        """Errors: NotFound, Invalid, Conflict."""

    async def desk_waiting(self, viewer: Viewer) -> list[Wait]: ...

    async def desk_appeals(self, viewer: Viewer) -> list[Appeal]: ...

    async def desk_appeal(self, viewer: Viewer, number: int) -> DeskAppeal: ...

    async def desk_answer(self, viewer: Viewer, number: int, text: str, *, granted: bool, cause: str) -> None:
        """Errors: Invalid, Refused, Conflict."""

    async def desk_blocks(self, viewer: Viewer) -> DeskBlocks: ...

    async def desk_block(self, viewer: Viewer, new: NewBlock, *, cause: str) -> None:
        """Errors: Invalid, Refused."""

    async def desk_lift(self, viewer: Viewer, block: int, *, cause: str) -> None:
        """Errors: Refused."""

    async def desk_compare(self, viewer: Viewer, name: str, text: str) -> Difference:
        """Errors: Invalid, Refused."""

    async def desk_bring_in(self, viewer: Viewer, name: str, text: str, *, fingerprint: str, lifts: bool,
                            cause: str) -> None:
        """Errors: Invalid, Refused, Conflict."""

    async def desk_undo_list(self, viewer: Viewer, number: int, *, cause: str) -> None:
        """Errors: NotFound, Refused."""

    async def moderation_numbers(self, year: int) -> Year:
        """Some minutes old at most."""

    async def desk_queue(self, viewer: Viewer, *, is_open: bool, below: int | None) -> list[Case]: ...

    async def desk_case(self, viewer: Viewer, case: int) -> DeskCase: ...

    async def desk_look(self, viewer: Viewer, case: int, reason: str, *, cause: str) -> None:
        """Errors: Invalid, Refused."""

    async def desk_decide(self, viewer: Viewer, case: int, verdict: Verdict, *, keep_open: bool, cause: str) -> None:
        """Errors: Invalid, Refused, Conflict."""

    async def desk_set(self, viewer: Viewer, case: int, act: str, *, cause: str) -> None:
        """`act`: take, give, close, reopen."""

    async def desk_undo(self, viewer: Viewer, decision: int, *, cause: str) -> int:
        """Returns the case. Errors: Refused."""


class Examining(Protocol):
    """The doctor's page, and that of safeguards. Errors of all: NotFound, for who does not own the site; of safeguards,
    for who is not of the crew."""

    async def safeguards(self, viewer: Viewer) -> View: ...

    async def runbook(self, viewer: Viewer, name: str) -> Runbook: ...

    async def examination(self, viewer: Viewer) -> Examination: ...

    async def examine_again(self, viewer: Viewer, *, cause: str) -> None: ...

    async def board(self, viewer: Viewer) -> Board | None:
        """None where nobody has looked yet."""

    async def operate(self, viewer: Viewer, who: str, act: str, number: int, *, cause: str) -> None:
        """`act`: take (an incident), undo (a change), freeze (all changes). Errors: Conflict, Invalid."""
