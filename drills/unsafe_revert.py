"""Row 12: a build older than protected accounts is really put back, under load, on a site that has some.

The older build is made from the sources as they are, with the knowledge of protection taken out, and started as the
site's own program on the site's own data. Those who must not see ask it for everything, very many times; what it could
do to the database is tried by force; then the build of today comes back.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from msgspec import Struct

from drills.revert import force
from drills.revert.older import make_older
from drills.revert.probing import Crowd, Probed, probe
from drills.revert.town import Town, settle
from petrel.ops.drills import Broken, Clients, Drill, Outcome, Phases, Site, Stage, clients
from petrel.ops.drills.site import environment
from petrel.storage.build import ROOT

LEAK = "protected post readable by a stranger"

DRILL = Drill(
    name="unsafe-revert", row=12, tier="real", covers="part", harm=LEAK,
    sabotage="the policy's ratchet in the database: the older build's functions get in",
    left_out="a deploy tool that refuses the revert; a fleet of several machines",
    shown=("reads", "leaked", "detected_s", "public_served_percent"), limit_s=1200)

READS, READS_BEFORE, READS_SABOTAGED = 100_000, 2_000, 6_000
DETECT_S = 10.0
SAID = "select extract(epoch from at)::float8 from journal.entry where kind = 'ops.policy.outdated' order by at"


class Reverted(Struct):
    """What was seen while the older build ran. `own_s`: from its first answer to its own word in the journal (0 when
    that came first); `other_s`: until a program of today beside it found it. None: never."""

    probed: Probed
    own_s: float | None = None
    other_s: float | None = None
    doctor: int = 0
    status_says: bool = False
    tried: int = 0
    through: list[str] = []
    timelines: dict[str, int] = {}
    writes: dict[int, int] = {}


async def run(stage: Stage) -> Outcome:
    """What people saw before, during and after."""
    older = make_older(stage.folder / "older")
    unasked = make_older(stage.folder / "unasked", asks=False)
    async with stage.site() as site, clients(site.address, connections=80) as wire:
        async with stage.doors(site):
            town = await settle(wire)
        before = await probe(wire, town, town.strangers, READS_BEFORE)
        seen = await _seen(wire, town)
        if before.leaked or not before.public_seen or seen != len(town.shy):
            raise Broken(f"not even this build is right: {before.leaked}, {seen} of {len(town.shy)} by the follower")
        writer = next(iter(town.loud.values())).author
        if stage.sabotage:
            async with site.database() as owner:
                await owner.execute(force.RATCHET_OFF)
    stage.say(f"{len(town.shy)} protected posts, {READS_BEFORE} reads by strangers: none came out")
    async with Crowd(town, writer.token) as crowd:
        stage.say("The older build is put back ...")
        async with stage.site(root=older) as site, clients(site.address, connections=80) as wire:
            ready_at = time.time()
            crowd.wire = wire
            during = await (_sabotaged if stage.sabotage else _reverted)(stage, site, wire, town, ready_at, unasked)
            crowd.wire = None
            during.timelines, during.writes = dict(crowd.timelines), dict(crowd.writes)
        after, back = Probed(), 0
        if not stage.sabotage:
            stage.say("The build of today comes back ...")
            async with stage.site() as site, clients(site.address, connections=80) as wire:
                crowd.forget()
                crowd.wire = wire
                after, back = await probe(wire, town, town.strangers, READS_BEFORE), await _seen(wire, town)
                crowd.wire = None
    return _outcome(stage, town, during, after, back)


async def _seen(wire: Clients, town: Town) -> int:
    """How many protected posts their follower gets."""
    answers = await asyncio.gather(*(wire.ask("GET", f"/api/v1/statuses/{post}", token=town.follower.token)
                                     for post in town.shy))
    return sum(written.word in answer.body for written, answer in zip(town.shy.values(), answers, strict=True))


async def _sabotaged(stage: Stage, site: Site, wire: Clients, town: Town, ready_at: float, unasked: Any) -> Reverted:
    return Reverted(probed=await probe(wire, town, town.strangers, READS_SABOTAGED))


async def _reverted(stage: Stage, site: Site, wire: Clients, town: Town, ready_at: float, unasked: Any) -> Reverted:
    status = site.running()
    async with site.database() as owner:
        own = await _noted(owner, 1)
        async with _program_of_today(site):
            began = time.time()
            other = await _noted(owner, 2)
    found = Reverted(probed=Probed(), own_s=own and max(0.0, own - ready_at), other_s=other and other - began,
                     doctor=(await site.petrel("doctor"))[0],
                     status_says=status.policy_in_force > status.policy and set(status.parts) == {"web"})
    stage.say(f"Its own word came {_s(found.own_s)} after its first answer; a program of today found it in "
              f"{_s(found.other_s)}")
    found.tried, found.through = await force.push(site, town, unasked)
    stage.say(f"Forced in {found.tried} ways: {len(found.through)} went through. {READS} reads ...")
    # To a program that is too old, a follower is a stranger too.
    found.probed = await probe(wire, town, {**town.strangers, "their own follower": town.follower.token}, READS)
    return found


@asynccontextmanager
async def _program_of_today(site: Site) -> AsyncIterator[None]:
    """A part of the current build beside the older one, as in a fleet that is half reverted."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "petrel", "run", "jobs", "--data", str(site.data), cwd=ROOT, env=environment(),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def _noted(owner: Any, number: int) -> float | None:
    """When the journal had so many entries; None when it had not within twice the limit."""
    until = time.monotonic() + 2 * DETECT_S
    while time.monotonic() < until:
        rows = await owner.fetch(SAID)
        if len(rows) >= number:
            return float(rows[number - 1][0])
        await asyncio.sleep(0.1)
    return None


def _s(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.1f} s"


def _late(seconds: float | None) -> bool:
    return seconds is None or seconds > DETECT_S


def _harm(town: Town, during: Reverted, after: Probed, back: int, served: float) -> list[str]:
    harm = {f"protected post readable by {viewer}": places for viewer, places in during.probed.leaked.items()}
    harm |= {f"protected post readable by {viewer} afterwards": places for viewer, places in after.leaked.items()}
    harm |= {
        "the older build was not told of in time": _late(during.own_s) or _late(during.other_s),
        "the doctor or the status file do not know of it": not during.doctor or not during.status_says,
        "the database gave way to force": during.through,
        "public timelines were down": served < 99.0,
        "something was written through the older build": during.writes.get(200, 0),
        "followers do not see their posts again": back != len(town.shy),
        "fewer reads than promised": during.probed.reads < READS,
    }
    return [name for name, cases in harm.items() if cases]


def _outcome(stage: Stage, town: Town, during: Reverted, after: Probed, back: int) -> Outcome:
    probed = during.probed
    shown = sum(count for what, count in during.timelines.items() if what.endswith("served"))
    served = round(100 * shown / max(1, sum(during.timelines.values())), 2)
    harm = [f"protected post readable by {viewer}" for viewer in probed.leaked] if stage.sabotage else _harm(
        town, during, after, back, served)
    figures: dict[str, Any] = {
        "protected_posts": len(town.shy), "reads": probed.reads, "refused_503": probed.refused, "lost": probed.lost,
        "leaked": len(probed.words), "reads_per_s": round(probed.reads / max(probed.took_s, 0.1)),
        "detected_s": round(max(during.own_s or 0.0, during.other_s or 0.0), 2), "own_word_s": during.own_s,
        "found_by_other_s": during.other_s, "forced_ways": during.tried, "forced_through": during.through,
        "public_served_percent": served, "timelines": during.timelines,
        "writes": {str(status): count for status, count in during.writes.items()},
        "answers": {str(status): count for status, count in sorted(probed.statuses.items())},
        "public_seen": probed.public_seen, "followers_see_again": back,
        "examples": [f"{viewer}: {place}" for viewer, places in probed.leaked.items() for place in places[:3]],
    }
    phases = Phases(
        injected=f"a build older than protected accounts, on a site with {len(town.shy)} protected posts, under load",
        detected=f"by its own word {_s(during.own_s)} after its first answer, by a program of today in "
                 f"{_s(during.other_s)}",
        contained=f"{len(probed.words)} of {len(town.shy)} protected posts came out in {probed.reads} reads; public "
                  f"timelines served {served} %; {during.tried} ways by force, {len(during.through)} went through",
        recovered=f"with the build of today followers see {back} of {len(town.shy)}",
        lost=f"{len(probed.words)} protected posts shown")
    return Outcome(harm=tuple(harm), exercised=min(probed.reads, probed.public_seen), phases=phases, figures=figures)
