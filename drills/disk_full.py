"""Row 1, the part for one host: a program that is not ours fills the disk of a site under load, to the last byte.

The site's directory is a file system of its own, small, on a loop device. People post, like and boost; one deletes and
one reads all the while. The owner's webhook keeps what it is told.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from msgspec import Struct

from drills import hosts
from petrel.ops.drills import (
    Broken,
    Clients,
    Drill,
    Lost,
    Outcome,
    Person,
    Phases,
    Site,
    Stage,
    clients,
    follow,
    make_people,
)
from petrel.ops.drills.load import Load
from petrel.ops.drills.reckoning import Reckoning, Witness

REFUSED = "deletion refused while the disk was full"

DRILL = Drill(
    name="disk-full", row=1, tier="real", covers="part", harm=REFUSED,
    sabotage="refusing uploads and posts before the disk is full, and the ballast",
    left_out="several hosts, the change behind a growth, uploads of media, for which a large form stands",
    shown=("named_s", "acknowledged", "lost", "deleted_while_full", "back_s"), limit_s=420)

DISK_MIB, UPLOADS_MIB, POSTS_MIB, BALLAST_MIB = 1600, 600, 400, 128
PEOPLE, READERS, PER_S = 12, 2, 1.0
FULL_S, PATIENT_S, NAMED_S, BACK_S, GIVE_UP_S = 20.0, 5.0, 30.0, 15.0, 120.0
MORSELS = 400
HOG = """
import os, sys, time
file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT, 0o600)
def fill(size):
    try:
        while os.write(file, b"x" * size):
            os.fdatasync(file)      # what the file system holds back for the unwritten, it gives back late
            time.sleep(0.04 if size > 4096 else 0)
    except OSError:
        pass
fill(1 << 20)
fill(4096)
print("full", flush=True)
time.sleep(3600)
"""


class Seen(Struct):
    """Seconds after the hog began, None for never. `tried` and `refused` by what was tried while the disk was full."""

    named_s: float | None = None
    named_as: str = ""
    uploads_s: float | None = None
    posts_s: float | None = None
    full_s: float | None = None
    back_s: float | None = None
    deleted: int = 0
    read: int = 0
    not_deleted: list[str] = []
    not_read: list[str] = []
    restarts: int = 0


async def run(stage: Stage) -> Outcome:
    with hosts.disk(stage.folder / "site", DISK_MIB) as disk:
        async with _owner() as (address, told):
            guards = {"PETREL_DISK_UPLOADS_MIB": UPLOADS_MIB, "PETREL_DISK_POSTS_MIB": POSTS_MIB,
                      "PETREL_BALLAST_MIB": BALLAST_MIB}
            settings = {name: "0" if stage.sabotage else str(mib) for name, mib in guards.items()}
            settings["PETREL_ALERT_WEBHOOK"] = address
            async with stage.site(settings=settings) as site:
                return await _fill(stage, site, disk, told)


async def _fill(stage: Stage, site: Site, disk: Path, told: list[str]) -> Outcome:
    async with stage.doors(site):
        people = await make_people([f"f{n:02}" for n in range(PEOPLE)])
        [careful] = await make_people(["careful"])
        follows = {n: [(n + 1) % PEOPLE, (n + 2) % PEOPLE] for n in range(PEOPLE)}
        await follow([(people[a], people[b]) for a, some in follows.items() for b in some])
    async with clients(site.address, connections=PEOPLE + READERS + 4) as wire:
        morsels = [await _post(wire, careful, n) for n in range(MORSELS)]
        async with Load(wire, people, per_s=PER_S, readers=READERS, seed=1) as load:
            if not stage.sabotage:
                await site.until(lambda: len(list((disk / "ballast").glob("*"))) == 4, 60, "the ballast")
            seen = await _strike(stage, site, wire, careful, morsels, disk, told)
            unfinished = await load.drained(60 if not stage.sabotage else 5)
        stage.say(f"{len(load.record.acks)} acknowledged writes; comparing ...")
        found = await Witness(wire, people, load.record, follows).look()
    journal, _ = await site.petrel("journal", "verify")
    return _outcome(seen, found, len(load.record.acks), unfinished, journal)


async def _strike(stage: Stage, site: Site, wire: Clients, careful: Person, morsels: list[int], disk: Path,
                  told: list[str]) -> Seen:
    seen, file = Seen(), disk / "not-ours.bin"
    before = site.running()
    hog = await asyncio.create_subprocess_exec(sys.executable, "-c", HOG, str(file), stdout=subprocess.PIPE)
    began = time.monotonic()
    assert hog.stdout is not None
    full = asyncio.create_task(hog.stdout.readline())
    try:
        while not full.done():
            after_s = time.monotonic() - began
            if after_s > GIVE_UP_S:
                raise Broken("the disk did not fill")
            if seen.named_s is None and (said := [t for t in told if f"process {hog.pid}" in t]):
                seen.named_s, seen.named_as = after_s, said[0]
                stage.say(f"Named after {after_s:.1f} s.")
            if seen.uploads_s is None and await _upload(wire, careful) == 507:
                seen.uploads_s = time.monotonic() - began
            if seen.posts_s is None and await _status(wire, careful, "POST", "/api/v1/statuses", "x") == 507:
                seen.posts_s = time.monotonic() - began
            await asyncio.sleep(0.2)
        seen.full_s = time.monotonic() - began
        stage.say(f"Full after {seen.full_s:.1f} s; deleting and reading for {FULL_S:.0f} s ...")
        await asyncio.gather(_deletes(wire, careful, morsels, seen), _reads(wire, careful, seen))
    finally:
        full.cancel()
        hog.kill()
        await hog.wait()
        file.unlink(missing_ok=True)
    emptied = time.monotonic()
    while time.monotonic() - emptied < 60:
        if await _status(wire, careful, "POST", "/api/v1/statuses", "back again") == 200:
            seen.back_s = time.monotonic() - emptied
            break
        await asyncio.sleep(0.2)
    now = site.running()
    seen.restarts = sum(s.restarts for s in now.postgres.values()) - sum(s.restarts for s in before.postgres.values())
    return seen


async def _deletes(wire: Clients, careful: Person, morsels: list[int], seen: Seen) -> None:
    """Each is tried for some seconds, as a person would."""
    end = time.monotonic() + FULL_S
    while time.monotonic() < end and morsels:
        post, tried_s, status = morsels.pop(), time.monotonic(), 0
        while status != 200 and time.monotonic() - tried_s < PATIENT_S:
            if (status := await _status(wire, careful, "DELETE", f"/api/v1/statuses/{post}")) != 200:
                await asyncio.sleep(0.3)
            if status == 404:               # an answer that was lost had done it
                status = 200
        if status == 200:
            seen.deleted += 1
        else:
            seen.not_deleted.append(f"{post}: {status or 'no answer'}")


async def _reads(wire: Clients, careful: Person, seen: Seen) -> None:
    end = time.monotonic() + FULL_S
    while time.monotonic() < end:
        tried_s, status = time.monotonic(), 0
        while status != 200 and time.monotonic() - tried_s < PATIENT_S:
            status = await _status(wire, careful, "GET", "/api/v1/timelines/public")
            await asyncio.sleep(0.1)
        if status == 200:
            seen.read += 1
        else:
            seen.not_read.append(str(status or "no answer"))


async def _post(wire: Clients, who: Person, number: int) -> int:
    answer = await wire.ask("POST", "/api/v1/statuses", token=who.token, json={"status": f"morsel {number}",
                                                                              "visibility": "private"})
    return int(answer.json["id"])


async def _status(wire: Clients, who: Person, method: str, target: str, text: str = "") -> int:
    try:
        sent = {"status": text, "visibility": "private"} if text else None
        return (await wire.ask(method, target, token=who.token, json=sent)).status
    except Lost:
        return 0


async def _upload(wire: Clients, who: Person) -> int:
    try:
        answer = await wire.ask("PATCH", "/api/v1/accounts/update_credentials", token=who.token,
                                headers={"Content-Type": "multipart/form-data; boundary=b"}, form=b"x" * 70_000)
        return answer.status
    except Lost:
        return 0


@asynccontextmanager
async def _owner() -> AsyncIterator[tuple[str, list[str]]]:
    told: list[str] = []

    async def take(request: web.Request) -> web.Response:
        told.append((await request.json())["text"])
        return web.Response()

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/", told
    finally:
        await runner.cleanup()


def _outcome(seen: Seen, found: Reckoning, acknowledged: int, unfinished: int, journal: int) -> Outcome:
    lost = len(found.posts_lost) + len(found.likes_lost) + len(found.boosts_lost)
    late = seen.named_s is None or seen.full_s is None or seen.named_s > min(NAMED_S, seen.full_s)
    order = [at for at in (seen.uploads_s, seen.posts_s, seen.full_s) if at is not None]
    harm = {
        REFUSED: seen.not_deleted, "reading refused while the disk was full": seen.not_read,
        "acknowledged post lost": found.posts_lost, "acknowledged like or boost lost": found.likes_lost
        + found.boosts_lost, "post that was seen is gone": found.vanished,
        "who fills the disk was not named in time": [1] * late,
        "uploads were not refused first, then posts": [1] * (len(order) < 3 or order != sorted(order)),
        f"not back within {BACK_S:.0f} s of there being room": [1] * (seen.back_s is None or seen.back_s > BACK_S),
        "write never acknowledged": [1] * unfinished, "journal does not verify": [1] * bool(journal)}
    figures: dict[str, Any] = {
        "acknowledged": acknowledged, "lost": lost, "named_s": _s(seen.named_s),
        "uploads_refused_s": _s(seen.uploads_s),
        "posts_refused_s": _s(seen.posts_s), "full_s": _s(seen.full_s), "deleted_while_full": seen.deleted,
        "read_while_full": seen.read, "back_s": _s(seen.back_s), "database_restarts": seen.restarts,
        "told": seen.named_as[:300], "examples": [*seen.not_deleted[:3], *seen.not_read[:3], *found.posts_lost[:3]]}
    phases = Phases(
        injected=f"a program that is not ours fills a disk of {DISK_MIB} MiB in {_s(seen.full_s)} s, under load",
        detected=f"process, user and file named to the owner after {_s(seen.named_s)} s",
        contained=f"uploads refused after {_s(seen.uploads_s)} s, posts after {_s(seen.posts_s)} s; while full "
                  f"{seen.deleted} deleted, {seen.read} read, databases restarted {seen.restarts} times",
        recovered=f"posts taken {_s(seen.back_s)} s after there was room, without a restart of the site",
        lost=f"{lost} of {acknowledged} acknowledged")
    return Outcome(harm=tuple(name for name, cases in harm.items() if cases), exercised=acknowledged, phases=phases,
                   figures=figures)


def _s(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
