"""Schedules: each has one row, and whoever moves the row's time runs it. Missed times are not made up for."""

import asyncio
import time
from collections.abc import Container

import structlog

from petrel.core import jobs
from petrel.core.doors import deriving, reading
from petrel.core.errors import PetrelError
from petrel.core.viewer import System

log = structlog.get_logger("petrel.schedules")

MOST_S = 60.0
VIEWER = System("schedules")

# A new schedule waits for its first time: a start is busy enough.
KNOW = """
insert into ops.schedule (name, next_at)
select name, now() + make_interval(secs => every_s) from unnest($1::text[], $2::float8[]) s(name, every_s)
on conflict (name) do nothing
"""
# All that are due at once: most looks find nothing, and there are many schedules. A row put far ahead by a longer
# interval of an older release is drawn back. What another process is just claiming is passed over.
CLAIM = """
update ops.schedule s set next_at = now() + make_interval(secs => due.every_s), ran_at = now()
  from (select name, w.every_s from ops.schedule join unnest($1::text[], $2::float8[]) w(name, every_s) using (name)
         where next_at <= now() or next_at > now() + make_interval(secs => 2 * w.every_s)
         order by name for update of schedule skip locked) due
 where s.name = due.name
returning s.name, s.note
"""
_noted: dict[str, str] = {}             # what the rows of those that were claimed here say
NOTE = "update ops.schedule set note = $2 where name = $1"
NEXT_S = "select extract(epoch from min(next_at) - now())::float8 from ops.schedule where name = any($1::text[])"


async def run(stop: asyncio.Event) -> None:
    """Until `stop` is set; schedules that run are finished."""
    running: dict[str, asyncio.Task[None]] = {}
    known = False
    while not stop.is_set():
        wait_s = MOST_S
        try:
            if not known:
                await know()
                known = True
            for schedule in await claim_due(running):
                task = asyncio.create_task(run_one(schedule), name=schedule.name)
                running[schedule.name] = task
                task.add_done_callback(lambda _done, name=schedule.name: running.pop(name))
            wait_s = await _until_next_s()
        except PetrelError as e:
            log.warning("schedules cannot be read, trying again", error=str(e.detail or e))
            wait_s = 2.0
        try:
            await asyncio.wait_for(stop.wait(), min(MOST_S, max(0.05, wait_s)))
        except TimeoutError:
            pass
    if running:
        await asyncio.wait(running.values())


async def _until_next_s() -> float:
    if not jobs.SCHEDULES:
        return MOST_S
    async with reading(VIEWER) as r:
        return float(await r.value(NEXT_S, list(jobs.SCHEDULES)))


async def know() -> None:
    """Makes a row for each registered schedule that has none."""
    every = list(jobs.SCHEDULES.values())
    if every:
        async with deriving("schedules") as w:
            await w.execute(KNOW, [s.name for s in every], [s.every_s for s in every])


async def claim_due(running: Container[str] = ()) -> list[jobs.Schedule]:
    """Those whose time has come, that do not run here, and that nobody else has claimed."""
    every = [s for s in jobs.SCHEDULES.values() if s.name not in running]
    if not every:
        return []
    async with deriving("schedules") as w:
        rows = await w.change(CLAIM, [s.name for s in every], [s.every_s for s in every])
    claimed = {row["name"]: row["note"] or "" for row in rows}
    _noted.update(claimed)
    return [s for s in every if s.name in claimed]


async def run_one(schedule: jobs.Schedule) -> None:
    """Runs it once, and notes what it said or how it failed."""
    began = time.monotonic()
    try:
        said = await schedule.run()
    except Exception as e:
        said = f"failed: {type(e).__name__}: {getattr(e, 'detail', None) or e}"
        log.error("schedule failed, it runs again at its next time", schedule=schedule.name, error=said, exc_info=e)
    else:
        if said:
            log.info(said, schedule=schedule.name)
    jobs.took(schedule.name, time.monotonic() - began)
    note = (said or "")[:500].replace("\0", "")
    if note == _noted.pop(schedule.name, None):
        return                          # as most times: a write a second, for what stands there already
    try:
        async with deriving("schedules") as w:
            await w.execute(NOTE, schedule.name, note)
    except PetrelError as e:
        log.warning("a schedule's note is lost", schedule=schedule.name, error=str(e.detail or e))


async def run_due() -> int:
    """For tests and the command line: runs here what is due; returns how many."""
    due = await claim_due()
    for schedule in due:
        await run_one(schedule)
    return len(due)
