"""The doctor's page, that of safeguards, and the console: `needs.Examining` over watching, safeguards and incidents."""

from petrel.core.doors import reading, writing
from petrel.core.errors import Invalid
from petrel.core.viewer import Viewer
from petrel.features import moderation
from petrel.ops import changes, incidents, safeguards, watching
from petrel.ops.incidents import Board
from petrel.ops.safeguards import Runbook, View
from petrel.ops.watching import Examination
from petrel.web.rooms.moderating import staff
from petrel.web.rooms.reading import member_of


class ExaminingRooms:
    async def safeguards(self, viewer: Viewer) -> View:
        async with reading(member_of(viewer)) as r:
            return await safeguards.seen_by_crew(r)

    async def runbook(self, viewer: Viewer, name: str) -> Runbook:
        async with reading(staff(viewer, f"runbook {name}")) as r:
            await moderation.crew(r)
        return safeguards.runbook(name)

    async def examination(self, viewer: Viewer) -> Examination:
        async with reading(member_of(viewer)) as r:
            return await watching.examined(r)

    async def examine_again(self, viewer: Viewer, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await watching.examine_again(w)

    async def board(self, viewer: Viewer) -> Board | None:
        async with reading(member_of(viewer)) as r:
            return await incidents.board_for(r)

    async def operate(self, viewer: Viewer, who: str, act: str, number: int, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await incidents.board_for(w)                # whoever may not see it may do nothing here either
            match act:
                case "take":
                    await incidents.take(w, number, who)
                case "undo":
                    await changes.undo(w, await changes.find(w, number), f"{who}, from the console")
                case "freeze":
                    await changes.freeze(w, f"{who}, from the console")
                case _:
                    raise Invalid("act", "is none that this page knows")
