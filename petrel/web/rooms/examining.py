"""The doctor's page: functions of `needs.Examining` over the room watching."""

from petrel.core.doors import reading, writing
from petrel.core.viewer import Viewer
from petrel.ops import watching
from petrel.ops.watching import Examination
from petrel.web.rooms.reading import member_of


class ExaminingRooms:
    async def examination(self, viewer: Viewer) -> Examination:
        async with reading(member_of(viewer)) as r:
            return await watching.examined(r)

    async def examine_again(self, viewer: Viewer, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await watching.examine_again(w)
