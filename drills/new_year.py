"""Row 25: at midnight everybody sends photos and films, on a disk that has not enough room and a line that is too thin.

The site's directory is a file system of its own, on a loop device; the crowd is at the other end of a shaped line, in a
network namespace. Beside the crowd people post plain text and read, before it comes and while it is there. Later the
processes that serve and that read files are killed in the midst of it.
"""

import asyncio
import os
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
from msgspec import Struct, field, structs

from drills import hosts
from drills.newyear import comparing, files
from drills.newyear.comparing import Compared
from drills.newyear.files import File
from drills.newyear.line import Far, Line, line
from petrel.features.media import jobs
from petrel.ops.drills import Broken, Drill, Outcome, Person, Phases, Site, Stage, clients, follow, make_people

FULL = "the disk was more than 90 % full"

DRILL = Drill(
    name="new-year", row=25, tier="real", covers="part", harm=FULL,
    sabotage="refusing uploads while there is room for the rest, and the bound of files on the line,",
    left_out="cheaper renditions under pressure, which there are none of; uploads that go on where they were cut off; "
             "several hosts",
    shown=("text_p99_quiet_ms", "text_p99_flood_ms", "taken", "served", "orphans", "disk_most"), limit_s=600)

DISK_MIB, UPLOADS_MIB, POSTS_MIB = 800, 150, 60
LINE_MBIT, FILES_MBIT = 100, 25
PICTURES, FILMS, OLD = 130, 36, 8
TEXTERS, PER_S, UPLOADERS, VIEWERS = 12, 20.0, 14, 4
WARM_S, QUIET_S, FLOOD_S, KILLED_S, FLOODS_S = 4.0, 30.0, 95.0, 15.0, 110.0
SETTLE_S = 210.0
MOST, SLOWER = 0.90, 1.5


class Night(Struct):
    """Times by the monotonic clock. `disk_most`: the largest part of the disk that was ever taken."""

    files: list[File] = []
    quiet: tuple[float, float] = (0, 0)
    flood: tuple[float, float] = (0, 0)
    disk_most: float = 0.0
    disk_at_end: float = 0.0
    texts: dict[str, Any] = {}
    crowd: dict[str, Any] = {}
    compared: Compared = field(default_factory=Compared)
    left: list[str] = []
    strays: int = 0
    orphans: list[str] = []
    lost: list[str] = []


async def run(stage: Stage) -> Outcome:
    night = Night()
    with hosts.disk(stage.folder / "site", DISK_MIB) as disk, line(LINE_MBIT) as wire:
        stage.say("Taking photos and films ...")
        night.files = await asyncio.to_thread(files.made, stage.folder / "camera", PICTURES, FILMS, OLD)
        bounds = {"PETREL_DISK_UPLOADS_MIB": "0" if stage.sabotage else str(UPLOADS_MIB),
                  "PETREL_DISK_POSTS_MIB": "0" if stage.sabotage else str(POSTS_MIB), "PETREL_HOST": wire.address}
        async with AsyncExitStack() as stack:
            watch = asyncio.create_task(_watch(disk, night))
            stack.callback(watch.cancel)
            site = await stack.enter_async_context(stage.site(settings=bounds))
            site.address = f"http://{wire.address}:{site.address.rpartition(':')[2]}"
            await asyncio.to_thread(os.sync)        # the camera's
            if not stage.sabotage:
                await site.told("settings", "set", "media_mbit", str(FILES_MBIT))
            async with stage.doors(site):
                people = await make_people([f"t{n:02}" for n in range(TEXTERS)])
                senders = await make_people([f"u{n:02}" for n in range(UPLOADERS)])
                await follow([(a, b) for a in people for b in (*people, *senders) if a is not b])
            await _midnight(stage, site, wire, disk, people, senders, night)
            if not stage.sabotage:
                await _morning(stage, site, people, night)
    return _outcome(stage, night)


async def _watch(disk: Path, night: Night) -> None:
    while True:
        state = os.statvfs(disk)
        night.disk_at_end = 1 - state.f_bavail / state.f_blocks
        night.disk_most = max(night.disk_most, night.disk_at_end)
        await asyncio.sleep(0.1)


async def _midnight(stage: Stage, site: Site, wire: Line, disk: Path, people: list[Person], senders: list[Person],
                    night: Night) -> None:
    texts = await Far.begin(wire, "drills.newyear.texts", {
        "address": site.address, "tokens": [one.token for one in people], "per_s": PER_S})
    crowd = None
    try:
        stage.say("Plain posts before midnight ...")
        await asyncio.sleep(WARM_S)
        night.quiet = time.monotonic(), time.monotonic() + QUIET_S
        await asyncio.sleep(QUIET_S)
        stage.say(f"Midnight: {len(night.files)} files, {sum(f.bytes for f in night.files) >> 20} MiB; the disk is "
                  f"{night.disk_at_end:.0%} full ...")
        began = time.monotonic()
        crowd = await Far.begin(wire, "drills.newyear.crowd", {
            "address": site.address, "uploaders": [one.token for one in senders], "viewers": VIEWERS,
            "files": [structs.asdict(one) for one in night.files]}, nice=10)
        await _flooded(site, night, began, FLOODS_S if stage.sabotage else FLOOD_S, stage.sabotage)
        night.flood = began + WARM_S, time.monotonic()
        if not stage.sabotage:
            stage.say("Killing a web process, the jobs and whatever reads files ...")
            _kill(site)
            await _flooded(site, night, time.monotonic(), KILLED_S, False)
            stage.say(f"The crowd is done; the disk is {night.disk_at_end:.0%} full. Waiting for what was taken ...")
            night.crowd = await crowd.end(SETTLE_S + 20)
            night.texts = await texts.end(30)
    finally:
        for one in (texts, crowd):
            if one is not None:
                await one.kill()


async def _flooded(site: Site, night: Night, began: float, lasts_s: float, sabotaged: bool) -> None:
    while time.monotonic() - began < lasts_s and not (sabotaged and night.disk_most > MOST):
        if site.process.returncode is not None:
            raise Broken(f"the site has ended: ...{site.said()}")
        await asyncio.sleep(0.2)


def _kill(site: Site) -> None:
    parts = site.running().parts
    for number in (parts["web"].pids[0], *parts["jobs"].pids):
        process = psutil.Process(number)
        for child in process.children(recursive=True):
            child.kill()                                # the decoder
        process.kill()


async def _morning(stage: Stage, site: Site, people: list[Person], night: Night) -> None:
    await site.told("settings", "set", "media_mbit", "0")
    await asyncio.sleep(3)
    taken = night.crowd["taken"]
    stage.say(f"{len(taken)} files were taken; comparing each with what it should be ...")
    async with clients(site.address, connections=8, timeout_s=60) as wire:
        night.compared = await comparing.compare(wire, night.files, taken)
        there: set[int] = set()
        for person in people:
            async for post in wire.pages(f"/api/v1/accounts/{person.id}/statuses?limit=40"):
                there.add(int(post["id"]))
    night.lost = [text for _, _, number, text in night.texts["posts"] if not number or number not in there]
    night.left = await comparing.orphans(site, site.data)
    async with site.database() as base, stage.doors(site):
        await base.execute("update media.file set at = at - interval '2 hours'")     # an hour goes by
        jobs.STRAY_S = 0.0
        await jobs.sweep()
    night.orphans = await comparing.orphans(site, site.data)


def _took_ms(rows: list[list[float]], span: tuple[float, float], part: float = 0.99) -> tuple[float, int]:
    took = sorted(row[1] for row in rows if span[0] <= row[0] < span[1])
    if len(took) < 100:
        raise Broken(f"only {len(took)} answers to judge by")
    return took[int(len(took) * part)] * 1000, len(took)


def _outcome(stage: Stage, night: Night) -> Outcome:
    is_full = night.disk_most > MOST
    figures: dict[str, Any] = {"disk_most": round(night.disk_most, 3), "line_mbit": LINE_MBIT, "disk_mib": DISK_MIB}
    if stage.sabotage:
        flood_s = night.flood[1] - night.flood[0] + WARM_S
        return Outcome(harm=(FULL,) * is_full, exercised=len(night.files), figures=figures, phases=Phases(
            injected=f"{len(night.files)} files for a disk that has not the room; {flood_s:.0f} s later it was "
                     f"{night.disk_most:.0%} full"))
    quiet, count = _took_ms(night.texts["posts"], night.quiet)
    flood, flood_count = _took_ms(night.texts["posts"], night.flood)
    reads_quiet, _ = _took_ms(night.texts["reads"], night.quiet)
    reads_flood, _ = _took_ms(night.texts["reads"], night.flood)
    crowd, taken = night.crowd, night.crowd["taken"]
    refused = sum(crowd["refused"].values())
    harm = {
        FULL: is_full, "text posts slowed by the flood": flood > quiet * SLOWER,
        "a file that was taken is not served, or not bit for bit": night.compared.wrong,
        "files that belong to nothing, or rows without files": night.orphans,
        "refused without a reason or a time to try again": crowd["rude"], "an answer nobody expects": crowd["odd"],
        "text post lost": night.lost}
    ready = sorted(one["ready_s"] for one in taken if "ready_s" in one)
    figures |= {
        "text_p50_quiet_ms": round(_took_ms(night.texts["posts"], night.quiet, 0.5)[0], 1),
        "text_p50_flood_ms": round(_took_ms(night.texts["posts"], night.flood, 0.5)[0], 1),
        "text_p99_quiet_ms": round(quiet, 1), "text_p99_flood_ms": round(flood, 1), "texts": count + flood_count,
        "home_p99_quiet_ms": round(reads_quiet, 1), "home_p99_flood_ms": round(reads_flood, 1),
        "taken": len(taken), "served": night.compared.served, "renditions": night.compared.parts,
        "served_mib": night.compared.bytes >> 20, "refused": dict(crowd["refused"]),
        "refused_after_s": round(crowd["first_refused_at"] - night.flood[0] + WARM_S, 1) if refused else None,
        "ready_p50_s": round(ready[len(ready) // 2], 1), "ready_most_s": round(ready[-1], 1),
        "viewed": crowd["viewed"], "viewed_mib": crowd["viewed_bytes"] >> 20, "no_answer": crowd["no_answer"],
        "left_by_kills": len(night.left), "orphans": len(night.orphans), "lost": len(night.lost),
        "examples": [*night.compared.wrong[:3], *crowd["odd"][:3], *crowd["rude"][:3], *night.orphans[:3],
                     *night.left[:3]]}
    if not refused:
        stage.say(repr(figures))
        raise Broken("nothing was refused: the disk was never short")
    return Outcome(
        harm=tuple(name for name, cases in harm.items() if cases), exercised=len(taken), figures=figures,
        phases=Phases(
            injected=f"{len(night.files)} photos and films on a line of {LINE_MBIT} Mbit/s and a disk of {DISK_MIB} "
                     f"MiB; a web process, the jobs and the decoder killed in the midst of it",
            detected=f"the first refused after {figures['refused_after_s']} s",
            contained=f"text posts p99 {quiet:.0f} ms before, {flood:.0f} ms meanwhile; the disk {night.disk_most:.0%} "
                      f"full at most; {refused} refusals, each with a reason and a time",
            recovered=f"{night.compared.served} of {len(taken)} taken files served bit for bit, read after "
                      f"{figures['ready_p50_s']} s in the middle, {figures['ready_most_s']} s at most",
            lost=f"{len(night.lost)} text posts; {len(night.left)} files were left by the kills, {len(night.orphans)} "
                 "after the sweep"))
