"""Row 4: a release that cannot be replaced any more, and has changed the databases, is pushed twice.

As a change it is found out before anybody is served by it. Then it is forced in with `petrel upgrade`, everything of
the site is ended by SIGKILL, the databases too, and two people with keys bring the last good release back with one file
that shares nothing with the product.
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

from drills.pushing import builds
from petrel.ops.drills import Broken, Clients, Drill, Outcome, Phases, Site, Stage, clients, make_people
from petrel.ops.drills.site import environment
from petrel.ops.processes import read_status
from petrel.storage.build import ROOT

HARM = "the site stays with a release that cannot be replaced"

DRILL = Drill(
    name="push-breaks-push", row=4, tier="real", covers="part", harm=HARM,
    sabotage="one of three keys: the file does nothing with it",
    left_out="DNS and discovery, which this site does not need to start; systemd; a virtual environment that is broken",
    shown=("refused_s", "back_s", "served"), limit_s=600)

BACK_S, READY_S, REFUSED_S = 30.0, 90.0, 120.0
KEY = re.compile(r"^Key \d: (\S+)$", re.M)
RUN = re.compile(r"^  (PYTHONPATH=\S+) (.+)$", re.M)


async def run(stage: Stage) -> Outcome:
    place = builds.make(stage.folder / "stuck", "stuck", migrates=True)
    rescue = shutil.copy(place / "petrel/rescue.py", stage.folder / "rescue.py")
    async with stage.site() as site, clients(site.address) as wire:
        async with stage.doors(site):
            person = (await make_people(["reader"]))[0]
        good = site.running().release
        keys = KEY.findall(await _told(site, "rescue", "keys"))
        for name, folder in (("good", ROOT), ("stuck", place)):
            await _told(site, "releases", "add", str(folder), "--name", name)
        refused_s, why = await _pushed(site, stage) if not stage.sabotage else (0.0, "")
        await _forced(site, place)
        through = await _goes_over(site, str(good.root) if good else "")
        stage.say("forced in: it serves, and cannot be replaced" if not through else "forced in, and could be replaced")
        _end_all(site)
        await site.process.wait()
        began = time.monotonic()
        code, said = await _rescue(rescue, site.data, ["pin", "good"],
                                   keys[:1] if stage.sabotage else keys[:2])
        back_s, served = await _started(site, said, wire, person.token, good, began) if not code else (None, False)
    harm = {
        HARM: back_s is None or not served,
        "a release that cannot be replaced was not found out": not stage.sabotage and "cannot be replaced" not in why,
        "it took longer than it may": (back_s or 0) > BACK_S or refused_s > REFUSED_S,
    }
    return Outcome(
        harm=tuple(name for name, cases in harm.items() if cases), exercised=2,
        figures={"refused_s": round(refused_s, 1), "back_s": back_s and round(back_s, 1), "served": served, "why": why,
                 "replaceable_when_forced": through},
        phases=Phases(injected="a release with a broken handover and a migration: as a change, then by force; then "
                               "SIGKILL to everything, databases too",
                      detected=f"as a change after {refused_s:.0f} s: {why}",
                      recovered=f"the last good release serves {back_s:.0f} s after somebody began with the one file"
                      if back_s else "not at all"))


async def _pushed(site: Site, stage: Stage) -> tuple[float, str]:
    """Seconds from the start to its end, and why it ended."""
    planned = json.loads(await _told(site, "changes", "plan", "release", "to=stuck", "backup=any", "--reason",
                                     "a drill pushes it", "--json"))
    began = time.monotonic()
    await _told(site, "changes", "start", planned["id"])
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


async def _forced(site: Site, place: Path) -> None:
    code, said = await _run([str(place / ".venv/bin/python"), "-P", "-m", "petrel", "upgrade", "--without-backup",
                             "--data", str(site.data)], environment(root=place))
    if code:
        raise Broken(f"it did not take over: {said}")


async def _goes_over(site: Site, root: str) -> bool:
    """Whether the site that the bad release serves can still be brought to another one as usual."""
    code, _ = await site.petrel("upgrade", "back")
    status = read_status(site.data)
    return code == 0 and status is not None and status.release is not None and status.release.root == root


def _end_all(site: Site) -> None:
    """As a power cut does."""
    status = site.running()
    pids = [pid for part in status.parts.values() for pid in part.pids] + status.leaving
    pids += [server.pid for server in status.postgres.values() if server.pid]
    for pid in [status.pid, *pids]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


async def _rescue(rescue: str | Path, data: Path, words: Sequence[str], keys: Sequence[str]) -> tuple[int, str]:
    """By the interpreter of the machine, which knows nothing of Petrel."""
    python = shutil.which("python3") or "python3"
    return await _run([python, "-I", str(rescue), str(data), *words], {}, "\n".join(keys) + "\n")


async def _started(site: Site, said: str, wire: Clients, token: str, good: Any, began: float
                   ) -> tuple[float | None, bool]:
    """As the file says; seconds until it serves, and whether a member is answered."""
    found = RUN.search(said)
    if found is None:
        raise Broken(f"the file does not say how to start it: {said}")
    port = site.address.rpartition(":")[2]
    process = await asyncio.create_subprocess_exec(
        "/bin/sh", "-c", f"{found[1]} exec {found[2]} --port {port}", env=environment(),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, start_new_session=True)
    try:
        while time.monotonic() - began < READY_S:
            status = read_status(site.data)
            if status is not None and status.pid == process.pid and status.state == "ready":
                answer = await wire.ask("GET", "/api/v1/timelines/home", token=token)
                is_good = status.release is not None and status.release.build == good.build
                return time.monotonic() - began, answer.status == 200 and is_good
            await asyncio.sleep(0.1)
        return None, False
    finally:
        process.terminate()
        await process.wait()


async def _told(site: Site, *words: str) -> str:
    code, said = await site.petrel(*words)
    if code:
        raise Broken(f"petrel {' '.join(words)}: {said}")
    return said


async def _run(command: Sequence[str], env: dict[str, str], typed: str = "") -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(*command, env=env, stdin=asyncio.subprocess.PIPE,
                                                   stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    said, _ = await process.communicate(typed.encode())
    return process.returncode or 0, said.decode(errors="replace")
