"""Releases as changes: another release serves the members of some cells beside this one, and at last takes over.

Its row (`ops.release`) says how far it is: *starting* (brought up beside, and shown to be replaceable; nobody is served
by it), *serving* (web processes hear its cells), *handing over* (nobody is served by it beside any more; `petrel
upgrade --trial` of that release goes on, and goes back by itself unless the canary comes through).
"""

import asyncio
import subprocess
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import structlog

from petrel.core.doors import Reader, Row, Writer, deriving, reading
from petrel.core.errors import Conflict, Invalid, NotFound
from petrel.core.viewer import System
from petrel.ops import gate, releases, upgrades
from petrel.ops.changes import rows
from petrel.ops.changes.shapes import Back, Change, Plan, Step
from petrel.ops.processes import Release, read_status

log = structlog.get_logger("petrel.changes")

WHO = System("changes")
BRING_UP = timedelta(seconds=180)
HEARD = timedelta(seconds=4)
"""After so long every web process has heard that nobody is served beside any more."""

HAND_OVER = timedelta(minutes=10)
ROW = "select change, name, build, state, since from ops.release"
PUT = """
insert into ops.release as r (change, name, build, cells) values ($1, $2, $3, $4)
on conflict (is_one) do update set cells = excluded.cells where r.change = excluded.change returning 1
"""
TO_STATE = "update ops.release set state = $2, since = now(), why = '' where change = $1"
GONE = "delete from ops.release where change = $1"
ONE_AT_A_TIME = "Another release is on its way (change {}). Confirm or undo it first."


class ReleaseKind:
    """The release that serves."""

    fields = ("to", "backup", "gate")
    sentence = ("Bring the site to another release, cell by cell: to=NAME (petrel releases list); backup=any goes on "
                "without a fresh backup; gate=shut ships what the test gate has not opened for, by two people")
    confirms_itself = True

    def __init__(self) -> None:
        self._bringing: tuple[int, asyncio.Task[None]] | None = None
        self._looked: tuple[releases.Slot, upgrades.Plan] | None = None
        self._growth: tuple[int, releases.Growth] | None = None
        self._tidying: asyncio.Task[None] | None = None
        self._idle_since: datetime | None = None
        self._going: subprocess.Popen[bytes] | None = None
        self._looked_at: int | None = None              # the change that was held, so that somebody has said on

    async def look(self, what: Mapping[str, str]) -> None:
        async with reading(WHO) as r:
            await _refuse_second(r)
        slot = releases.find(releases.folder(), what.get("to", ""))
        self._looked = slot, await _planned(slot.release, what.get("backup", "fresh"))

    async def plan(self, r: Reader, what: Mapping[str, str]) -> Plan:
        if what.get("backup", "fresh") not in ("any", "fresh"):
            raise Invalid("backup", "is any or fresh")
        if what.get("gate", "open") not in ("open", "shut"):
            raise Invalid("gate", "is open or shut")
        await _refuse_second(r)
        data = releases.folder()
        slot = releases.find(data, what.get("to", ""))
        if (lost := await _lost(r, slot)) is not None:
            raise Conflict(lost)
        status = read_status(data)
        if status is None or status.release is None:
            raise Conflict("The site does not run, or is starting: a change of release is for one that serves.")
        serving = releases.name_of(data, status.release)
        if slot.release.build == status.release.build:
            raise Invalid("to", f"changes nothing: {slot.name} serves already")
        if self._looked is None or self._looked[0].release != slot.release:
            await self.look(what)
        assert self._looked is not None
        (_, found), self._looked = self._looked, None
        steps = [one for one in found.costs if one.step.endswith(".sql")]
        said, shut = _gate(slot, what.get("gate", "open"))
        return Plan(effect=f"from {serving} to {slot.name}: {_said(steps)}; {said}",
                    what={"to": slot.name, "backup": what.get("backup", "fresh")} | ({"gate": "shut"} if shut else {}),
                    inverse={"to": serving}, risk=3 if shut else 1)

    async def put(self, w: Writer, change: Change, cells: Sequence[int]) -> None:
        slot = releases.find(releases.folder(), change.what["to"])
        if not await w.change(PUT, change.id, slot.name, slot.release.build, list(cells)):
            raise Conflict(ONE_AT_A_TIME.format((await w.row(ROW) or {"change": "?"})["change"]))

    async def take(self, w: Writer, change: Change) -> None:
        row = await w.row(ROW)
        if row is not None and row["state"] == "handing over" and row["change"] == change.id:
            record = upgrades.read(releases.folder())
            if record is not None and record.step == "done" and record.taker.build == row["build"]:
                raise Conflict("It has taken over. The way back: petrel upgrade back")
            upgrades.refuse(releases.folder(), f"change {change.id} was undone")
        await w.execute(GONE, change.id)

    async def settle(self, w: Writer, change: Change) -> None:
        row, status = await w.row(ROW), read_status(releases.folder())
        if row is None or status is None or status.release is None or status.release.build != row["build"]:
            raise Conflict("It takes over by itself once it has been in all cells but one, and is confirmed when its "
                           "canary comes through.")
        await w.execute(GONE, change.id)

    async def gate(self, change: Change, step: Step) -> Step:
        async with reading(WHO) as r:
            row = await r.row(ROW)
        if row is None or row["change"] != change.id:
            return Step("undo", "it is no longer known which release this is")
        release = releases.find(releases.folder(), row["name"]).release
        stayed = datetime.now(UTC) - row["since"]
        if row["state"] == "handing over":
            return await self._hand_over(release, row, stayed, step)
        if step.do == "undo":
            return step
        if row["state"] == "starting":
            return await self._bring_up(change, release, stayed)
        if self._growth is None or self._growth[0] != change.id:
            self._growth = change.id, releases.Growth()
        data = releases.folder()
        if why := releases.what_ails(data, release) or self._growth[1].look(data, time.monotonic()):
            return Step("undo", why)
        if change.state == "paused":
            self._looked_at = change.id
        if step.do == "widen" and change.reach == 1 and self._looked_at != change.id and _is_unproven(change, release):
            return Step("pause", "the test gate is shut for it, and nothing spoke against it in its first cell: look "
                                 f"whether it mends what it is for, then petrel changes resume {change.id}")
        if step.do == "confirm":
            await _to(change, "handing over")
            return Step("wait", "takes over")
        return step

    async def tend(self, r: Reader) -> None:
        """With none under way, nothing is left of the last."""
        if not releases.is_installed() or await r.row(ROW) is not None:
            self._idle_since = None
            return
        data = releases.folder()
        self._stop_bringing()
        now = datetime.now(UTC)
        self._idle_since = self._idle_since or now
        if now - self._idle_since < HEARD or not releases.end(data):
            return
        if self._tidying is None or self._tidying.done():
            self._tidying = asyncio.create_task(releases.tidied(data))

    def about(self, what: Mapping[str, str]) -> str:
        return "the release that serves"

    async def back(self, r: Reader, change: Change) -> Back:
        data, name = releases.folder(), change.inverse["to"]
        try:
            slot = releases.find(data, name)
        except NotFound:
            return Back(before=(f"{name} is not listed any more: petrel releases add DIRECTORY --name {name}",))
        steps = await _steps_since(r, (change.wave_at or change.made_at) - BRING_UP)
        lost = [f"brought what the older release needs to an end: {one} was run."
                for one in steps if "_contract_" in one]
        if (why := await _lost(r, slot)) is not None:
            lost.append(f"is what protects people now: {why}")
        written = [f"{row['rows']} rows were written since in {row['name']}, which the older release does not know: "
                   "they stay, and are seen again with a newer one."
                   for row in await r.fetch(rows.ROWS, upgrades.tables_of(steps))]
        before = (f"{name} is not where it was: install it there again.",) if slot.state == "gone" else ()
        record = upgrades.read(data)
        if record is not None and record.step == "done" and record.giver.build == slot.release.build:
            return Back(tuple(lost), before, tuple(written), "petrel upgrade back")
        if steps:
            lost.append(f"came with {', '.join(steps)}, which {name} does not have, and `petrel upgrade back` goes "
                        "back by the last release only: a backup from before is the way (docs/handbook/restore.md).")
        return Back(tuple(lost), before, tuple(written), f"petrel changes revert {change.id} --reason ...")

    async def _bring_up(self, change: Change, release: Release, stayed: timedelta) -> Step:
        if self._bringing is None or self._bringing[0] != change.id:
            self._stop_bringing()
            self._bringing = change.id, asyncio.create_task(releases.bring_up(releases.folder(), release))
        task = self._bringing[1]
        if not task.done():
            if stayed > BRING_UP:
                self._stop_bringing()
                return Step("undo", "it did not show in time that it can serve and be replaced")
            return Step("wait", "is brought up beside, and shows that it can be replaced")
        self._bringing = None
        if (error := task.exception()) is not None:
            return Step("undo", str(getattr(error, "detail", None) or error))
        await _to(change, "serving")
        return Step("wait", "serves its first cell")

    def _stop_bringing(self) -> None:
        if self._bringing is not None:
            self._bringing[1].cancel()
            self._bringing = None

    async def _hand_over(self, release: Release, row: Row, stayed: timedelta, step: Step) -> Step:
        """By the release's own command; whoever of both releases has the jobs' process by then looks on."""
        data = releases.folder()
        status, record = read_status(data), upgrades.read(data)
        if status is None or status.release is None:
            return Step("wait", "takes over")
        is_there = status.release.build == release.build
        since_ms = row["since"].timestamp() * 1000
        if record is not None and record.taker.build == release.build and record.at_ms >= since_ms:
            if record.step == "done":
                return Step("confirm", "it has taken over, and the canary comes through")
            if record.step in ("given back", "back"):
                return Step("wait", "goes back") if is_there else Step("undo", record.why or "it was taken back")
            if step.do == "undo":
                upgrades.refuse(data, step.why)
                return Step("wait", "goes back")
            if not is_there and self._is_idle(data) and record.step != "migrating":
                upgrades.refuse(data, "it did not stay")
                return Step("undo", "it took over and did not stay")
        elif step.do == "undo" or stayed > HAND_OVER:
            return Step("undo", step.why if step.do == "undo" else "it did not take over")
        if stayed >= HEARD and (is_there or releases.end(data)) and self._is_idle(data):
            log.warning("a release takes over", release=release.name)
            self._going = subprocess.Popen(     # noqa: ASYNC220 (it outlives us)
                release.command("upgrade", "--trial", "--without-backup", "--data", str(data)),
                env=releases.environment(release), stdin=subprocess.DEVNULL, start_new_session=True)
        return Step("wait", "takes over")

    def _is_idle(self, data: Path) -> bool:
        """Whether nobody is at the handover: neither a command of ours nor one of the controller before."""
        return (self._going is None or self._going.poll() is not None) and not upgrades.is_at_work(data)


async def _refuse_second(r: Reader) -> None:
    """Errors: Conflict."""
    if (row := await r.row(ROW)) is not None:
        raise Conflict(ONE_AT_A_TIME.format(row["change"]))


async def _steps_since(r: Reader, at: datetime) -> list[str]:
    return [row["name"] for row in await r.fetch(rows.STEPS, at)]


async def _lost(r: Reader, slot: releases.Slot) -> str | None:
    """What must hold and would not with this release, in a sentence."""
    in_force = await r.value("select max(version) from law.policy")
    if slot.release.policy >= in_force:
        return None
    return (f"{slot.name} knows privacy policy {slot.release.policy}, and {in_force} is in force: it could show what "
            "people have protected since. The database would give it only what is public.")


def _gate(slot: releases.Slot, asked: str) -> tuple[str, bool]:
    """In words how the test gate stands to it, and whether it goes round that. The way back to the release before is
    open, whatever was known of it then. Errors: Conflict, Invalid."""
    verdict = gate.verdict(Path(slot.release.root), slot.release.build)
    if asked == "shut":
        if verdict is not None:
            raise Invalid("gate", f"is not shut: {verdict}")
        return "the test gate is SHUT for it", True
    if verdict is not None:
        return str(verdict), False
    if slot.state != "last good":
        raise Conflict(f"The test gate has not opened for {slot.name}: it carries no {gate.VERDICT} of its build. Run "
                       "all tests there (GATE_WHOLE=1 make test). To ship a mend that cannot wait: gate=shut, which "
                       "takes two people, and the proof stays owed.")
    return "it served before, and the test gate is not asked", False


def _is_unproven(change: Change, release: Release) -> bool:
    """Whether it went round the test gate, and what it owes is not there yet."""
    return change.what.get("gate") == "shut" and gate.verdict(Path(release.root), release.build) is None


async def _to(change: Change, state: str) -> None:
    """How long it has been in its cells is counted from then."""
    async with deriving("changes") as w:
        await w.execute(TO_STATE, change.id, state)
        await w.execute("update ops.change set wave_at = now() where id = $1", change.id)


async def _planned(release: Release, backup: str) -> upgrades.Plan:
    """As its own program plans it. Errors: Conflict, with what is in the way."""
    words = ["upgrade", "--plan", "--json", "--data", str(releases.folder())]
    process = await asyncio.create_subprocess_exec(
        *release.command(*words, *(["--without-backup"] if backup == "any" else [])), env=releases.environment(release),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    told, errors = await process.communicate()
    try:
        found = msgspec.json.decode(told, type=upgrades.Plan)
    except msgspec.MsgspecError:
        raise Conflict(f"{release.name} cannot say what it would do: {errors.decode(errors='replace').strip()[-500:]}"
                       ) from None
    if found.problems:
        raise Conflict("\n".join(f"{one.text} {one.cure}" for one in found.problems))
    return found


def _said(steps: Sequence[upgrades.Cost]) -> str:
    if not steps:
        return "nothing that the databases have to learn but functions"
    seconds = 1
    while seconds < sum(one.seconds for one in steps):
        seconds *= 2                    # in steps: it has to be the same when the change is started
    return f"{', '.join(one.step for one in steps)}; at most about {seconds} s, in which nobody waits"
