"""Beacons to a site: those of real browsers, and many drawn from what real browsers measured."""

import asyncio
import random
import time
from collections.abc import Sequence
from typing import Any

from petrel.ops.drills import Broken, Clients, Site, clients

CELLS = 16
NOISE = 0.15
AT_MOST_S = 420.0
# What the watch would tell somebody of, and what the page shows.
ALERTS = "select target from ops.alert where rule = 'speed' and cleared_at is null"
COUNTED = """select coalesce(sum(c.n), 0)::int8 from ops.field_measure f, unnest(f.counts) c(n)
              where f.release = $1 and f.page = $2 and f.measure = $3"""
SOON = "update ops.schedule set next_at = now() where name = 'speed.compare'"
COMPARED = "select count(*) from ops.speed_change where release = $1"


async def send(site: Site, release: str, page: str, measure: str, seen: Sequence[float], count: int, *, most: float,
               seed: int, controls: Sequence[tuple[str, str, float]] = ()) -> None:
    """So many, each a number that a browser measured here and a telephone's own speed, of a cell by chance. `controls`:
    (page, measure, middle): other numbers, alike in every release. Errors: Broken, for one that is not taken."""
    draw = random.Random(seed)      # noqa: S311 (a crowd, no secret)

    def number() -> float:
        return round(min(most, draw.choice(seen) * draw.lognormvariate(0, NOISE)), 2)

    said: list[dict[str, Any]] = []
    for _ in range(count):
        cell = draw.randrange(CELLS)
        said.append({"release": release, "page": page, "cell": cell, "measures": {measure: number()}})
        for where, what, middle in controls:
            other = round(middle * draw.lognormvariate(0, 0.4), 2)
            said.append({"release": release, "page": where, "cell": cell, "measures": {what: other}})
    async with clients(site.address, connections=8, timeout_s=30) as wire:
        left = iter(said)
        await asyncio.gather(*(_sender(wire, left) for _ in range(8)))


async def _sender(wire: Clients, left: Any) -> None:
    for one in left:
        answer = await wire.ask("POST", "/beacon", json=one, headers={"Sec-Fetch-Site": "same-origin"})
        if answer.status != 204:
            raise Broken(f"a beacon was answered {answer.status}: {answer.body[:200]!r}")


async def counted(site: Site, release: str, page: str, measure: str) -> int:
    """How many numbers of a kind are in the tables."""
    async with site.database() as base:
        return int(await base.fetchval(COUNTED, release, page, measure))


async def until_counted(site: Site, release: str, page: str, measure: str, least: int) -> None:
    """Errors: Broken."""
    end = time.monotonic() + AT_MOST_S
    while await counted(site, release, page, measure) < least:
        if time.monotonic() > end:
            raise Broken(f"of {least} beacons only {await counted(site, release, page, measure)} were counted")
        await asyncio.sleep(1)


async def alarms(site: Site) -> list[str]:
    async with site.database() as base:
        return [row["target"] for row in await base.fetch(ALERTS)]


async def compared(site: Site, release: str) -> int:
    """Kinds of numbers that were compared with the release before."""
    async with site.database() as base:
        return int(await base.fetchval(COMPARED, release))


async def until_alarmed(site: Site, within_s: float) -> tuple[list[str], float]:
    """(what is said, seconds until it was), nothing and all of them when nobody noticed."""
    began = time.monotonic()
    while time.monotonic() - began < within_s:
        if found := await alarms(site):
            return found, time.monotonic() - began
        await asyncio.sleep(0.5)
    return [], within_s


async def until_looked(site: Site, release: str, within_s: float = 240.0, settle_s: float = 20.0) -> None:
    """Until the site has compared this release, at once, and the watch has had time to look. Errors: Broken."""
    end = time.monotonic() + within_s
    async with site.database() as base:
        await base.execute(SOON)
    while not await compared(site, release):
        if time.monotonic() > end:
            raise Broken(f"release {release} was not compared within {within_s:.0f} s")
        await asyncio.sleep(1)
    await asyncio.sleep(settle_s)
