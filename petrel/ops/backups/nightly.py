"""When a backup is due, and the process that makes it: `petrel backups nightly`, started by the jobs process.

A process of its own, at low priority: a copy takes minutes, and neither its work nor its memory may be the site's.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from msgspec import Struct

from petrel.core import clock
from petrel.ops.backups import standing

log = structlog.get_logger("petrel.backups")

LOOK_S = 15.0
AGAIN_MS = 3_600_000
DAY_MS = 86_400_000
SETTLED_MS = 60_000
"""An upgrade has other work until then."""
LAST_WORDS = 20
NIGHTLY, ANOTHER_RELEASE = "nightly", "another release"


class Plan(Struct, frozen=True):
    folder: Path
    place: str
    hour: int
    every_days: int
    release: str = ""
    """Which one is running. What another wrote is tried anew: it may not be understood, or not come back as it did."""


def why_due(plan: Plan, now_ms: int) -> str:
    """What a nightly run is due for now; "" for nothing."""
    newest, log_ = standing.newest(plan.folder), standing.log_of(plan.folder, plan.place)
    if newest is None or newest.place != plan.place:
        return "no backup in this target yet"
    if log_ and newest.log != log_:
        return "the archive of the log began anew"
    if newest.night_at_ms < last_night_ms(plan.hour, now_ms):
        return NIGHTLY
    if newest.release != plan.release:
        return ANOTHER_RELEASE
    return ""


def last_night_ms(hour: int, now_ms: int) -> int:
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    night = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return int((night if night <= now else night - timedelta(days=1)).timestamp() * 1000)


def needs_copy(plan: Plan, now_ms: int) -> bool:
    """Whether the run makes a full copy; else it only rehearses the last one and its log."""
    newest = standing.newest(plan.folder)
    return (newest is None or why_due(plan, now_ms) not in ("", NIGHTLY, ANOTHER_RELEASE)
            or now_ms - newest.at_ms > (plan.every_days - 0.5) * DAY_MS)


async def run(stop: asyncio.Event, plan: Plan) -> None:
    """Until `stop` is set. What failed is tried again in an hour."""
    tried_ms, began_ms = 0, clock.now_ms()
    while not stop.is_set():
        # The archive begins first, so that the first copy is one that it goes on from.
        if standing.log_of(plan.folder, plan.place) and clock.now_ms() - tried_ms > AGAIN_MS \
                and (why := why_due(plan, clock.now_ms())) \
                and (why != ANOTHER_RELEASE or clock.now_ms() - began_ms > SETTLED_MS):
            log.info("a backup is being made", why=why)
            if is_good := await _run_one(stop, plan.folder):
                standing.told(plan.folder, release=plan.release)
            tried_ms = 0 if is_good else clock.now_ms()
        try:
            await asyncio.wait_for(stop.wait(), LOOK_S if tried_ms or standing.newest(plan.folder) else 1.0)
        except TimeoutError:
            pass


async def _run_one(stop: asyncio.Event, folder: Path) -> bool:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "petrel", "backups", "nightly", "--data", str(folder), env=dict(os.environ),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE)
    ending = asyncio.ensure_future(process.communicate())
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait((ending, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not ending.done():
        process.terminate()
    _, said = await ending
    if process.returncode and not stop.is_set():
        log.error("the nightly backup failed, it is tried again in an hour", exit_code=process.returncode,
                  said=" | ".join(_last(said.decode(errors="replace").splitlines())))
    return process.returncode == 0


def _last(lines: Sequence[str]) -> Sequence[str]:
    return lines[-LAST_WORDS:]
