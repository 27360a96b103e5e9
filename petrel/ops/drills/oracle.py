"""Hidden things and things that never existed, to be asked for by a stranger with a clock."""

import time
from collections.abc import Mapping, Sequence

from msgspec import Struct

from petrel.core import ids
from petrel.ops.drills.clients import clients
from petrel.ops.drills.people import follow, make_people
from petrel.ops.drills.shapes import Broken
from petrel.ops.drills.timing import sample


class Pair(Struct, frozen=True):
    """Addresses of hidden things, and the same of none. `token`: of who asks; "" is nobody."""

    hidden: Sequence[str]
    never: Sequence[str]
    token: str = ""


async def plant(address: str, posts: int = 6) -> Mapping[str, Pair]:
    """What can be asked for, by name. The doors of the site at `address` are open."""
    [alice] = await make_people(["shy"], protected=True)
    bob, carol = await make_people(["near", "far"])
    await follow([(bob, alice)])
    hidden, messages = [], []
    async with clients(address) as wire:
        for number in range(posts):
            for visibility, found in (("private", hidden), ("direct", messages)):
                told = await wire.ask("POST", "/api/v1/statuses", token=alice.token, json={
                    "status": f"@near what nobody else may see {number}", "visibility": visibility})
                if told.status != 200:
                    raise Broken(f"planting: {told.status} {told.body[:200]!r}")
                found.append(int(told.json["id"]))
    cell, now_ms = ids.cell_of(hidden[0]), int(time.time() * 1000)
    never = [((now_ms - ago_ms) << 16) | cell << 6 | 63 for ago_ms in range(posts)]

    def pair(address: str, things: Sequence[int], token: str = "") -> Pair:
        return Pair([address.format(one) for one in things], [address.format(one) for one in never], token)

    return {
        "a post, by a stranger": pair("/api/v1/statuses/{}", hidden, carol.token),
        "a post, by nobody": pair("/api/v1/statuses/{}", hidden),
        "a message, by a stranger": pair("/api/v1/statuses/{}", messages, carol.token),
        "what was said before, by a stranger": pair("/api/v1/statuses/{}/context", hidden, carol.token),
        "a post's page, by nobody": pair("/@shy/{}", hidden),
    }


async def ask(address: str, pair: Pair, count: int, *, seed: int = 1) -> tuple[list[float], list[float]]:
    """Seconds for hidden and for never existing things, `count` of each."""
    hidden, never = await sample(address, [pair.hidden, pair.never], count, token=pair.token, seed=seed)
    return hidden, never
