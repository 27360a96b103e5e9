"""Row 4: a release that cannot be replaced any more, and has changed the databases, is pushed twice.

As a change it is found out before anybody is served by it. Then it is forced in with `petrel upgrade`, everything of
the site is ended by SIGKILL, the databases too, and half of its interpreter goes. Where no name has an address and no
network is but loopback, two people with keys bring the last good release back with one file that shares nothing with
the product; it serves there, on the databases as the bad one left them. Discovery is dead in the same way: the site
has none of its own, and none could be reached.
"""

import asyncio
import json
import os
import re
import shutil
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from drills.pushing import builds
from drills.pushing.dark import Dark, dark
from drills.pushing.dark import run as run_program
from petrel.ops.drills import Broken, Drill, Outcome, Phases, Site, Stage, make_people
from petrel.ops.drills.site import environment
from petrel.ops.processes import read_status
from petrel.storage.build import ROOT

HARM = "the site stays with a release that cannot be replaced"

DRILL = Drill(
    name="push-breaks-push", row=4, tier="real", covers="whole", harm=HARM,
    sabotage="one of three keys: the file does nothing with it",
    shown=("refused_s", "back_s", "served"), limit_s=600)

BACK_S, READY_S, REFUSED_S = 30.0, 90.0, 120.0
KEY = re.compile(r"^Key \d: (\S+)$", re.M)
STATE = re.compile(r"^release   (good|stuck) in .+: (.+)$", re.M)
RUN = re.compile(r"^  (PYTHONPATH=\S+) (.+)$", re.M)


class Back(Struct):
    """`after_s`: from the first word to the file to a member's answer, None where none came. `served`: with 200, by the
    good release. `lives`: a post was taken and is in a home, with what the bad release added in force."""

    after_s: float | None = None
    served: bool = False
    lives: bool = False


async def run(stage: Stage) -> Outcome:
    place = builds.make(stage.folder / "stuck", "stuck", migrates=True)
    python = builds.part_environment(place)
    rescue = shutil.copy(place / "petrel/rescue.py", stage.folder / "rescue.py")
    with dark() as there:
        async with stage.site() as site:
            async with stage.doors(site):
                person = (await make_people(["reader"]))[0]
            await there.prove(site.address)
            good = site.running().release
            keys = KEY.findall(await site.told("rescue", "keys"))
            for name, folder in (("good", ROOT), ("stuck", place)):
                await site.told("releases", "add", str(folder), "--name", name)
            refused_s, why = await _pushed(site, stage) if not stage.sabotage else (0.0, "")
            through = await _forced(site, place, str(good.root) if good else "")
            stage.say("forced in: it serves, and cannot be replaced" if not through
                      else "forced in, and could be replaced")
            await _end_all(site)
            builds.cut_off(python)
            without = await _begins_not(there, site, python, place)
            stage.say(f"started as it is: {without}")
            back = await _rescued(there, rescue, site, keys[:1] if stage.sabotage else keys[:2], person.token, good)
    harm = {
        HARM: not back.served,
        "a release that cannot be replaced was not found out": not stage.sabotage and "cannot be replaced" not in why,
        "it took longer than it may": (back.after_s or 0) > BACK_S or refused_s > REFUSED_S,
        "the last good release does not live with what the bad one added": back.served and not back.lives,
    }
    return Outcome(
        harm=tuple(name for name, cases in harm.items() if cases), exercised=2,
        figures={"refused_s": round(refused_s, 1), "back_s": back.after_s and round(back.after_s, 1),
                 "served": back.served, "lives": back.lives, "why": why, "without": without,
                 "replaceable_when_forced": through},
        phases=Phases(injected="a release with a broken handover and a migration: as a change, then by force; then "
                               "SIGKILL to everything, databases too, half of its interpreter gone, and no network and "
                               "no names",
                      detected=f"as a change after {refused_s:.0f} s: {why}",
                      recovered=f"the last good release serves {back.after_s:.0f} s after somebody began with the one "
                                "file" if back.after_s else "not at all"))


async def _pushed(site: Site, stage: Stage) -> tuple[float, str]:
    """Seconds from the start to its end, and why it ended."""
    planned = json.loads(await site.told("changes", "plan", "release", "to=stuck", "backup=any", "--reason",
                                     "a drill pushes it", "--json"))
    began = time.monotonic()
    await site.told("changes", "start", planned["id"])
    async with site.database() as owner:
        while time.monotonic() - began < REFUSED_S:
            state, why = await owner.fetchrow("select state, why from ops.change where id = $1", int(planned["id"]))
            if state == "undone":
                break
            await asyncio.sleep(0.2)
    took_s = time.monotonic() - began
    stage.say(f"as a change it was {state} after {took_s:.0f} s: {why}")
    await site.until(lambda: "beside" not in site.running().parts, 60, "it to end")
    return took_s, why


async def _forced(site: Site, place: Path, root: str) -> bool:
    """Whether the site that the bad release serves then can still be brought to another one as usual."""
    await site.told("upgrade", "--without-backup", by=place)
    if not await _is_migrated(site):
        raise Broken("it changed nothing in the databases")
    code, _ = await site.petrel("upgrade", "back")
    status = read_status(site.data)
    return code == 0 and status is not None and status.release is not None and status.release.root == root


async def _is_migrated(site: Site) -> bool:
    async with site.database() as owner:
        return bool(await owner.fetchval(builds.MIGRATED))


async def _end_all(site: Site) -> None:
    """As a power cut does."""
    status = site.running()
    pids = [pid for part in status.parts.values() for pid in part.pids] + status.leaving
    pids += [server.pid for server in status.postgres.values() if server.pid]
    for pid in [status.pid, *pids]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    await site.process.wait()


async def _begins_not(there: Dark, site: Site, python: Path, root: Path) -> str:
    """What comes of a start of the release that was forced in. Errors: Broken, when it does begin."""
    code, said = await run_program(
        there.command(str(python), "-P", "-m", "petrel", "up", "--data", str(site.data), "--port", _port(site)),
        environment(root=root), most_s=READY_S)
    if not code:
        raise Broken(f"it begins with half an interpreter: {said}")
    return said.strip() or (signal.strsignal(-code) if code < 0 else None) or f"it ended with {code}"


async def _rescued(there: Dark, rescue: str | Path, site: Site, keys: Sequence[str], token: str, good: Any) -> Back:
    """By the interpreter of the machine, which knows nothing of Petrel: looks, pins, and starts it as the file says."""
    began = time.monotonic()

    async def file(*words: str) -> tuple[int, str]:
        return await run_program(there.command(there.python, "-I", str(rescue), str(site.data), *words), {},
                                 "\n".join(keys) + "\n")

    _, looked = await file("status")
    if (seen := dict(STATE.findall(looked))) != {"good": "begins", "stuck": "DOES NOT BEGIN"}:
        raise Broken(f"of the releases the file says {seen}: {looked}")
    code, said = await file("pin", "good")
    if code:
        return Back()
    if (found := RUN.search(said)) is None:
        raise Broken(f"the file does not say how to start it: {said}")
    process = await asyncio.create_subprocess_exec(
        *there.command("/bin/sh", "-c", f"{found[1]} exec {found[2]} --port {_port(site)}"), env=environment(),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, start_new_session=True)
    try:
        while time.monotonic() - began < READY_S:
            status = read_status(site.data)
            if status is not None and status.pid == process.pid and status.state == "ready":
                answer, _ = await there.ask(site.address, "GET", "/api/v1/timelines/home", token)
                back = Back(time.monotonic() - began)
                back.served = answer == 200 and status.release is not None and status.release.build == good.build
                back.lives = await _lives(there, site, token)
                return back
            await asyncio.sleep(0.1)
        return Back()
    finally:
        process.terminate()
        await process.wait()


async def _lives(there: Dark, site: Site, token: str) -> bool:
    """Whether it writes and reads, and what the bad release did to the databases is still in force."""
    taken, post = await there.ask(site.address, "POST", "/api/v1/statuses", token, {"status": "Back again"})
    read, home = await there.ask(site.address, "GET", "/api/v1/timelines/home", token)
    return (taken == read == 200 and json.loads(post)["id"] in {one["id"] for one in json.loads(home)}
            and await _is_migrated(site))


def _port(site: Site) -> str:
    return site.address.rpartition(":")[2]
