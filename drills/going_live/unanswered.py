"""Nobody of the crew answers for twelve hours, which are simulated as in the drill nobody-home."""

import asyncio
import time
from typing import Any

from drills.absence import night as nights
from drills.going_live.machine import Machine
from drills.going_live.wave import Bots
from petrel.core.doors import writing
from petrel.core.viewer import Member
from petrel.features import moderation
from petrel.ops.drills import Broken, Person, Stage

CAREFUL, SAFE = 4, 12
SHOWN_S = 60.0
WAITS = "select id from moderation.case_file where state = 'open' and assigned is null"


async def unanswered(stage: Stage, machine: Machine, bots: Bots, people: list[Person],
                     crew: Member) -> dict[str, Any]:
    """Something illegal is reported, and waits. Minutes are since then."""
    site, wire = machine.site, bots.way
    assert site is not None
    if await nights.doors(wire) != 0:
        raise Broken("nobody can join before the night")
    told = await wire.ask("POST", "/api/v1/reports", token=people[0].token, json={
        "account_id": str(people[1].id), "category": "legal", "comment": "This is against the law where I live"})
    if told.status != 200:
        raise Broken(f"a report was answered {told.status}: {told.body[:200]!r}")
    night = nights.Night(site, wire)
    shown: list[float | None] = []
    for level, hours in ((1, CAREFUL), (2, SAFE - CAREFUL)):
        for _ in range(hours):
            await night.pass_hour()
        shown.append(await night.caution_shown(level, SHOWN_S))
    joined = await bots.sign_up("late")
    began = time.monotonic()
    async with site.database() as eye:
        numbers = [row[0] for row in await eye.fetch(WAITS)]
    async with stage.doors(site), writing(crew, cause="petrel drill") as w:
        for number in numbers:
            await moderation.assign(w, number, to_me=True)
    same = 0
    while same < nights.SAME and time.monotonic() - began < SHOWN_S:
        same = same + 1 if await nights.doors(wire) == 0 else 0
        await asyncio.sleep(0.1)
    return {"careful_min": _r(shown[0]), "safe_min": _r(shown[1]), "joined_at_12_h": joined,
            "reopened_s": _r(time.monotonic() - began) if same == nights.SAME else None,
            "joined_afterwards": await bots.sign_up("henrik")}


def _r(number: float | None) -> float | None:
    return None if number is None else round(number, 1)
