"""The doctor's page and that of safeguards: `needs.Examining` over the rooms watching and safeguards."""

from petrel.core.doors import reading, writing
from petrel.core.viewer import Viewer
from petrel.features import moderation
from petrel.ops import safeguards, watching
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
