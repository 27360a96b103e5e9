"""Row 6, the part for one machine: the main Postgres is killed with SIGKILL under write load, ten times.

Fifty people post, like and boost through HTTP, each write with an Idempotency-Key and sent again until it is
acknowledged; others read lists all the while. Afterwards the clients' record is compared with the site.
"""

import asyncio
import os
import random
import signal
import time
from functools import partial
from typing import Any

from msgspec import Struct

from petrel.ops.drills import Drill, Outcome, Person, Phases, Site, Stage, clients, follow, make_people
from petrel.ops.drills.load import Load, Record
from petrel.ops.drills.reckoning import Reckoning, Witness

LOST = "acknowledged post lost"

DRILL = Drill(
    name="database", row=6, tier="real", covers="part", harm=LOST, sabotage="committing before answering",
    left_out="runaway query, corrupted page, exhausted pool, standby and failover",
    shown=("kills", "acknowledged", "lost", "writes_back_s_most"), limit_s=600)

KILLS, KILLS_SABOTAGED = 10, 2
PEOPLE, FOLLOWS, READERS = 50, 6, 4
PER_S = 1.2                 # writes of one person, except around a kill, when nobody pauses
BACK_S = 10.0               # the row's limit
GIVE_UP_S = 45.0
# The supervisor takes a fifth death within a minute for a thing that cannot run and tries it every 30 s only.
APART_S = 16.0


class Kill(Struct, frozen=True, kw_only=True):
    """Seconds after the signal. `first_s`: the first acknowledgement; `all_s`: everybody had one. None: never."""

    detected_s: float
    first_s: float | None
    all_s: float | None


async def run(stage: Stage) -> Outcome:
    """What the people at the clients saw."""
    program = ("drills.sabotaged", "ack-before-commit") if stage.sabotage else ("petrel",)
    kills = KILLS_SABOTAGED if stage.sabotage else KILLS
    async with stage.site(program) as site:
        async with stage.doors(site):
            people, follows = await _people()
        async with clients(site.address, connections=PEOPLE + READERS) as wire:
            async with Load(wire, people, per_s=PER_S, readers=READERS, seed=6) as load:
                began = time.monotonic()
                killed = await _kill(stage, site, load, kills)
                unfinished = await load.drained(GIVE_UP_S)
                took_s = time.monotonic() - began
            stage.say(f"{len(load.record.acks)} acknowledged writes; comparing ...")
            found = await Witness(wire, people, load.record, follows).look()
        journal, said = await site.petrel("journal", "verify")
        if journal:
            stage.say(said)
    return _outcome(load.record, killed, found, unfinished, journal, took_s)


async def _people() -> tuple[list[Person], dict[int, list[int]]]:
    people = await make_people([f"d{n:02}" for n in range(PEOPLE)])
    # The next ones in a circle: everybody is followed by as many.
    follows = {n: [(n + step) % PEOPLE for step in range(1, FOLLOWS + 1)] for n in range(PEOPLE)}
    await follow([(people[a], people[b]) for a, some in follows.items() for b in some])
    return people, follows


async def _kill(stage: Stage, site: Site, load: Load, kills: int) -> list[Kill]:
    chance = random.Random(61)      # noqa: S311 (when to strike, no secret)
    found: list[Kill] = []
    due = time.monotonic() + 4
    for number in range(kills):
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        load.hurry.set()
        await asyncio.sleep(0.4 + 0.4 * chance.random())
        before = _deaths(site)
        pid = site.postgres()
        due = time.monotonic() + APART_S
        os.kill(pid, signal.SIGKILL)
        at = time.monotonic()
        back = asyncio.create_task(load.all_back(at, GIVE_UP_S))
        detected_s = await site.until(partial(_has_noticed, site, before), GIVE_UP_S, "the supervisor to notice")
        first_s, all_s = await back
        load.hurry.clear()
        found.append(Kill(detected_s=detected_s, first_s=first_s, all_s=all_s))
        stage.say(f"Kill {number + 1} of {kills}: noticed after {detected_s:.2f} s, first write back after "
                  f"{_s(first_s)}, everybody's after {_s(all_s)}")
    return found


def _deaths(site: Site) -> int:
    return site.running().postgres["main"].restarts


def _has_noticed(site: Site, before: int) -> bool:
    return _deaths(site) > before


def _s(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.2f} s"


def _harm(record: Record, killed: list[Kill], found: Reckoning, unfinished: int, journal: int) -> list[str]:
    harm = {
        LOST: found.posts_lost,
        "acknowledged post changed": found.posts_changed,
        "post published twice for one key": found.posts_doubled,
        "acknowledged like lost": found.likes_lost,
        "acknowledged boost lost": found.boosts_lost,
        "post half visible": found.half_visible,
        "post that was seen is gone": found.vanished,
        "home timeline without an acknowledged post": found.homes_incomplete,
        "count differs from what was acknowledged": found.counts_wrong,
        "write refused that nothing was wrong with": record.odd,
        f"writes not back within {BACK_S:.0f} s": [k for k in killed if k.all_s is None or k.all_s > BACK_S],
        "write never acknowledged": [1] * unfinished,
        "journal does not verify": [1] if journal else [],
    }
    return [name for name, cases in harm.items() if cases]


def _outcome(record: Record, killed: list[Kill], found: Reckoning, unfinished: int, journal: int,
             took_s: float) -> Outcome:
    acknowledged = len(record.acks)
    lost = len(found.posts_lost) + len(found.likes_lost) + len(found.boosts_lost)
    most = {name: _most([getattr(k, name) for k in killed]) for name in ("detected_s", "first_s", "all_s")}
    figures: dict[str, Any] = {
        "kills": len(killed), "people": PEOPLE, "acknowledged": acknowledged, "lost": lost,
        "posts": len(record.of("post")), "likes": len(record.of("like")), "boosts": len(record.of("boost")),
        "writes_per_s": round(acknowledged / took_s, 1), "sent_again": record.again,
        "detected_s_most": most["detected_s"], "first_write_back_s_most": most["first_s"],
        "writes_back_s_most": most["all_s"],
        "writes_back_s": [None if k.all_s is None else round(k.all_s, 2) for k in killed],
        "answers": dict(sorted(record.statuses.items())), "lists_read": record.reads, "posts_seen": len(record.seen),
        "half_visible": len(found.half_visible), "doubled": len(found.posts_doubled),
        "homes_compared": found.homes, "settled_s": found.settled_s, "journal_verifies": not journal,
        "examples": _examples(record, found),
    }
    refused = record.again
    phases = Phases(
        injected=f"{len(killed)} times SIGKILL to the main Postgres, {figures['writes_per_s']} writes/s by {PEOPLE}",
        detected=f"by the supervisor within {most['detected_s']} s",
        contained=f"{refused} writes were not acknowledged and were sent again; half visible {len(found.half_visible)}",
        recovered=f"first write within {most['first_s']} s, everybody's within {most['all_s']} s",
        lost=f"{lost} of {acknowledged} acknowledged writes; {len(found.posts_doubled)} doubled")
    return Outcome(harm=tuple(_harm(record, killed, found, unfinished, journal)), phases=phases, figures=figures,
                   exercised=min(len(killed), acknowledged, found.looked_at))


def _most(values: list[float | None]) -> float | None:
    return None if None in values or not values else round(max(v for v in values if v is not None), 2)


def _examples(record: Record, found: Reckoning) -> list[str]:
    """A few of each kind, so that a failed drill says where to look."""
    kinds = [getattr(found, name) for name in Reckoning.__struct_fields__]
    return [line for kind in (*kinds, record.odd) if isinstance(kind, list) for line in kind[:3]]
