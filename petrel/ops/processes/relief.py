"""The processes of the release before, and when each of them may go.

The first new web process has to serve before anybody is asked to leave: until then the older release can have the site
back. Then they are relieved one by one, so that there are never many more sessions at the database than at other times.
Followers, jobs and brain have one process at a time.
"""

import signal
from collections.abc import Callable, Sequence

from petrel.ops.processes.patience import Patience
from petrel.ops.processes.seat import LEAVE_GENTLY, Seat

PROOF_S = 60.0
"""How long the first new web process may take to serve."""
PROOF_DEATHS = 3


class Relief:
    def __init__(self, before: Sequence[Seat], seats: Sequence[Seat], patience: Patience,
                 say: Callable[[str], None]) -> None:
        self._before = list(before)
        self._seats = list(seats)
        self._patience = patience
        self._say = say
        self._asked_at: dict[int, float] = {}
        self._began = 0.0

    def dismiss(self, seat: Seat) -> None:
        """One of ours, that is no longer wanted."""
        self._before.append(seat)

    @property
    def leaving(self) -> list[Seat]:
        """Those that are still there."""
        return [seat for seat in self._before if seat.pid]

    @property
    def is_over(self) -> bool:
        return not self.leaving

    def may_fill(self, seat: Seat) -> bool:
        """Whether its place is free by now."""
        if not seat.part.serves:
            return not any(old.part.name == seat.part.name for old in self.leaving)
        serving = [old for old in self._before if old.part.serves]
        gone = sum(not old.pid for old in serving)
        place = [one for one in self._seats if one.part.serves].index(seat)
        return gone >= min(place, len(serving))

    def look_after(self, now: float) -> None:
        """Asks whose time has come; ends who does not go."""
        self._began = self._began or now
        for seat in self._before:
            seat.reap()
        wanted = [seat for seat in self._seats if seat.part.serves]
        ready = sum(seat.ready for seat in wanted)
        if not ready:
            return
        serving = [seat for seat in self._before if seat.part.serves]
        may_go = serving if ready == len(wanted) else serving[:ready]
        for seat in [*may_go, *(seat for seat in self._before if not seat.part.serves)]:
            if not seat.pid:
                continue
            if seat.pid not in self._asked_at:
                self._asked_at[seat.pid] = now
                seat.signal(LEAVE_GENTLY if seat.part.serves else signal.SIGTERM)
            elif now - self._asked_at[seat.pid] > self._patience.drain_s:
                self._say(f"{seat.name} of the release before does not finish; ending it.")
                seat.signal(signal.SIGKILL)

    def has_failed(self, now: float) -> str | None:
        """Why the older release should have the site back; None while that is not so, or can no longer be."""
        serving = [seat for seat in self._seats if seat.part.serves]
        if self._asked_at or any(seat.ready for seat in serving) or not self.leaving:
            return None
        deaths = sum(seat.deaths.total for seat in serving)
        if deaths >= PROOF_DEATHS:
            return f"web ended {deaths} times before it served (last: {serving[0].deaths.last})"
        if self._began and now - self._began > PROOF_S:
            return f"web does not serve after {PROOF_S:.0f} s"
        return None
