"""Who looks whether the brain looks: the jobs' process, as the brain looks whether that works.

The supervisor begins a brain anew that ended or hangs; this is for one that ends again and again, or looks at nothing.
"""

import time
from datetime import UTC, datetime
from pathlib import Path

from petrel.core import amounts
from petrel.core.errors import PetrelError
from petrel.core.limits import current
from petrel.ops.incidents import calling, rota
from petrel.ops.incidents.shapes import Page
from petrel.ops.watching import Owner, Plan, Rota, plan

SILENT_S = 180.0
GRAVE = 1
"""Nobody is hurt yet; but whoever will be has nobody."""

SAYS = "Nobody has measured for {age}: the brain of the site stands still, and nobody is called about anything else."
CURE = "petrel restart brain; the log of the site says why, in its last lines before each start."


class Minder:
    """One per jobs' process. Calls in the order of the rota; nobody can take this, so it ends when the brain looks."""

    def __init__(self, data: Path, crew: Owner) -> None:
        self._data, self._crew = data, crew
        self._since_s = time.monotonic()
        self._called_s = 0.0
        self._pages: list[Page] = []

    async def look(self, age_s: float | None) -> str | None:
        """`age_s`: of what was measured last, None where nothing ever was. What came of it, for the log."""
        up_s = time.monotonic() - self._since_s
        age_s = up_s if age_s is None else age_s
        if min(age_s, up_s) < SILENT_S:         # a site that starts has not looked yet
            self._pages.clear()
            return None
        known, now = self._plan(), datetime.now(UTC)
        step = rota.due(known.rota or Rota(turns=("crew",)), GRAVE, self._pages, now,
                        time.monotonic() - self._called_s, by_day=True)
        if step is None:
            return None
        self._called_s = time.monotonic()
        for who in step[1]:
            called = await calling.call(known.owners[who], 0, f"[{current().domain}] nobody watches this site",
                                        f"{SAYS.format(age=amounts.lasting(age_s))}\nWhat to do: {CURE}")
            self._pages.append(Page(step[0], who, called.way, now, now if called.taken else None, called.why))
        return f"the brain has not measured for {age_s:.0f} s: {', '.join(step[1])} called"

    def _plan(self) -> Plan:
        try:
            return plan(self._data, self._crew)
        except PetrelError:                     # a broken file keeps nobody uncalled
            return plan(Path("/nonexistent"), self._crew)
