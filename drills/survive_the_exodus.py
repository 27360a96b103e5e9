"""Row 60: every expert has left. Five faults drawn at random, and somebody who has nothing but console and runbooks.

They type what the console says is next, what alerts and the doctor name as a cure, and what the runbook of the incident
has to be typed; they know nothing else of the program. Limits of a few alerts are shorter than a site's, so that the
drill is; what is done is not.
"""

import random
import time
from typing import Any

from msgspec import Struct

from drills.exodus.faults import FAULTS
from drills.exodus.newcomer import Newcomer, Tried
from drills.faults import Fault, World
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

HELPLESS = "a fault that nobody could mend by what is written"
MISLED = "the console named something else than what was broken"

DRILL = Drill(
    name="survive-the-exodus", row=60, tier="real", covers="part", harm=HELPLESS,
    sabotage="console and runbooks: pages are empty",
    left_out="a person, who may misread a sentence; faults of a lost machine, a full disk, a leak and a bad push, "
             "which have drills of their own; what takes a second person",
    shown=("mended", "named", "slowest_s", "commands"), limit_s=2400)

COUNT, NAMED = 5, 4
WITHIN_S, BLINDFOLDED_S, RECOVERS_S = 300.0, 60.0, 240.0
ALERTS = """
[rules.follower]
limit = 10
for_s = 0
[rules.database]
limit = 5
[rules.transaction]
limit = 40
[rules.connections]
limit = 0.85
for_s = 0
[rules.canary]
limit = 20
[rules.journal]
limit = 30
for_s = 0
"""


class Handled(Struct, frozen=True):
    """`seen_s`: until the console said that something is wrong. `is_named`: what was broken was among its first
    suspects before it was mended."""

    fault: str
    is_mended: bool
    is_named: bool
    seen_s: float
    took_s: float
    tried: tuple[Tried, ...]


async def run(stage: Stage) -> Outcome:
    """Each fault by itself; what nobody mended is taken away before the next. One is enough for who reads nothing."""
    seed = random.SystemRandom().randrange(1_000_000)
    drawn = random.Random(seed).sample(FAULTS, 1 if stage.sabotage else COUNT)       # noqa: S311 (no secret)
    (stage.folder / "site").mkdir()
    (stage.folder / "site" / "alerts.toml").write_text(ALERTS)
    found = []
    async with stage.site(settings={"PETREL_CANARY": "on"}) as site, clients(site.address, timeout_s=5.0) as wire:
        async with stage.doors(site):
            writer, reader = await make_people(["wren", "heron"])
            await follow([(reader, writer)])
        user = User(wire, writer, reader)
        for fault in drawn:
            found.append(await _handled(stage, site, user, fault))
    return _outcome(seed, found)


class User:
    """What anybody sees who uses the site: something that is posted stands in a follower's home."""

    def __init__(self, wire: Clients, writer: Person, reader: Person) -> None:
        self._wire, self._writer, self._reader = wire, writer, reader

    async def works(self) -> bool:
        try:
            made = await self._wire.ask("POST", "/api/v1/statuses", token=self._writer.token,
                                        json={"status": "Still here?"})
            if made.status != 200:
                return False
            for _ in range(20):
                home = await self._wire.ask("GET", "/api/v1/timelines/home", token=self._reader.token)
                if home.status == 200 and any(one["id"] == made.json["id"] for one in home.json):
                    return True
            return False
        except Lost:
            return False


async def _handled(stage: Stage, site: Site, user: User, fault: Fault) -> Handled:
    stage.say(f"{fault.name} ...")
    newcomer = Newcomer(site, user.works, stage.say, is_blindfolded=stage.sabotage)
    began = time.monotonic()
    async with fault.inject(World(stage, site)):
        is_mended = await newcomer.handle(BLINDFOLDED_S if stage.sabotage else WITHIN_S)
        took_s = time.monotonic() - began
    stage.say(f"{fault.name}: {'mended' if is_mended else 'NOT MENDED'} after {took_s:.0f} s")
    if not is_mended and not await newcomer.sees_all_well(RECOVERS_S):
        raise Broken(f"the site did not go on by itself without {fault.name}")
    return Handled(fault.name, is_mended, fault.truth in newcomer.suspects, newcomer.seen_s or took_s, took_s,
                   tuple(newcomer.tried))


def _outcome(seed: int, found: list[Handled]) -> Outcome:
    failed = [one.fault for one in found if not one.is_mended]
    named = [one.fault for one in found if one.is_named]
    harm = {HELPLESS: failed, MISLED: not failed and len(named) < min(NAMED, len(found))}
    slowest = max(found, key=lambda one: one.took_s)
    last = {one.fault: one.tried[-1].typed for one in found if one.is_mended and one.tried}
    figures: dict[str, Any] = {
        "seed": seed, "mended": f"{len(found) - len(failed)} of {len(found)}",
        "named": f"{len(named)} of {len(found)}", "slowest_s": round(slowest.took_s),
        "slowest_seen_s": round(max(one.seen_s for one in found)), "commands": sum(len(one.tried) for one in found),
        "cures": last, "not_mended": failed}
    return Outcome(
        harm=tuple(name for name, is_so in harm.items() if is_so), exercised=len(found), figures=figures,
        phases=Phases(
            injected=", ".join(one.fault for one in found),
            detected=f"by the console after {figures['slowest_seen_s']} s at most",
            contained="; ".join(f"{name}: petrel {typed}" for name, typed in last.items()) or "nothing",
            recovered=f"{figures['mended']} mended, the slowest after {figures['slowest_s']} s",
            lost="nothing"))
