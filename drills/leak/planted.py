"""Leaks planted one at a time into a site that runs: who notices, after how many seconds, and what leaves then."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from drills.leak import walls
from drills.leak.mutants import IN_THE_DATABASE, IN_THE_PROGRAM, Mutant, Undo
from petrel.core.doors import reading
from petrel.core.viewer import System
from petrel.features import accounts
from petrel.ops import stranger
from petrel.ops.drills import Broken, Clients, Site, Stage, clients
from petrel.ops.drills.site import private_site
from petrel.ops.stranger import planting
from petrel.ops.stranger.shapes import Decoys

LATEST = "select surface, door, found_at, until_at, kinds from ops.breach where found_at > $1 order by found_at limit 1"
OPEN = ("update law.surface set is_open = true", "delete from ops.closed_door",
        "update ops.breach set state = 'closed' where state <> 'closed'")
FOUND_WITHIN_S, SHUT_WITHIN_S, AGAIN_WITHIN_S = 90.0, 12.0, 8.0
EVERY_SCHEDULED = 9
"""Of so many mutants one is left to the schedule alone; `petrel stranger probe` looks for the others at once too."""


class Caught(Struct):
    """`found_s` after planting, None for never. `shut_s` after finding. `after`: answers other than 503 after that."""

    mutant: str
    net: str
    scheduled: bool = False
    found_s: float | None = None
    shut_s: float | None = None
    after: int = 0
    door: str = ""


async def plant_all(stage: Stage, *, stranger_on: bool, most: int | None = None) -> list[Caught]:
    """On a site of its own. Errors: Broken."""
    settings = {"PETREL_STRANGER": "on" if stranger_on else "off"}
    stage.say("Starting a site to plant leaks in ...")
    async with (private_site(stage.folder / "mutants", ("drills.leak.mutable",), settings) as site,
                stage.doors(site), clients(site.address) as wire, site.database() as owner):
        decoys = await _decoys(site, stranger_on)
        planter = _Planter(site, wire, owner, decoys)
        found = []
        for number, mutant in enumerate((*IN_THE_DATABASE, *IN_THE_PROGRAM)[:most]):
            one = await planter.run(mutant, scheduled=number % EVERY_SCHEDULED == 0 and stranger_on,
                                    within_s=FOUND_WITHIN_S if stranger_on else 3.0)
            found.append(one)
            stage.say(f"  {'found' if one.found_s is not None else 'NOT FOUND'} {one.found_s or 0:5.1f} s, shut "
                      f"{one.shut_s or 0:4.1f} s, by {one.net}{' (schedule)' if one.scheduled else ''}: {one.mutant}; "
                      f"{one.door}")
        return found


async def _decoys(site: Site, stranger_on: bool) -> Decoys:
    """Once the site has planted them and found nothing."""
    if not stranger_on:
        return Decoys({}, {}, {}, {}, "", "")
    await stranger.probe_now()
    end = time.monotonic() + 40
    while True:
        async with reading(System("drill")) as r:
            state, known = await stranger.state(r), await planting.numbers(r)
        if state.clean_at is not None:
            break
        if time.monotonic() > end:
            raise Broken(f"the stranger has not begun: {state.said} ...{site.said()}")
        await asyncio.sleep(0.2)
    handles = {}
    async with reading(System("drill")) as r:
        for name in planting.PEOPLE:
            [one] = await accounts.listed(r, after=known[name] - 1, limit=1)
            handles[name] = one.handle
    return planting.decoys(known, handles, await planting.marks())


class _Planter:
    def __init__(self, site: Site, wire: Clients, owner: Any, decoys: Decoys) -> None:
        self._site, self._wire, self._owner, self._decoys = site, wire, owner, decoys

    async def run(self, mutant: Mutant, *, scheduled: bool, within_s: float) -> Caught:
        found = Caught(mutant.name, mutant.net, scheduled)
        undo = await self._plant(mutant)
        began = await self._owner.fetchval("select clock_timestamp()")
        try:
            if mutant.net == "rights":
                await self._audit(found)
            else:
                if not scheduled:
                    await stranger.probe_now()
                await self._watch(found, began, within_s)
        finally:
            await undo()
            for statement in OPEN:
                await self._owner.execute(statement)
        await self._all_open(found.door)
        return found

    async def _plant(self, mutant: Mutant) -> Undo:
        back = None if mutant.plant is None else await mutant.plant(self._owner, self._decoys)
        if mutant.program:
            await self._patch(mutant.program)

        async def undo() -> None:
            if back is not None:
                await back()
            if mutant.program:
                await self._patch("")

        return undo

    async def _patch(self, name: str) -> None:
        """Until both web processes have it."""
        folder = self._site.data / "run"
        (folder / "mutant").write_text(name)
        web = self._site.running().parts["web"].pids
        await self._site.until(lambda: all(_has(folder, pid) == name for pid in web), 5, f"the patch {name!r}")

    async def _audit(self, found: Caught) -> None:
        began = time.monotonic()
        shown, _ = await walls.readable_by(self._site, "petrel_reader")
        others = ("petrel_writer", "petrel_system", "petrel_messages")
        roles = await walls.may_become(self._site, "petrel_reader", others)
        if shown or roles:
            found.found_s, found.shut_s, found.door = time.monotonic() - began, 0.0, (shown + roles)[0]

    async def _watch(self, found: Caught, began: Any, within_s: float) -> None:
        end = time.monotonic() + within_s
        while (row := await self._owner.fetchrow(LATEST, began)) is None:
            if time.monotonic() > end:
                return
            await asyncio.sleep(0.05)
        found.found_s, found.door = (row["found_at"] - began).total_seconds(), row["door"]
        end = time.monotonic() + SHUT_WITHIN_S
        while (row := await self._owner.fetchrow(LATEST, began))["until_at"] is None:
            if time.monotonic() > end:
                return
            await asyncio.sleep(0.05)
        found.shut_s = (row["until_at"] - row["found_at"]).total_seconds()
        await asyncio.sleep(1.0)                # within a second, in each web process
        found.after = sum(status != 503 for status in await self._statuses(found.door))

    async def _statuses(self, door: str) -> list[int]:
        """Of one door, asked so often that each web process was asked."""
        method, _, path = door.partition(" ")
        known = self._decoys
        target = "/".join(str(known.posts["protected"]) if part[:1] == ":" or part == "{post}" else part
                          for part in path.split("/"))
        target = target.replace("{handle}", known.handles["shy"]).replace("{tag}", known.tag)
        answers = await asyncio.gather(*(self._wire.ask(method, target) for _ in range(12)))
        return [answer.status for answer in answers]

    async def _all_open(self, door: str) -> None:
        """Errors: Broken, when what was closed does not open."""
        if not door.startswith("GET "):
            return
        end = time.monotonic() + AGAIN_WITHIN_S
        while 503 in await self._statuses(door):
            if time.monotonic() > end:
                raise Broken(f"{door} does not open again")
            await asyncio.sleep(0.2)


def _has(folder: Path, pid: int) -> str:
    try:
        return (folder / f"mutant.{pid}").read_text()
    except OSError:
        return ""


def figures(found: Sequence[Caught]) -> dict[str, Any]:
    """As the drill's verdict keeps them."""
    times = sorted(one.found_s for one in found if one.found_s is not None and one.net == "stranger")
    scheduled = sorted(one.found_s for one in found if one.found_s is not None and one.scheduled)
    shut = sorted(one.shut_s for one in found if one.shut_s is not None)
    return {
        "mutants": len(found), "caught": sum(one.found_s is not None for one in found),
        "by_net": {net: sum(one.net == net and one.found_s is not None for one in found)
                   for net in ("stranger", "rights")},
        "found_s_p50": _at(times, 0.5), "found_s_p99": _at(times, 0.99), "found_s_most": _at(times, 1.0),
        "scheduled_s": [round(s, 1) for s in scheduled],
        "shut_s_most": _at(shut, 1.0), "after_shutting": sum(one.after for one in found),
        "not_caught": [one.mutant for one in found if one.found_s is None],
        "nets": {one.mutant: [one.net, round(one.found_s, 1), one.door] for one in found if one.found_s is not None}}


def _at(values: Sequence[float], share: float) -> float | None:
    return round(values[min(len(values) - 1, int(share * len(values)))], 2) if values else None
