"""Row 3: releases with faults are pushed to a site in use, as anybody would push one: `petrel changes start`.

One fails every twentieth home, one makes each home 80 ms slower, one takes on memory, one leaves every seventh post out
and answers 200; and the site itself has two bugs that sleep until flags are set, by changes as well: one fails, one
takes on memory. Each gets to the members of one cell of sixteen and no further, and goes by itself; but what only takes
on memory is held there for somebody to look. Ten pushes of a release without a fault go on; ninety
more are judged from what clients recorded meanwhile. Clients of every cell keep their own record.
"""

import asyncio
import json
import statistics
import time
from pathlib import Path
from typing import Any

from msgspec import Struct

from drills.pushing import again, builds
from drills.pushing.crowd import Asked, Crowd, failed
from petrel.ops.drills import Broken, Drill, Outcome, Phases, Site, Stage, clients, make_people

HARM = "a bad push reached members of other cells than its first"

DRILL = Drill(
    name="bad-push", row=3, tier="real", covers="whole", harm=HARM,
    sabotage="no cells: the failing release takes the whole site over at once, with `petrel upgrade`",
    shown=("undone_s", "touched_percent", "failed_elsewhere", "false_reverts", "first_cell_s"), limit_s=2700)

PEOPLE = 64
LEARN_S, UNDONE_S, WATCHED_S = 45.0, 60.0, 90.0
FIRST_S = 90.0
HEARD_S = 3.0
"""Web processes ask every two seconds what is in force."""

FAULTS = ("failing", "slow", "leaking", "wrong")
DORMANT, REMEMBERS, HARMLESS = "dormant", "remembers", "harmless"
AGAIN, JUDGED = 10, 90
FALSE_REVERTS = 1
"""Of those that are judged from records, at most; of real ones none."""

STATE = """
select c.state, c.why, c.reach, r.state from ops.change c left join ops.release r on r.change = c.id where c.id = $1
"""
# So that ten pushes need not wait for one another: the site may be changed once over within ten minutes.
MUCH_LATER = "update ops.exposure set since = since - interval '10 minutes', until = until - interval '10 minutes'"


class Pushed(Struct):
    """`served_at`: when its first cell had it; `over_at`: when it was undone. Monotonic; 0 for never."""

    name: str
    cell: int
    began_at: float
    served_at: float = 0
    over_at: float = 0
    why: str = ""
    reach: int = 0

    @property
    def undone_s(self) -> float | None:
        return self.over_at - self.served_at if self.over_at and self.served_at else None

    def had(self, one: Asked) -> bool:
        """Whether this was answered by it."""
        since, until = self.served_at - 1, (self.over_at or one.at) + HEARD_S
        return one.cell == self.cell and bool(self.served_at) and since <= one.at <= until


async def run(stage: Stage) -> Outcome:
    names = ("failing",) if stage.sabotage else (*FAULTS, HARMLESS)
    places = {name: builds.make(stage.folder / name, name) for name in names}
    sleeps = builds.make(stage.folder / DORMANT, DORMANT)
    async with (stage.site(settings={"PETREL_CANARY": "on"}, root=sleeps) as site,
                clients(site.address, connections=PEOPLE) as wire):
        async with stage.doors(site):
            people = await make_people([f"reader{n}" for n in range(PEOPLE)])
        async with Crowd(wire, people) as crowd:
            stage.say(f"{PEOPLE} people of 16 cells read; {LEARN_S:.0f} s to learn what is usual ...")
            await asyncio.sleep(LEARN_S)
            if bad := failed(crowd.asked):
                raise Broken(f"{len(bad)} reads failed before anything was pushed")
            if stage.sabotage:
                return await _at_once(site, crowd, places["failing"])
            for name, place in places.items():
                await site.told("releases", "add", str(place), "--name", name)
            pushed = [await _release(stage, site, name) for name in FAULTS]
            pushed.append(await _push(stage, site, DORMANT, "flag", "flag=packed-answers", "to=off"))
            pushed.append(await _push(stage, site, REMEMBERS, "flag", "flag=remembers", "to=on", by=sleeps))
            quiet_at = time.monotonic()
            harmless = [await _release(stage, site, HARMLESS) for _ in range(AGAIN)]
        judged = again.undone(again.recorded(crowd.since(quiet_at)), JUDGED)
        return _outcome(pushed, harmless, judged, crowd.asked)


async def _at_once(site: Site, crowd: Crowd, place: Any) -> Outcome:
    """Every member meets it."""
    began = time.monotonic()
    await site.told("releases", "add", str(place))
    await site.told("upgrade", "--without-backup", by=place)
    await asyncio.sleep(15)
    cells = {one.cell for one in failed(crowd.since(began))}
    return Outcome(harm=(HARM,) if len(cells) > 1 else (), exercised=len(crowd.asked),
                   phases=Phases(injected="a release that fails 5 % of homes, to everybody at once",
                                 lost=f"members of {len(cells)} of 16 cells met it"),
                   figures={"cells": len(cells)})


async def _release(stage: Stage, site: Site, name: str) -> Pushed:
    found = await _push(stage, site, name, "release", f"to={name}", "backup=any")
    await site.until(lambda: "beside" not in site.running().parts, 60, "it to end")
    return found


async def _push(stage: Stage, site: Site, name: str, kind: str, *what: str, by: Path | None = None) -> Pushed:
    """Planned, started and watched until it is undone, goes on to more cells, or was watched for long enough. `by`: the
    program of that release, where ours does not know what is pushed."""
    async with site.database() as owner:
        await owner.execute(MUCH_LATER)
        planned = json.loads(await site.told("changes", "plan", kind, *what, "--reason", "a drill pushes it",
                                             "--json", by=by))
        pushed = Pushed(name, planned["visiting"][0], time.monotonic())
        await site.told("changes", "start", planned["id"], by=by)
        while True:
            state, pushed.why, reach, release = await owner.fetchrow(STATE, int(planned["id"]))
            now = time.monotonic()
            pushed.reach = max(pushed.reach, reach)
            if (kind != "release" or release == "serving") and not pushed.served_at:
                pushed.served_at = now
                stage.say(f"{name}: its first cell has it after {now - pushed.began_at:.0f} s")
            if state == "undone" or (state == "paused" and name == REMEMBERS and "taken on" in pushed.why):
                pushed.over_at = now
                break
            if reach > 1 or now - (pushed.served_at or pushed.began_at + FIRST_S) > WATCHED_S:
                break
            await asyncio.sleep(0.2)
        if state != "undone":
            await site.told("changes", "undo", planned["id"], "--reason", "watched for long enough", by=by)
        stage.say(f"{name}: {'undone: ' + pushed.why if pushed.over_at else f'goes on, in {pushed.reach} cells'}")
    return pushed


def _outcome(bad: list[Pushed], harmless: list[Pushed], judged: tuple[int, int], asked: list[Asked]) -> Outcome:
    undone = [one.undone_s for one in bad]
    elsewhere = [one for one in failed(asked) if not any(push.had(one) for push in bad)]
    touched = [len({one.account for one in asked if push.had(one)}) for push in bad]
    slow = next(one for one in bad if one.name == "slow")
    took = {inside: [one.took_s for one in asked if (one.cell == slow.cell) is inside
                     and slow.served_at <= one.at <= (slow.over_at or one.at)] for inside in (True, False)}
    medians = {inside: statistics.median(found) if found else 0.0 for inside, found in took.items()}
    first = [one.served_at - one.began_at for one in (*bad, *harmless) if one.served_at]
    false = [one for one in harmless if one.over_at]
    harm = {
        HARM: elsewhere or any(one.reach > 1 for one in bad),
        "a bad push was not undone within a minute": any(s is None or s > UNDONE_S for s in undone),
        "a bad push touched more than a sixteenth of the accounts": max(touched) > PEOPLE / 16,
        "a push without a fault was undone": false or any(one.reach < 2 for one in harmless),
        "pushes without a fault would have been undone": judged[0] > FALSE_REVERTS or judged[1] < JUDGED,
        "a push did not reach its first cell in time": len(first) < len(bad) + len(harmless) or max(first) > FIRST_S,
    }
    figures = {
        "reads": len(asked), "failed": len(failed(asked)), "failed_elsewhere": len(elsewhere),
        "undone_s": {one.name: s and round(s, 1) for one, s in zip(bad, undone, strict=True)},
        "why": {one.name: one.why for one in bad},
        "touched_percent": round(100 * max(touched) / PEOPLE, 1),
        "first_cell_s": [round(s, 1) for s in first],
        "harmless_reached": [one.reach for one in harmless], "harmless_why": [one.why for one in false],
        "false_reverts": f"{len(false)} of {len(harmless)} real, {judged[0]} of {judged[1]} judged",
        "slow_ms": round(medians[True] * 1000, 1), "usual_ms": round(medians[False] * 1000, 1),
    }
    return Outcome(
        harm=tuple(name for name, cases in harm.items() if cases), exercised=len(failed(asked)), figures=figures,
        phases=Phases(
            injected="releases that fail 5 % of homes, are 80 ms slower, take on memory, leave out every seventh post; "
                     f"two flags that wake bugs; {len(harmless)} pushes without a fault; under {len(asked)} reads",
            detected="; ".join(f"{one.name}: {one.why}" for one in bad),
            contained=f"at most {figures['touched_percent']} % of the accounts had one of them; {len(elsewhere)} reads "
                      "of others failed",
            recovered=f"undone {figures['undone_s']} s after their first cell had them",
            lost=f"{len(failed(asked))} reads, all of a first cell" if not elsewhere else "reads of other cells"))
