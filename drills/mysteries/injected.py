"""Which faults mystery puts in, one after the other, and the one that needs a site in use and a release of its own."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from drills import faults
from drills.faults import Fault, World
from drills.pushing.crowd import Crowd
from petrel.ops.drills import clients, make_people

READERS, LEARN_S, HURTS_WITHIN_S, FAILED = 32, 35.0, 60.0, 500


@asynccontextmanager
async def flag_is_bad(world: World) -> AsyncIterator[str]:
    """In the first cell of a change, nobody can read their home: a bug had slept until this flag was set."""
    site = world.site
    async with world.stage.doors(site):
        people = await make_people([f"reader{n}" for n in range(READERS)])
    async with clients(site.address, connections=READERS) as wire, Crowd(wire, people) as crowd:
        await asyncio.sleep(LEARN_S)            # what is usual in each cell has to be known
        number = json.loads(await site.told("changes", "plan", "flag", "flag=packed-answers", "to=off", "--reason",
                                           "a drill sets it", "--json"))["id"]
        await site.told("changes", "start", number)
        try:
            await site.until(lambda: any(one.status == FAILED for one in crowd.asked[-READERS:]), HURTS_WITHIN_S,
                             "the flag to do harm")
            yield f"change {number}"
        finally:                                # it may have been undone by itself
            await site.petrel("changes", "undo", str(number), "--reason", "the drill has seen enough")


# No two with one cause in a row: what is over is still shown, until the next look.
FAULTS = (
    faults.FOLLOWERS_STAND, faults.WEB_STANDS, faults.CLOCK_IS_SET, faults.MAIN_STANDS, faults.JOBS_STAND,
    faults.TRANSACTION_OPEN, faults.CERTIFICATE_ENDS, faults.NO_WORK_FOUND, faults.NO_RIGHT_TO_FOLLOW,
    faults.DISK_FILLS, faults.NO_CONNECTION, faults.NO_RIGHT_TO_SEAL,
    Fault("a flag is bad in one cell", "web", flag_is_bad),
    faults.KEYRING_STANDS, faults.WORK_OF_ANOTHER,
)
