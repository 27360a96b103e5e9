"""The jobs' process: claims due jobs in batches, lane by lane, and runs schedules whose time has come.

A claim lasts `CLAIM_S` and is renewed while the job runs; what a killed process had claimed is run again by
another. Claims skip locked rows, so any number of processes may do this.
"""

import asyncio
import time
from pathlib import Path
from typing import Any

import msgspec
import structlog
from msgspec import Struct

from petrel.core import jobs
from petrel.core.doors import deriving, reading
from petrel.core.errors import PetrelError
from petrel.core.together import Together
from petrel.core.viewer import System
from petrel.worker.hints import listening

log = structlog.get_logger("petrel.jobs")

CLAIM_S = 60
RENEW_S = 20
POLL_S = 5.0
REPORT_S = 15.0
ERROR_CHARACTERS = 2_000
VIEWER = System("jobs")

# `once` is given up with the claim: what is asked for while this runs may need another run.
CLAIM = """
update ops.job j set locked_until = now() + make_interval(secs => $3), attempts = attempts + 1, once = null
  from (select id, once from ops.job
         where lane = $1 and dead_at is null and run_at <= now() and coalesce(locked_until < now(), true)
         order by run_at limit $2 for update skip locked) due
 where j.id = due.id
returning j.id, j.name, j.args::text, j.attempts, due.once
"""
RENEW = "update ops.job set locked_until = now() + make_interval(secs => $2) where id = any($1::bigint[])"
# Made, claimed or put off by a clock that was ahead and has been set right since: what is left of the wait counts from
# now. What failed waits no longer than that takes, and a claim lasts no longer than one does. $1: CLAIM_S. $2: the wait
# after so many attempts. A minute is for clocks of several machines.
_WAIT = "make_interval(secs => ($2::float8[])[least(attempts, cardinality($2::float8[]))])"
SET_RIGHT = f"""
update ops.job
   set run_at = case when run_at > now() + {_WAIT} + interval '1 minute' then now() + {_WAIT}
                     else run_at - greatest(made_at - now(), interval '0') end,
       made_at = least(made_at, now()),
       locked_until = case when locked_until > now() + make_interval(secs => 2 * $1)
                           then now() + make_interval(secs => $1) else locked_until end
 where dead_at is null
   and (made_at > now() + interval '1 minute' or run_at > now() + {_WAIT} + interval '1 minute'
        or locked_until > now() + make_interval(secs => 2 * $1))
"""
WAITS_S = [jobs.backoff_s(attempts) for attempts in range(1, jobs.MAX_ATTEMPTS + 1)]
FINISH = "delete from ops.job where id = any($1::bigint[])"
RETRY = """
update ops.job set locked_until = null, last_error = $2, run_at = now() + make_interval(secs => $3),
       dead_at = case when $4 then now() end,
       once = case when not $4 and not exists (select from ops.job where once = $5) then $5 end
 where id = $1
"""
NEXT_DUE_S = """
select extract(epoch from min(greatest(run_at, coalesce(locked_until, run_at))) - now())::float8
  from ops.job where dead_at is null and lane = any($1::text[])
"""


class Claim(Struct, frozen=True):
    id: int
    name: str
    args: dict[str, Any]
    attempts: int
    once: str | None


async def claim(lane: str, most: int) -> list[Claim]:
    async with deriving("jobs") as w:
        rows = await w.change(CLAIM, lane, most, CLAIM_S)
    return [Claim(r["id"], r["name"], msgspec.json.decode(r["args"]), r["attempts"], r["once"]) for r in rows]


async def perform(one: Claim) -> None:
    """Runs a claimed job to its end, good or bad."""
    try:
        handler = jobs.HANDLERS.get(one.name)
        if handler is None:
            raise PetrelError(f"nobody handles jobs named {one.name}")
        began = time.monotonic()
        await handler(**one.args)
        jobs.took(one.name, time.monotonic() - began)
    except Exception as e:
        await _failed(one, e)
    else:
        await finish(one.id)


async def _finish_many(numbers: list[int]) -> list[None]:
    async with deriving("jobs") as w:
        await w.execute(FINISH, numbers)
    return [None] * len(numbers)


finish: Together[int, None] = Together(_finish_many, most=500, lanes=1)      # type: ignore[arg-type]


async def _failed(one: Claim, e: Exception) -> None:
    is_dead = one.attempts >= jobs.MAX_ATTEMPTS
    error = f"{type(e).__name__}: {getattr(e, 'detail', None) or e}"[:ERROR_CHARACTERS].replace("\0", "")
    log.error("dead letter" if is_dead else "job failed, it will be tried again", job=one.id, name=one.name,
              attempts=one.attempts, error=error, exc_info=None if isinstance(e, PetrelError) else e)
    async with deriving("jobs") as w:
        await w.execute(RETRY, one.id, error, jobs.backoff_s(one.attempts), is_dead, one.once)


class Lane:
    """Runs the jobs of one lane, at most so many at once."""

    def __init__(self, name: str, most: int) -> None:
        self.name = name
        self.most = most
        self.running: dict[int, asyncio.Task[None]] = {}
        self.wake = asyncio.Event()

    async def fill(self) -> int:
        """Claims as many as there is room for and starts them."""
        room = self.most - len(self.running)
        claims = await claim(self.name, room) if room else []
        for one in claims:
            task = asyncio.create_task(perform(one), name=one.name)
            self.running[one.id] = task
            task.add_done_callback(lambda done, number=one.id: self._end(number, done))
        return len(claims)

    def _end(self, number: int, task: "asyncio.Task[None]") -> None:
        del self.running[number]
        self.wake.set()
        if not task.cancelled() and (e := task.exception()) is not None:
            log.error("a job's end could not be written down; it will run again", job=number, error=repr(e))

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; then waits for what runs."""
        while not stop.is_set():
            self.wake.clear()
            try:
                if await self.fill() and len(self.running) < self.most:
                    continue
                wait_s = await self._idle_s()
            except PetrelError as e:
                log.warning("jobs cannot be claimed, trying again", lane=self.name, error=str(e.detail or e))
                wait_s = 1.0
            try:
                await asyncio.wait_for(self.wake.wait(), wait_s)
            except TimeoutError:
                pass
        if self.running:
            await asyncio.wait(self.running.values())

    async def _idle_s(self) -> float:
        if len(self.running) >= self.most:
            return POLL_S
        async with reading(VIEWER) as r:
            due_s = await r.value(NEXT_DUE_S, [self.name])
        return POLL_S if due_s is None else min(POLL_S, max(0.01, due_s))


async def run(stop: asyncio.Event, run_directory: Path) -> None:
    """Until `stop` is set; then jobs that run are finished, and the rest is left for the next start."""
    from petrel.worker import schedules

    lanes = [Lane(name, most) for name, most in jobs.LANES.items()]

    def wake() -> None:
        for lane in lanes:
            lane.wake.set()

    with listening(run_directory, "jobs", wake):
        loops = [asyncio.create_task(lane.run(stop)) for lane in lanes]
        loops += [asyncio.create_task(schedules.run(stop)), asyncio.create_task(_renew(lanes, stop)),
                  asyncio.create_task(_report(stop, run_directory / "jobs.json"))]
        try:
            await stop.wait()
            wake()
            await asyncio.gather(*loops)
        finally:
            for loop in loops:
                loop.cancel()


async def _renew(lanes: list[Lane], stop: asyncio.Event) -> None:
    """Keeps the claims of long jobs, also of those that are being finished after `stop`."""
    while not stop.is_set() or any(lane.running for lane in lanes):
        try:
            await asyncio.wait_for(stop.wait(), RENEW_S)
            await asyncio.sleep(0.2)
        except TimeoutError:
            pass
        await look_after([number for lane in lanes for number in lane.running])


async def _report(stop: asyncio.Event, path: Path) -> None:
    """Writes DATA/run/jobs.json, for whoever measures: how long at most each schedule and job ran of late. What ran is
    said twice, so that a look every REPORT_S misses none."""
    before: dict[str, float] = {}
    while not stop.is_set():
        now = jobs.taken_s()
        fresh = path.with_name(path.name + ".new")
        try:
            fresh.write_bytes(msgspec.json.encode({"took_s": before | {n: max(s, before.get(n, 0.0))
                                                                       for n, s in now.items()}}))
            fresh.replace(path)
        except OSError as e:
            log.warning("nobody is told how long jobs took", error=e.strerror)
        before = now
        try:
            await asyncio.wait_for(stop.wait(), REPORT_S)
        except TimeoutError:
            pass


async def look_after(held: list[int]) -> None:
    """Renews these claims, and lets nothing wait for hours, or lie claimed, that a clock has put off."""
    try:
        async with deriving("jobs") as w:
            if held:
                await w.execute(RENEW, held, CLAIM_S)
            if put_off := await w.execute(SET_RIGHT, CLAIM_S, WAITS_S):
                log.warning("the clock was set back: what is left of the wait of jobs counts from now", count=put_off)
    except PetrelError as e:
        log.warning("claims not renewed", error=str(e.detail or e))


async def drain(*, until_s: float = 0.0) -> int:
    """For tests and the command line: runs every job due within `until_s` seconds here, and what they lead to.

    Failures go the ordinary way: they are put off, and not waited for. Returns how many ran.
    """
    ran = 0
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if until_s:
            async with deriving("jobs") as w:
                await w.execute("update ops.job set run_at = now() where attempts = 0 and dead_at is null "
                                "and run_at between now() and now() + make_interval(secs => $1)", until_s)
        claims = [one for lane in jobs.LANES for one in await claim(lane, 100)]
        if not claims:
            break
        for one in claims:
            await perform(one)
        ran += len(claims)
    return ran


