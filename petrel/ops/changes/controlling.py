"""The controller: looks every five seconds at each change under way, and takes the next step. In the jobs' process;
two of them do no harm, since each step is fenced by the turn that it was decided on.

What it knows lies in the ledger, so whoever ends it, the next one goes on. What is usual in a cell it learns anew.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import structlog
from msgspec.structs import replace

from petrel.core.doors import Writer, deriving, reading, writing
from petrel.core.errors import Conflict, PetrelError
from petrel.core.viewer import System
from petrel.ops.changes import commands, kinds, rows, rules
from petrel.ops.changes.evidence import Trials
from petrel.ops.changes.noticing import Looks, Noticing
from petrel.ops.changes.shapes import Around, Change, Evidence, Found, Step
from petrel.ops.changes.trying import Count, Trying

log = structlog.get_logger("petrel.changes")

EVERY_S = 5.0
STEPPED = timedelta(seconds=5)


class Controller:
    """`count`: all answers of this machine since the start, by cell; `looks`: what else is looked at."""

    def __init__(self, count: Count, looks: Looks = Looks()) -> None:
        self._trying = Trying(count)
        self._noticing = Noticing(looks)
        self._clocks = datetime.now(UTC), time.monotonic()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. Nothing that goes wrong here ends it."""
        while not stop.is_set():
            try:
                await self.turn()
            except Exception as e:
                log.error("changes could not be looked at, trying again", exc_info=e)
            try:
                await asyncio.wait_for(stop.wait(), EVERY_S)
            except TimeoutError:
                pass

    async def turn(self) -> list[tuple[int, Step]]:
        """Once; returns what was done to which change. Errors: Unavailable."""
        await self._mind_the_clock()
        async with reading(System("changes")) as r:
            found = await rows.open_now(r)
            for one in kinds.KINDS.values():
                await one.tend(r)
        done = []
        exposed = frozenset(cell for change in found for cell in change.cells)
        trials, noticed = self._trying.trials(exposed), self._noticing.turn(found)
        for change in found:
            try:
                if (step := await self._look(change, trials, noticed[change.id])) is not None:
                    done.append((change.id, step))
            except Conflict:
                continue                # somebody was faster: the next turn sees what they did
            except PetrelError as e:
                log.error("a change could not go on, trying again", change=change.id, error=str(e.detail or e.message))
        self._trying.learn(trials, exposed)
        return done

    async def _mind_the_clock(self) -> None:
        """A clock that was set, or a machine that slept, has watched nothing: waves under way begin anew."""
        (wall, ticks), self._clocks = self._clocks, (datetime.now(UTC), time.monotonic())
        step = self._clocks[0] - wall - timedelta(seconds=self._clocks[1] - ticks)
        if abs(step) < STEPPED:
            return
        async with deriving("changes") as w:
            again = await w.execute(rows.WAVES_ANEW, step)
        log.warning("the clock was set; changes under way are watched from now on", seconds=step.total_seconds(),
                    changes=again)

    async def _look(self, change: Change, trials: Trials, noticed: Found) -> Step | None:
        seen = self._trying.after(change, trials)
        kind = kinds.find(change.kind)
        async with writing(System("changes"), cause=f"change {change.id}") as w:
            around = await _around(w, change, noticed)
            step = await kind.gate(change, decide(change, seen, around, kind.confirms_itself))
            if step.do != "wait":
                await _take(w, change, step)
        if step.do == "wait":
            async with deriving("changes") as w:
                await commands.watched(w, change, seen, step.why)
            return None
        log.warning("a change takes a step", change=change.id, kind=change.kind, step=step.do, why=step.why,
                    cells=len(change.cells))
        return step


def decide(change: Change, seen: Evidence, around: Around, confirms_itself: bool) -> Step:
    """What to do with a change that is open. Pure."""
    if change.state == "paused":
        if change.confirm_by is not None and around.now >= change.confirm_by:
            return Step("undo", "nobody has looked at it for an hour")
        return Step("wait", change.why)
    return rules.next_step(replace(change, evidence=seen), around, confirms_itself)


async def _around(w: Writer, change: Change, found: Found) -> Around:
    """Alerts do not speak against what takes back: it is on its way because of them."""
    is_back = await commands.takes_back(w, change)
    is_frozen = bool(await commands.why_frozen(w, is_back=is_back))
    if is_back:
        return Around(datetime.now(UTC), is_frozen, 0, (), found)
    alerts = tuple((row["rule"], row["fired_at"]) for row in await w.fetch(rows.FIRED))
    return Around(datetime.now(UTC), is_frozen, await commands.given(w), alerts, found)


async def _take(w: Writer, change: Change, step: Step) -> None:
    match step.do:
        case "widen":
            await commands.widen(w, change, step.reach, step.why)
        case "pause":
            await commands.pause(w, change, step.why)
        case "undo":
            await commands.undo(w, change, step.why)
        case "confirm":
            await commands.confirm(w, change, step.why)
