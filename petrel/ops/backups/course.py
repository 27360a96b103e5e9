"""How a restore goes against what was foretold."""

import time
from collections.abc import Callable

from petrel.ops.backups.meter import Meter, Took

CAUTION = 0.1
"""As much of the whole has to be done until what was learned on the way counts for half."""
WORTH_SAYING = 0.1
STAGES = {"fetching": "fetching", "verifying": "proving", "unpacking": "unpacking"}
"""By the first word of what a progress tells of."""


class Course(Meter):
    """A meter that says anew how long it will take: what is left as much slower or faster as what is done was.

    Without `stages_s` nothing was foretold, and nothing is said.
    """

    def __init__(self, stages_s: dict[str, float] | None, say: Callable[[str], None]) -> None:
        super().__init__()
        self._left = dict(stages_s or {})
        self._caution_s = CAUTION * sum(self._left.values())
        self._foretold_s = self._done_s = 0.0
        self._lap_began = time.monotonic()
        self._say, self._said_s = say, sum(self._left.values())
        self.refined_s: dict[str, float] = {}

    def again(self, stages_s: dict[str, float] | None) -> None:
        """What is left, foretold anew."""
        self._left = {name: seconds for name, seconds in (stages_s or {}).items() if name in self._left}

    def lap(self, name: str) -> Took:
        took = super().lap(name)
        self._foretold_s += self._left.pop(name, 0.0)
        self._done_s += took.wall_s
        self._lap_began = time.monotonic()
        if self._left:
            left_s = self.left_s()
            all_s = self._done_s + left_s
            self.refined_s[name] = round(all_s, 1)
            if left_s >= 1 and abs(all_s - self._said_s) > WORTH_SAYING * self._said_s:
                self._said_s = all_s
                self._say(f"As it goes, it takes {all_s:.0f} s in all: {left_s:.0f} s more.")
        return took

    def left_s(self, what: str = "", share: float = 0.0) -> float:
        """`what`: is being done, as a progress says it, and `share` of it is."""
        stage = STAGES.get(what.partition(" ")[0], "")
        half_s = share * self._left.get(stage, 0.0)
        took_s = self._done_s + (time.monotonic() - self._lap_began if stage else 0.0)
        foretold_s = self._foretold_s + half_s
        if not self._caution_s:
            return 0.0
        return (sum(self._left.values()) - half_s) * (took_s + self._caution_s) / (foretold_s + self._caution_s)
