"""Row 3: releases with faults are pushed to a site in use, as anybody would push one: `petrel changes start`.

One fails every twentieth home, one makes each home 80 ms slower. Both get to the members of one cell of sixteen and no
further, and go by themselves; one without a fault goes on. Clients of every cell keep their own record.
"""

import asyncio
import json
import statistics
import time
from typing import Any

from msgspec import Struct

from drills.pushing import builds
from drills.pushing.crowd import Asked, Crowd, failed
from petrel.ops.drills import Broken, Drill, Outcome, Phases, Site, Stage, clients, make_people

HARM = "a bad push reached members of other cells than its first"

DRILL = Drill(
    name="bad-push", row=3, tier="real", covers="part", harm=HARM,
    sabotage="no cells: the failing release takes the whole site over at once, with `petrel upgrade`",
    left_out="a leak, answers that are wrong with 200, a dormant bug that a setting wakes; a hundred pushes without a "
             "fault; several machines",
    shown=("undone_s", "touched_percent", "failed_elsewhere", "first_cell_s"), limit_s=900)

PEOPLE = 64
LEARN_S, UNDONE_S, WATCHED_S = 45.0, 60.0, 70.0
FIRST_S = 90.0
STATE = """
select c.state, c.why, c.reach, r.state from ops.change c left join ops.release r on r.change = c.id where c.id = $1
"""


class Pushed(Struct):
    """`served_at`: when its first cell had it; `over_at`: when it was undone. Monotonic; 0 for never."""

    name: str
    cell: int
    began_at: float
    served_at: float = 0
    over_at: float = 0
    why: str = ""
    reach: int = 0


async def run(stage: Stage) -> Outcome:
    names = ("failing",) if stage.sabotage else ("failing", "slow", "harmless")
    places = {name: builds.make(stage.folder / name, name) for name in names}
    async with stage.site() as site, clients(site.address, connections=PEOPLE) as wire:
        async with stage.doors(site):
            people = await make_people([f"reader{n}" for n in range(PEOPLE)])
        async with Crowd(wire, people) as crowd:
            stage.say(f"{PEOPLE} people of 16 cells read; {LEARN_S:.0f} s to learn what is usual ...")
            await asyncio.sleep(LEARN_S)
            if bad := failed(crowd.asked):
                raise Broken(f"{len(bad)} reads failed before anything was pushed")
            if stage.sabotage:
                return await _at_once(site, crowd, places["failing"])
            pushed = [await _push(stage, site, name, str(place)) for name, place in places.items()]
        return _outcome(pushed, crowd.asked)


async def _at_once(site: Site, crowd: Crowd, place: Any) -> Outcome:
    """Every member meets it."""
    began = time.monotonic()
    code, said = await site.petrel("releases", "add", str(place))
    process = await asyncio.create_subprocess_exec(
        str(place / ".venv/bin/python"), "-P", "-m", "petrel", "upgrade", "--without-backup", "--data", str(site.data),
        env={"PYTHONPATH": str(place), "PATH": "/usr/bin:/bin"})
    if await process.wait() or code:
        raise Broken(f"the release did not take over: {said}")
    await asyncio.sleep(15)
    cells = {one.cell for one in failed(crowd.since(began))}
    return Outcome(harm=(HARM,) if len(cells) > 1 else (), exercised=len(crowd.asked),
                   phases=Phases(injected="a release that fails 5 % of homes, to everybody at once",
                                 lost=f"members of {len(cells)} of 16 cells met it"),
                   figures={"cells": len(cells)})


async def _push(stage: Stage, site: Site, name: str, place: str) -> Pushed:
    """Planned, started and watched until it is undone, or was watched for long enough."""
    code, said = await site.petrel("releases", "add", place, "--name", name)
    if code:
        raise Broken(said)
    planned = json.loads(await _told(site, "changes", "plan", "release", f"to={name}", "backup=any", "--reason",
                                     "a drill pushes it", "--json"))
    pushed = Pushed(name, planned["visiting"][0], time.monotonic())
    await _told(site, "changes", "start", planned["id"])
    async with site.database() as owner:
        while True:
            state, pushed.why, reach, release = await owner.fetchrow(STATE, int(planned["id"]))
            now = time.monotonic()
            pushed.reach = max(pushed.reach, reach)
            if release == "serving" and not pushed.served_at:
                pushed.served_at = now
                stage.say(f"{name}: its first cell has it after {now - pushed.began_at:.0f} s")
            if state == "undone":
                pushed.over_at = now
                break
            if now - (pushed.served_at or pushed.began_at + FIRST_S) > WATCHED_S:
                break
            await asyncio.sleep(0.2)
        if not pushed.over_at:
            await _told(site, "changes", "undo", planned["id"], "--reason", "watched for long enough")
        stage.say(f"{name}: {'undone: ' + pushed.why if pushed.over_at else f'goes on, in {pushed.reach} cells'}")
        await site.until(lambda: "beside" not in site.running().parts, 60, "it to end")
    return pushed


async def _told(site: Site, *words: str) -> str:
    code, said = await site.petrel(*words)
    if code:
        raise Broken(f"petrel {' '.join(words)}: {said}")
    return said


def _outcome(pushed: list[Pushed], asked: list[Asked]) -> Outcome:
    by_name = {one.name: one for one in pushed}
    bad = [by_name["failing"], by_name["slow"]]
    undone = [one.over_at - one.served_at if one.over_at and one.served_at else None for one in bad]
    failing = by_name["failing"]
    elsewhere = [one for one in failed(asked) if not (one.cell == failing.cell and one.at >= failing.served_at - 1)]
    met = {one.account for one in failed(asked)}
    touched = {one.account for one in asked for push in bad
               if one.cell == push.cell and push.served_at <= one.at <= (push.over_at or one.at)}
    slow = by_name["slow"]
    during = {inside: [one.took_s for one in asked if (one.cell == slow.cell) is inside
                       and slow.served_at <= one.at <= (slow.over_at or one.at)] for inside in (True, False)}
    medians = {inside: statistics.median(found) if found else 0.0 for inside, found in during.items()}
    first = [one.served_at - one.began_at for one in pushed if one.served_at]
    harm = {
        HARM: elsewhere or any(one.reach > 1 for one in bad),
        "a bad push was not undone within a minute": any(s is None or s > UNDONE_S for s in undone),
        "a push without a fault was undone": by_name["harmless"].over_at,
        "a push did not reach its first cell in time": len(first) < len(pushed) or max(first) > FIRST_S,
    }
    figures = {
        "reads": len(asked), "failed": len(met), "failed_elsewhere": len(elsewhere),
        "undone_s": [None if s is None else round(s, 1) for s in undone],
        "first_cell_s": [round(s, 1) for s in first], "why": [one.why for one in bad],
        "touched_percent": round(100 * len(touched) / max(1, 2 * PEOPLE), 1),
        "harmless_reached": by_name["harmless"].reach,
        "slow_ms": round(medians[True] * 1000, 1), "usual_ms": round(medians[False] * 1000, 1),
    }
    return Outcome(
        harm=tuple(name for name, cases in harm.items() if cases), exercised=len(failed(asked)), figures=figures,
        phases=Phases(
            injected="a release that fails 5 % of homes, one that is 80 ms slower, one without a fault, under "
                     f"{len(asked)} reads",
            detected=" and ".join(f"{one.name}: {one.why}" for one in bad),
            contained=f"{figures['touched_percent']} % of the accounts had one of them; {len(elsewhere)} reads of "
                      "others failed",
            recovered=f"undone {figures['undone_s']} s after their first cell had them",
            lost=f"{len(failed(asked))} reads, all of the first cell" if not elsewhere else "reads of other cells"))
