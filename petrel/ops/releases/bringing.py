"""Another release beside the one that serves: brought up, shown to work and to be replaceable, looked after, ended.

Nothing here is remembered: whoever does it next begins at what is there.
"""

import asyncio
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from petrel.core import beside as core_beside
from petrel.core.errors import PetrelError
from petrel.ops import watching
from petrel.ops.processes import PartStatus, Release, Status, ask, beside, read_status, this_release

BEGIN_S, REPLACE_S = 60.0, 40.0
AGAIN_S = 0.1
TIMES = 2
"""There and back."""

T = TypeVar("T")


class Unfit(PetrelError):
    """This release cannot serve here"""


async def bring_up(data: Path, release: Release) -> None:
    """Until it serves beside this one, a post of the site's own has gone its way through it, and it has been replaced
    by itself and back, by the steps by which a next release will replace it. Errors: Unfit."""
    status = read_status(data)
    if status is None or status.state != "ready":
        raise Unfit("the site is starting or stopping")
    if problem := release.why_not_here():
        raise Unfit(problem)
    try:
        beside.want(data, status.pid, release)
    except OSError as e:
        raise Unfit(f"{data} cannot be written: {e.strerror}") from e
    await _until(lambda: _serving(data), lambda: _why_dead(data), BEGIN_S, "it does not serve")
    await _probe(data, release, status.address)
    for _ in range(TIMES):
        await _replaced(data, release)
    await _probe(data, release, status.address)


async def _probe(data: Path, release: Release, address: str) -> None:
    home = beside.home_of(data)
    with core_beside.near(home) as short:
        if wrong := await watching.come_through(address, f"{short}/{core_beside.socket_name(release.build)}"):
            raise Unfit(f"what is posted there does not come through: {wrong}")


async def _replaced(data: Path, release: Release) -> None:
    """Errors: Unfit."""
    home = beside.home_of(data)
    before = _serving(data)
    if before is None:
        raise Unfit("it ended by itself")
    old, asked_at = set(before.parts["web"].pids), time.time()
    ask(home, before.pid, release)

    def is_new() -> bool:
        now = _serving(data)
        return now is not None and not now.leaving and old.isdisjoint(now.parts["web"].pids)

    def refused() -> str:
        now = _serving(data)
        return now.refused if now is not None and now.refused_at >= asked_at else _why_dead(data)

    await _until(is_new, refused, REPLACE_S, "it cannot be replaced by a next release: it did not come back")


async def _until(look: Callable[[], T], wrong: Callable[[], str], most_s: float, why: str) -> T:
    """What `look` finds. Errors: Unfit."""
    until = time.monotonic() + most_s
    while not (found := look()):
        if problem := wrong():
            raise Unfit(f"{why}: {problem}" if not why.endswith("back") else f"it cannot be replaced: {problem}")
        if time.monotonic() > until:
            raise Unfit(f"{why} within {most_s:.0f} s")
        await asyncio.sleep(AGAIN_S)
    return found


def _part(data: Path) -> PartStatus | None:
    status = read_status(data)
    return status.parts.get(beside.NAME) if status is not None else None


def _serving(data: Path) -> Status | None:
    """What its supervisor says, when all of its processes are there."""
    part, now = _part(data), read_status(beside.home_of(data))
    if part is None or now is None or now.pid not in part.pids or now.state != "ready":
        return None
    web = now.parts["web"]
    return now if web.state == "running" and len(web.pids) == web.wanted else None


def _why_dead(data: Path) -> str:
    part = _part(data)
    return f"it ended: {part.last_exit}" if part is not None and part.restarts else ""


def what_ails(data: Path, release: Release) -> str:
    """Why it does not serve, or has ended meanwhile; "" while it is well."""
    if beside.wanted(data) != release:
        return "the site was started anew meanwhile"
    if why := _why_dead(data):
        return why
    now = read_status(beside.home_of(data))
    if now is not None and (restarts := now.parts["web"].restarts):
        return f"its web processes ended {restarts} times: {now.parts['web'].last_exit}"
    return "" if _part(data) is not None else "it is not there"


def end(data: Path) -> bool:
    """Has it ended, and says whether nothing of it is left."""
    status = read_status(data)
    if status is None:
        return False
    beside.want(data, status.pid, None)
    return beside.NAME not in status.parts and not status.leaving


async def tidied(data: Path) -> None:
    """After it has ended: the database functions are this release's own again. Errors: Unfit."""
    home = beside.home_of(data)
    if not home.exists():
        return
    release = this_release()
    process = await asyncio.create_subprocess_exec(
        *release.command("migrate", "--data", str(data)), env=release.environment(), stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL)
    if await process.wait():
        raise Unfit("the database functions could not be put back: petrel migrate")
    shutil.rmtree(home, ignore_errors=True)
