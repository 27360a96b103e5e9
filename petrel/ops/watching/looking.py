"""The loop of the brain's process: measure, judge, tell. No schedule in the database: it sees that go away as well."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog

from petrel.core import seal
from petrel.core.doors import deriving
from petrel.core.errors import PetrelError
from petrel.ops.watching import alerts, measuring, metrics
from petrel.ops.watching.judging import Act, Judge, Key, acts
from petrel.ops.watching.planning import FILE, plan
from petrel.ops.watching.shapes import Alert, Look, Measure, Owner, Plan
from petrel.ops.watching.tally import Tally
from petrel.ops.watching.telling import Messenger, notice
from petrel.outside import webhooks

log = structlog.get_logger("petrel.watching")

EVERY_S = 15.0
HEARTBEAT_S = 60.0
KEYS_WITHIN_S = 3.0
KEEP = """
insert into ops.measured (at, measures) values (now(), $1::text::jsonb)
on conflict (is_one) do update set at = now(), measures = excluded.measures
"""


Then = Callable[[Look], Awaitable[None]]


class Wanted(msgspec.Struct, frozen=True):
    """What the operator chose. `heartbeat`: asked every minute as long as all this works, so that a service elsewhere
    notices when it no longer does. `port`: of metrics, 0 for none."""

    data: Path
    crew: Owner = Owner()
    heartbeat: str = ""
    port: int = 0


class Watch:
    """One per brain's process."""

    def __init__(self, wanted: Wanted, tally: Tally | None = None, then: Sequence[Then] = ()) -> None:
        """`then`: called after each look, one after the other; what goes wrong in one keeps nobody else from it."""
        self._wanted = wanted
        self._then = then
        self._tally = tally
        self._answers = measuring.Answers(tally)
        self._judge = Judge()
        self._messenger = Messenger()
        self._plan = Plan({}, {})
        self._plan_of: float | None = None
        self._away_since_s: float | None = None
        self._keys_away_since_s: float | None = None
        self._told_away: dict[Key, Alert] = {}
        self._beat_at_s = 0.0
        self._beating: asyncio.Task[None] | None = None
        self.measures: list[Measure] = []
        self.measured_at_s = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. Nothing that goes wrong here ends it."""
        page = await metrics.serve(self._wanted.port, self.page) if self._wanted.port else None
        try:
            while not stop.is_set():
                try:
                    await self.look()
                except Exception as e:
                    log.error("the watch could not look, trying again", exc_info=e)
                try:
                    await asyncio.wait_for(stop.wait(), EVERY_S)
                except TimeoutError:
                    pass
        finally:
            if page is not None:
                page.close()
            await self.settled()        # in the database they are told: nobody tells them again

    def page(self) -> str:
        return metrics.text(self._tally, self.measures, self.measured_at_s)

    async def look(self) -> list[Act]:
        """Once; returns what somebody was told of."""
        self._read_plan()
        measures = measuring.of_machine(self._wanted.data) + list(self._answers.measured())
        try:
            measures += await measuring.of_databases()
            self._away_since_s = None
        except PetrelError as e:
            self._away_since_s = self._away_since_s or time.monotonic()
            log.warning("the databases cannot be asked", error=str(e.detail or e))
        away_s = time.monotonic() - self._away_since_s if self._away_since_s is not None else 0.0
        self.measures = [*measures, Measure("database_away_seconds", away_s),
                         Measure("keyring_away_seconds", await self._keys_away_s())]
        self.measured_at_s = time.time()
        firing = self._judge.firing(self._plan.rules, self.measures, time.monotonic())
        self._messenger.send()
        standing = None
        told = await self._told_without(firing) if away_s else []
        if not away_s:
            told, standing = await self._told(firing)
        await self._follow(Look(datetime.now(UTC), self._plan, tuple(self.measures), firing, standing))
        self._beat()
        return told

    async def settled(self) -> None:
        """Until everybody who was told has taken it or not."""
        await self._messenger.settled()
        if self._beating is not None:
            await self._beating

    async def _keys_away_s(self) -> float:
        try:
            async with asyncio.timeout(KEYS_WITHIN_S):
                await seal.keys([0])
            self._keys_away_since_s = None
            return 0.0
        except (PetrelError, TimeoutError):
            self._keys_away_since_s = self._keys_away_since_s or time.monotonic()
            return time.monotonic() - self._keys_away_since_s + KEYS_WITHIN_S

    async def _follow(self, look: Look) -> None:
        for then in self._then:
            try:
                await then(look)
            except Exception as e:
                log.error("what follows a look went wrong, trying again at the next", exc_info=e)

    async def _told(self, firing: dict[Key, float]) -> tuple[list[Act], tuple[Alert, ...]]:
        taken: list[tuple[Act, int]] = []
        people: dict[str, tuple[int, ...]] = {}
        async with deriving("watching") as w:
            await w.execute(KEEP, msgspec.json.encode(self.measures).decode())
            for act in acts(self._plan, await alerts.standing(w), firing, datetime.now(UTC)):
                rule = self._plan.rules.get(act.rule)
                if number := await alerts.take(w, act, presses=rule is None or not rule.hours):
                    taken.append((act, number))
                    people[act.rule] = await alerts.people(w, act.rule)
            standing = tuple(await alerts.standing(w))
        taken += [(Act("cleared", *key, one.value, one.owner, one), 0) for key, one in self._told_away.items()
                  if key not in firing]
        self._told_away.clear()
        for act, number in taken:
            self._tell(act, number, people.get(act.rule, ()))
        return [act for act, _ in taken], standing

    async def _told_without(self, firing: dict[Key, float]) -> list[Act]:
        """While the databases are away what was told is only known here."""
        now = datetime.now(UTC)
        found = [act for act in acts(self._plan, self._told_away.values(), firing, now) if act.what != "cleared"
                 and self._plan.rules[act.rule].measure == "database_away_seconds"]
        for act in found:
            began = act.alert.fired_at if act.alert else now
            self._told_away[act.rule, act.target] = Alert(0, act.rule, act.target, act.owner, act.value, began, now, 1,
                                                          None, None)
            self._tell(act, 0, ())
        return found

    def _tell(self, act: Act, number: int, people: tuple[int, ...]) -> None:
        """`people`: whom a letter reaches where no address is named."""
        said = notice(self._plan, act, number)
        (log.info if act.what == "cleared" else log.error)("alert", what=act.what, rule=act.rule, target=act.target,
                                                           says=said.says, owner=act.owner)
        owner = self._plan.owners.get(act.owner) or self._wanted.crew
        self._messenger.tell((*owner.webhook, *(owner.mail or people)), said)

    def _read_plan(self) -> None:
        """Again when the file has changed; a broken one changes nothing and is said once."""
        path = self._wanted.data / FILE
        changed = path.stat().st_mtime if path.exists() else 0.0
        if changed == self._plan_of:
            return
        self._plan_of = changed
        try:
            self._plan = plan(self._wanted.data, self._wanted.crew)
        except PetrelError as e:
            log.error("the rules of alerts are not taken over", error=e.message)
            if not self._plan.rules:
                self._plan = plan(Path("/nonexistent"), self._wanted.crew)

    def _beat(self) -> None:
        if self._wanted.heartbeat and time.monotonic() >= self._beat_at_s:
            self._beat_at_s = time.monotonic() + HEARTBEAT_S
            self._beating = asyncio.create_task(_beaten(self._wanted.heartbeat))


async def _beaten(address: str) -> None:
    if wrong := await webhooks.get(address):
        log.warning("the heartbeat was not taken", error=wrong)
