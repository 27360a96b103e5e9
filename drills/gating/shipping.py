"""A mend is shipped while the gate is shut: not like any other release, not by one person, by two to the first cell and
no further; and its proof is owed until it is there.

Every seventh post is missing at home, and the mend is a release without a verdict. Readers, one of each cell, keep how
many posts they got: so it is known from outside who has the mend.
"""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from drills.pushing import builds
from petrel.core.ids import CELLS_IN_USE, cell_of
from petrel.ops import gate
from petrel.ops.drills import Clients, Lost, Person, Site, Stage, clients, follow, make_people

LIKE_ANY, ALONE = "a release that the gate is shut for was shipped like any other", "one person shipped round the gate"
NOT_OUT, WIDER = "two people could not ship the mend", "the mend went further than its first cell"
HIDDEN, LASTING = "what was shipped round the gate owed nothing", "what was owed is asked for after it was paid"

MEND, WHY = "mend", "every seventh post is missing at home, and the gate is shut"
ONE, OTHER = "ann", "ben"
POSTS, PAUSE_S, SETTLED_S, HELD_S = 8, 0.2, 30.0, 300.0
STATE = "select state, reach, why from ops.change where id = $1"


class Shipped(Struct):
    """`refused`: by harm, whether each try was, in words that say what to do; `mended_s`: from the first command until
    a reader of the first cell saw it mended; `owed`: before, in the first cell, when the search was over, once paid."""

    refused: dict[str, list[bool]]
    mended_s: float | None = None
    cell: int = -1
    state: str = ""
    reach: int = 0
    why: str = ""
    mended: frozenset[int] = frozenset()
    owed: tuple[bool, ...] = ()

    @property
    def harm(self) -> dict[str, Any]:
        before, *meanwhile, paid = self.owed
        return {**{name: not all(tries) for name, tries in self.refused.items()},
                NOT_OUT: self.mended_s is None or self.state != "paused" or "resume" not in self.why,
                WIDER: self.reach > 1 or self.mended - {self.cell},
                HIDDEN: not all(meanwhile), LASTING: paid or before}


class Shipping:
    """On a site of its own. `shut`: what the gate said of the mend."""

    def __init__(self, stage: Stage, site: Site, place: Path, keys: Mapping[str, str], homes: dict[int, int]) -> None:
        self._stage, self._site, self._place, self._keys = stage, site, place, keys
        self._homes = homes             # by cell: posts at the last look
        self._number = 0
        self._seen = Shipped({LIKE_ANY: [], ALONE: []})

    async def ship(self) -> None:
        """Until it is held in its first cell."""
        seen, began = self._seen, time.monotonic()
        await self._owes()
        await self._site.told("releases", "add", str(self._place), "--name", MEND)
        plan = ("changes", "plan", "release", f"to={MEND}", "backup=any", "--reason", WHY)
        await self._refused(LIKE_ANY, "gate=shut, which takes two people", *plan)
        planned = json.loads(await self._site.told(*plan, "gate=shut", "--json"))
        self._number, seen.cell = int(planned["id"]), planned["visiting"][0]
        start = ("changes", "start", planned["id"])
        await self._refused(ALONE, "This takes two people: petrel access ask", *start)
        asked = json.loads(await self._site.told(
            "access", "ask", "change.start", f"change={planned['id']}", f"plan={planned['plan'][:16]}",
            "--reason", WHY, "--as", ONE, "--json", typed=self._keys[ONE]))["id"]
        await self._refused(ALONE, "Ask another person", *start, "--request", asked)
        await self._refused(ALONE, "Ask another person", "access", "approve", asked, "--as", ONE, typed=self._keys[ONE])
        if all(seen.refused[ALONE]):
            await self._site.told("access", "approve", asked, "--as", OTHER, typed=self._keys[OTHER])
            await self._site.told(*start, "--request", asked)
        until = time.monotonic() + HELD_S
        async with self._site.database() as owner:
            while (await self._look(owner)).state == "going" and time.monotonic() < until:
                if seen.mended_s is None and seen.cell in seen.mended:
                    seen.mended_s = time.monotonic() - began
                    self._stage.say(f"The mend is in its first cell after {seen.mended_s:.0f} s")
                await asyncio.sleep(PAUSE_S)
        self._stage.say(f"The mend is {seen.state}: {seen.why}")
        await self._owes()

    async def pay(self, found: gate.Judgement) -> Shipped:
        """After a while: is it still there, and owed; and then the proof comes."""
        async with self._site.database() as owner:
            await self._look(owner)
        await self._owes()
        gate.carry(self._place, found)
        await self._owes()
        return self._seen

    async def _look(self, owner: Any) -> Shipped:
        self._seen.state, self._seen.reach, self._seen.why = await owner.fetchrow(STATE, self._number)
        self._seen.mended |= {cell for cell, posts in self._homes.items() if posts == POSTS}
        return self._seen

    async def _owes(self) -> None:
        _, said = await self._site.petrel("doctor", "--here", "--json")
        [found] = [one for one in json.loads(said) if one["name"] == "test gate"]
        self._seen.owed += (not found["ok"] and "Owed" in found["cure"],)

    async def _refused(self, harm: str, says: str, *words: str, typed: str = "") -> None:
        code, said = await self._site.petrel(*words, typed=typed)
        self._seen.refused[harm].append(code != 0 and says in " ".join(said.split()))


@asynccontextmanager
async def site(stage: Stage, shut: gate.Judgement) -> AsyncIterator[Shipping]:
    """A site with the bug, a crew of two, and readers while the block lasts. `shut`: what the gate says of the mend.
    Errors: Broken."""
    wrong = builds.make(stage.folder / "wrong", "wrong")
    place = builds.make(stage.folder / MEND, "harmless")
    gate.carry(place, shut)
    keys = {name: secrets.token_urlsafe(12) for name in (ONE, OTHER)}
    async with stage.site(root=wrong) as running, clients(running.address) as wire:
        for name, key in keys.items():
            await running.told("accounts", "create", name, "--role", "admin", "--password", typed=key)
        async with stage.doors(running):
            author, *readers = await make_people(["author", *(f"reader{n}" for n in range(CELLS_IN_USE))])
            await follow([(reader, author) for reader in readers])
        for number in range(POSTS):
            await wire.ask("POST", "/api/v1/statuses", token=author.token, json={"status": f"post {number}"})
        homes = dict[int, int]()
        tasks = [asyncio.create_task(_read(wire, one, homes)) for one in readers]
        try:
            await running.until(lambda: list(homes.values()) == [POSTS - 1] * CELLS_IN_USE, SETTLED_S,
                                "one post to be missing in every cell")
            yield Shipping(stage, running, place, keys, homes)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _read(wire: Clients, who: Person, homes: dict[int, int]) -> None:
    while True:
        try:
            answer = await wire.ask("GET", "/api/v1/timelines/home", token=who.token)
        except Lost:
            continue
        if answer.status == 200:
            homes[cell_of(who.id)] = len(answer.json)
        await asyncio.sleep(PAUSE_S)
