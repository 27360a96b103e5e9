"""The controller: looks every five seconds at each change under way, and takes the next step. In the jobs' process;
two of them do no harm, since each step is fenced by the turn that it was decided on.

What it knows lies in the ledger, so whoever ends it, the next one goes on. What is usual in a cell it learns anew.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import structlog
from msgspec.structs import replace

from petrel.core.doors import Writer, deriving, reading, writing
from petrel.core.errors import Conflict, PetrelError
from petrel.core.viewer import System
from petrel.ops.changes import commands, evidence, kinds, rows, rules
from petrel.ops.changes.evidence import Counted, Trials, Usual
from petrel.ops.changes.shapes import Around, Change, Step

log = structlog.get_logger("petrel.changes")

EVERY_S = 5.0
REMEMBERS_TRIALS = 2_000
REMEMBERS_ANSWERS = 200_000
"""What is usual fades: so much is remembered at most, of each cell and of how long answers take."""

Count = Callable[[], Mapping[int, Counted]]


class Controller:
    """`count`: all answers of this machine since the start, by cell."""

    def __init__(self, count: Count) -> None:
        self._count = count
        self._before: dict[int, Counted] = {}
        self._gathering: dict[int, Counted] = {}
        self._took = Counted()          # where nothing is under way: what is slow follows from it
        self.cells: dict[int, Usual] = {}
        self.whole = Usual()

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
        async with reading(System("changes")) as r:
            found = await rows.open_now(r)
            for one in kinds.KINDS.values():
                await one.tend(r)
        done = []
        exposed = frozenset(cell for change in found for cell in change.cells)
        trials = self._trials(exposed)
        for change in found:
            try:
                if (step := await self._look(change, trials)) is not None:
                    done.append((change.id, step))
            except Conflict:
                continue                # somebody was faster: the next turn sees what they did
            except PetrelError as e:
                log.error("a change could not go on, trying again", change=change.id, error=str(e.detail or e.message))
        self._learn(trials, exposed)
        return done

    async def _look(self, change: Change, trials: Trials) -> Step | None:
        have = frozenset(change.cells)
        seen = evidence.after(change.evidence, trials, have, frozenset(change.visiting) - have, self.cells, self.whole)
        kind = kinds.find(change.kind)
        async with writing(System("changes"), cause=f"change {change.id}") as w:
            around = await _around(w)
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

    def _trials(self, exposed: frozenset[int]) -> Trials:
        """What came since the last turn, cut into trials; what is too little for one is kept for the next."""
        many: dict[int, int] = {}
        failed: dict[int, int] = {}
        slow: dict[int, int] = {}
        if self._took.asked > REMEMBERS_ANSWERS:
            self._took = Counted(self._took.asked // 2, 0, tuple(n // 2 for n in self._took.took))
        edge = evidence.edge_of(self._took.took)
        for cell, now in self._count().items():
            seen = self._gathering.get(cell, Counted()).plus(now.plus(self._before.get(cell, Counted()), -1))
            self._before[cell] = now
            if seen.asked < evidence.ANSWERS:
                self._gathering[cell] = seen
                continue
            self._gathering[cell] = Counted()
            # However many answers came within one turn, they are one trial: what makes them bad is often one thing.
            many[cell] = 1
            failed[cell] = int(evidence.is_bad(seen.failed, seen.asked, evidence.FAILED))
            slow[cell] = int(evidence.is_bad(seen.slow(edge), seen.asked))
            if cell not in exposed:
                self._took = self._took.plus(seen)
        return Trials(many, failed, slow)

    def _learn(self, trials: Trials, exposed: frozenset[int]) -> None:
        """Of cells in which nothing is under way."""
        for cell, many in trials.many.items():
            if cell in exposed:
                continue
            for one in (self.cells.setdefault(cell, Usual()), self.whole):
                if one.trials >= REMEMBERS_TRIALS:
                    one.trials, one.failed, one.slow = one.trials / 2, one.failed / 2, one.slow / 2
                one.trials += many
                one.failed += trials.failed[cell]
                one.slow += trials.slow[cell]


def decide(change: Change, seen: evidence.Evidence, around: Around, confirms_itself: bool) -> Step:
    """What to do with a change that is open. Pure."""
    if change.state == "paused":
        if change.confirm_by is not None and around.now >= change.confirm_by:
            return Step("undo", "nobody has looked at it for an hour")
        return Step("wait", change.why)
    return rules.next_step(replace(change, evidence=seen), around, confirms_itself)


async def _around(w: Writer) -> Around:
    alerts = tuple((row["rule"], row["fired_at"]) for row in await w.fetch(rows.FIRED))
    return Around(datetime.now(UTC), bool(await commands.why_frozen(w)), await commands.given(w), alerts)


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
