"""Row 45: the data directory is deleted under load and the host destroyed; the site comes back on another one.

Copies and log go to another host over SSH (an sshd on loopback). What the archive of the log had acknowledged when the
host went is the promise: all of it has to be there afterwards. How long the restore takes is foretold before it begins.
"""

import asyncio
import json
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
from msgspec import Struct

from drills.going_live.acts import populate
from drills.hosts import ssh_host
from petrel.ops import backups
from petrel.ops.drills import Broken, Drill, Outcome, Person, Phases, Site, Stage, clients, follow, make_people
from petrel.ops.drills.load import Load, Record
from petrel.ops.drills.reckoning import Reckoning, Witness
from petrel.ops.drills.site import environment
from petrel.storage.build import ROOT

LOST = "acknowledged and archived post lost"

DRILL = Drill(
    name="data-loss", row=45, tier="real", covers="part", harm=LOST, sabotage="storing before it is acknowledged",
    left_out="a standby; what is acknowledged in the last moment before the loss, which the archive had not yet",
    shown=("archived", "lost", "window_s", "restore_s", "foretold_s"), limit_s=900)

PEOPLE, FOLLOWS, READERS = 40, 6, 2
CROWD = 30_000
"""Others, who do nothing: a restore takes so long that what differs from one second to the next does not decide."""
BEFORE_S, AFTER_S = 20.0, 15.0
PER_S = 2.0
FIRST_S, SETTLED_S, OFF_BY_MOST = 90.0, 120.0, 0.25
UNSEALED, FEW = """
select (select count(*) from journal.entry) - (select coalesce(sum(cardinality(ids)), 0) from journal.seal)
""", 500
NEEDED = 2


class Gone(Struct, frozen=True):
    """Moments of the loss. `claimed_ms`: everything acknowledged before was in the archive, as the site had noted it.
    `at_s`: monotonic; `wall_offset_s`: what to add for the time of day."""

    claimed_ms: int
    at_s: float
    wall_offset_s: float


class Back(Struct, frozen=True):
    said: dict[str, Any]
    foretold: dict[str, float]
    foretold_s: float
    restore_s: float
    serving_s: float
    found: Reckoning
    in_window: Reckoning
    written_again: int
    journal: int


async def run(stage: Stage) -> Outcome:
    with ssh_host(stage.folder / "elsewhere") as (target, access):
        settings = {"PETREL_BACKUP_TARGET": target, "PETREL_BACKUP_SSH_CONFIG": access.ssh_config}
        program = ("drills.sabotaged", "archive-nothing") if stage.sabotage else ("petrel",)
        async with stage.site(program, settings) as site:
            record, people, follows, gone, papers = await _lose(stage, site, settings)
        await asyncio.to_thread(shutil.rmtree, site.data, True)
        return await _come_back(stage, site, settings, (record, people, follows, gone, papers))


async def _lose(stage: Stage, site: Site, settings: dict[str, str]) -> tuple[
        Record, list[Person], dict[int, list[int]], Gone, list[Path]]:
    await site.until(lambda: (n := backups.newest(site.data)) is not None and n.proven_at_ms, FIRST_S,
                     "the first backup and its rehearsal")
    papers = await asyncio.to_thread(_shares, stage, site, settings)
    async with stage.doors(site):
        people = await make_people([f"d{n:02}" for n in range(PEOPLE)])
        follows = {n: [(n + step) % PEOPLE for step in range(1, FOLLOWS + 1)] for n in range(PEOPLE)}
        await follow([(people[a], people[b]) for a, some in follows.items() for b in some])
        evening = await make_people([f"e{n:02}" for n in range(PEOPLE)])
        stage.say(f"{CROWD:,} others join ...")
        await populate(site, CROWD, people)
        await _settled(site)
    async with clients(site.address, connections=PEOPLE + READERS) as wire:
        stage.say(f"{PEOPLE} people write for {BEFORE_S:.0f} s; then it is night, with a copy and its rehearsal ...")
        async with Load(wire, evening, per_s=PER_S, readers=READERS, seed=44) as load:
            await asyncio.sleep(BEFORE_S)
            await load.drained(20)
        for verb in ("create", "rehearse"):
            await asyncio.to_thread(_petrel, settings, "backups", verb, "--data", str(site.data))
        stage.say(f"{PEOPLE} others write for {AFTER_S:.0f} s ...")
        async with Load(wire, people, per_s=PER_S, readers=READERS, seed=45) as load:
            await asyncio.sleep(AFTER_S)
            gone = await _destroy(stage, site)
    return load.record, people, follows, gone, papers


async def _settled(site: Site) -> None:
    """Until the crowd's entries of the journal are sealed and archived, as in any night. Errors: Broken."""
    async with site.database() as db:
        until_s = time.monotonic() + SETTLED_S
        while await db.fetchval(UNSEALED) > FEW:
            if time.monotonic() > until_s:
                raise Broken(f"the journal was not sealed within {SETTLED_S:.0f} s")
            await asyncio.sleep(0.5)
    sealed_ms = time.time() * 1000
    await site.until(lambda: (n := backups.newest(site.data)) is not None and n.archived_at_ms > sealed_ms, SETTLED_S,
                     "the archive")


def _shares(stage: Stage, site: Site, settings: dict[str, str]) -> list[Path]:
    """Papers of two of three people."""
    text = _petrel(settings, "backups", "shares", "--split", f"{NEEDED}of3", "--data", str(site.data))
    papers = []
    for number, line in enumerate(line for line in text.splitlines() if line.startswith("petrel-share-1")):
        papers.append(stage.folder / f"share {number}")
        papers[-1].write_text(line)
    return papers[1:]


def _petrel(settings: dict[str, str], *args: str) -> str:
    done = subprocess.run([sys.executable, "-m", "petrel", *args], cwd=ROOT, env=environment(settings),
                          capture_output=True, text=True)
    if done.returncode:
        raise Broken(f"petrel {' '.join(args[:2])} ended with {done.returncode}: {(done.stderr or done.stdout)[-800:]}")
    return done.stdout


async def _destroy(stage: Stage, site: Site) -> Gone:
    """First the note of what is archived, then the files, then every process: nobody can tidy up."""
    supervisor = psutil.Process(site.process.pid)
    family = [supervisor, *supervisor.children(recursive=True)]
    note = backups.newest(site.data)
    if note is None or not note.archived_at_ms:
        raise Broken("the site says nothing of an archive")
    gone = Gone(note.archived_at_ms, time.monotonic(), time.time() - time.monotonic())
    await asyncio.to_thread(shutil.rmtree, site.data / "main", True)
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    await site.process.wait()
    stage.say(f"The host is gone; its archive had all until {_window_s(gone):.2f} s before.")
    return gone


def _window_s(gone: Gone) -> float:
    return round(gone.at_s + gone.wall_offset_s - gone.claimed_ms / 1000, 2)


async def _come_back(stage: Stage, site: Site, settings: dict[str, str], lost: tuple[Any, ...]) -> Outcome:
    record, people, follows, gone, papers = lost
    new = stage.folder / "another"
    words = ["restore", settings["PETREL_BACKUP_TARGET"], "--data", str(new), "--json",
             *(word for paper in papers for word in ("--share-file", str(paper)))]
    said = json.loads(await asyncio.to_thread(_petrel, settings, *words))
    restore_s = said["took_s"]
    foretold_s = sum(said["expected_s"].values())
    stage.say(f"Restored in {restore_s:.1f} s, foretold {foretold_s:.1f} s")
    promised = _until(record, gone.claimed_ms / 1000 - gone.wall_offset_s)
    from petrel.ops.drills.site import private_site

    async with private_site(new, settings={"PETREL_BACKUP_TARGET": ""}) as again, \
            clients(again.address, connections=PEOPLE, timeout_s=30) as wire:
        serving_s = time.monotonic() - gone.at_s
        stage.say("It serves again; comparing ...")
        found = await Witness(wire, people, promised, follows).look(settle_s=10)
        every = await Witness(wire, people, _until(record, float("inf")), follows).look(settle_s=0)
        async with Load(wire, people, per_s=PER_S, readers=0, seed=46) as load:
            first, _ = await load.all_back(time.monotonic(), 20)
            await load.drained(20)
        journal, text = await again.petrel("journal", "verify")
        if journal:
            stage.say(text)
    written = len(load.record.acks) if first else 0
    back = Back(said, said["expected_s"], foretold_s, restore_s, serving_s, found, every, written, journal)
    return _outcome(record, promised, gone, back)


def _until(record: Record, at_s: float) -> Record:
    """What the clients had been told before this moment, and nothing that they saw: that may be later."""
    some = Record()
    for ack in record.acks:
        if ack.at <= at_s:
            some.note(ack)
    return some


def _count(found: Reckoning) -> int:
    """Each post once: one that is nowhere has no source either."""
    return len({line.partition(")")[0] for line in found.posts_lost}) + len(found.likes_lost) + len(found.boosts_lost)


def _outcome(record: Record, promised: Record, gone: Gone, back: Back) -> Outcome:
    found, every = back.found, back.in_window
    window_s, checked = _window_s(gone), back.said["checked"]
    off_by = abs(back.restore_s - back.foretold_s) / back.foretold_s
    lost, lost_in_all = _count(found), _count(every)
    harm = {LOST: found.posts_lost,
            "acknowledged and archived like or boost lost": found.likes_lost + found.boosts_lost,
            "acknowledged post changed": found.posts_changed, "post published twice": found.posts_doubled,
            "check after the restore found something": checked["findings"] + checked["remarks"],
            f"restore took more than {OFF_BY_MOST:.0%} more or less than foretold":
                [off_by] if off_by > OFF_BY_MOST else [],
            "nobody could write again": [] if back.written_again else [1],
            "journal does not verify": [1] if back.journal else []}
    figures: dict[str, Any] = {
        "acknowledged": len(record.acks), "archived": len(promised.acks), "lost": lost,
        "lost_in_the_window": lost_in_all - lost, "acknowledged_in_the_window": len(record.acks) - len(promised.acks),
        "window_s": window_s, "foretold_s": round(back.foretold_s, 1), "restore_s": round(back.restore_s, 1),
        "off_by": round(off_by, 3), "serving_s": round(back.serving_s, 1),
        "stages_s": back.said["stages_s"], "refined_s": back.said["refined_s"],
        "foretold_stages_s": {name: round(seconds, 2) for name, seconds in back.foretold.items()},
        "written_again": back.written_again, "epoch": back.said["epoch"],
        "examples": [*found.posts_lost[:3], *found.likes_lost[:3], *found.boosts_lost[:3]]}
    return Outcome(
        harm=tuple(name for name, cases in harm.items() if cases), figures=figures,
        exercised=min(len(promised.acks), found.looked_at),
        phases=Phases(
            injected=f"data directory deleted and every process killed under {len(record.acks)} acknowledged writes",
            detected="at once: nothing answers",
            contained=f"the archive had everything until {window_s} s before",
            recovered=f"restored on another host in {back.restore_s:.1f} s, foretold {back.foretold_s:.1f} s; serving "
                      f"{back.serving_s:.1f} s after the loss",
            lost=f"{lost} of {len(promised.acks)} archived writes; {lost_in_all - lost} of "
                 f"{len(record.acks) - len(promised.acks)} in the window"))
