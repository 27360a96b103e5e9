"""Ends what runs of one part, so that the supervisor starts it anew: for what hangs and does not say so.

Those that serve go one at a time, each replaced before the next is asked, so that nobody is refused. Who is asked and
does not end (stopped, or caught in a loop) is killed: nothing acknowledged lies in a process alone.
"""

import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from petrel.core.errors import Conflict, Invalid
from petrel.ops.processes.seat import LEAVE_GENTLY
from petrel.ops.processes.status import Status, read_status
from petrel.storage.postgres import ClusterName, holder_of

COMPONENTS: dict[ClusterName, str] = {"main": "main-database", "keyring": "keyring"}
"""What safeguards and people call each cluster."""

ENDS_S, COMES_S, LOOK_S = 12.0, 60.0, 0.05


def names(status: Status) -> list[str]:
    """What can be renewed here: a server of the distribution is not ours to end."""
    return [*status.parts, *(name for cluster, name in COMPONENTS.items() if cluster in status.postgres)]


def renew(data: Path, name: str, say: Callable[[str], None]) -> None:
    """Comes back when all of it runs again. Errors: Invalid (no such part), Conflict (no site runs, or it did not come
    back)."""
    status = _status(data)
    if name not in names(status):
        raise Invalid("part", f"is one of {', '.join(names(status))}")
    if (cluster := next((one for one, called in COMPONENTS.items() if called == name), None)) is not None:
        server = status.postgres[cluster].pid
        _end(_family([server] if server else []), signal.SIGINT, say)
        _until(data, lambda now: now.postgres[cluster].state == "running"
               and now.postgres[cluster].pid not in (None, server),
               f"Postgres ({cluster}) did not come back: log/ of the data directory has what it says.")
        return
    old = list(status.parts[name].pids)
    for pid in old:
        _end(_family([pid]), LEAVE_GENTLY if name == "web" else signal.SIGTERM, say)
        _until(data, lambda now, pid=pid: _is_whole(now, name, pid),        # type: ignore[misc]
               f"{name} did not come back: the log of the site says why, in its last lines.")


def _is_whole(now: Status, name: str, gone: int) -> bool:
    part = now.parts.get(name)
    return part is None or (gone not in part.pids and len(part.pids) == part.wanted and part.state == "running")


def _status(data: Path) -> Status:
    status = read_status(data)
    if status is None or status.pid != holder_of(data):
        raise Conflict(f"No site runs in {data}. Start it: petrel up.")
    return status


def _family(pids: Sequence[int]) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            found += [process, *process.children(recursive=True)]
    return found


def _end(family: list[psutil.Process], gently: signal.Signals, say: Callable[[str], None]) -> None:
    if not family:
        return
    with suppress(psutil.NoSuchProcess):
        family[0].send_signal(gently)
    left = _wait(family)
    if left:
        say(f"Process {family[0].pid} does not end by itself; it is killed.")
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    _wait(left)


def _wait(family: list[psutil.Process]) -> list[psutil.Process]:
    """Those that are still there. Not ours to reap: a zombie has ended."""
    until = time.monotonic() + ENDS_S
    while True:
        left = [one for one in family if _lives(one)]
        if not left or time.monotonic() > until:
            return left
        time.sleep(LOOK_S)


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _until(data: Path, holds: Callable[[Status], bool], otherwise: str) -> None:
    until = time.monotonic() + COMES_S
    while not holds(_status(data)):
        if time.monotonic() > until:
            raise Conflict(otherwise)
        time.sleep(LOOK_S)
