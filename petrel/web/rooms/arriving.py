"""The crew's page of who comes: `needs.Arriving` over the room signup."""

from datetime import datetime

from petrel.core.doors import reading, writing
from petrel.core.viewer import System, Viewer
from petrel.features import signup
from petrel.ops import changes
from petrel.web.arriving import Arrivals, Moved
from petrel.web.rooms.reading import member_of

SYSTEM = System("web")
MOST = 100


class ArrivingRooms:
    """One per process."""

    async def arrivals(self, viewer: Viewer) -> Arrivals:
        await signup.crew.must_be_crew(member_of(viewer))
        async with reading(SYSTEM) as r:
            wave = await signup.crew.wave(r)
            waiting = await signup.crew.arrivals(r, waiting=True, most=MOST)
            lately = await signup.crew.arrivals(r, most=MOST)
        seen = Arrivals(waiting=tuple(one for one in waiting if not one.is_undone),
                        lately=tuple(one for one in lately if one.is_undone or not one.waits))
        if wave is None:
            return seen
        return Arrivals(waiting=seen.waiting, lately=seen.lately, is_shut=True, since=wave.since_at, shut=wave.shut_at,
                        why=wave.why, count=wave.arrivals, count_waiting=wave.waiting)

    async def let_in(self, viewer: Viewer, account: int, *, yes: bool, cause: str) -> None:
        act = signup.crew.admit if yes else signup.crew.refuse
        await act(member_of(viewer), account, cause=cause)

    async def set_gate(self, viewer: Viewer, *, is_open: bool, cause: str) -> None:
        act = signup.crew.open_gate if is_open else signup.crew.shut
        await act(member_of(viewer), cause=cause)

    async def undo_wave(self, viewer: Viewer, since: datetime, until: datetime, *, waiting: bool = False,
                        back: bool = False, cause: str) -> Moved:
        try:
            return Moved(await signup.crew.undo(member_of(viewer), since, until, waiting=waiting, back=back,
                                                cause=cause))
        except signup.crew.TakesAChange:
            async with writing(SYSTEM, cause=cause) as w:
                number = await signup.crew.gather(w, since, until, waiting=waiting, back=back)
                what = {"set": str(number), "to": "in" if back else "out"}
                change, _ = await changes.plan(w, "wave", what, "planned at the desk: they are not people")
            return Moved(0, change.id)
