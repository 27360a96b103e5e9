"""Processes of a cluster that outlived whoever started them. Found in /proc, never by program name alone."""

import os
import select
import signal
import time
from pathlib import Path

PROC = Path("/proc")
START_TOLERANCE_S = 5.0


def tag_of(name: str, folder: Path) -> str:
    """The cluster's name on every command line of its processes; unique to this directory on this machine."""
    place = folder.stat()
    return f"petrel-{name}-{place.st_dev:x}-{place.st_ino:x}"


def processes_of(tag: str, folder: Path) -> list[int]:
    """Every live process of the cluster, postmaster first.

    Working directory and owner decide. Root without the right to trace (containers) cannot read a working
    directory of another user; then the tag on the command line decides, which the processes carry in their titles,
    or the lock file, if process number and starting time both fit.
    """
    place = folder.stat()
    found = []
    for entry in PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if entry.stat().st_uid == place.st_uid and _belongs(entry, tag, folder, place) and _is_alive(entry):
                found.append(int(entry.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return sorted(found, key=lambda pid: (pid != postmaster_pid(folder), pid))


def postmaster_pid(folder: Path) -> int | None:
    """What the lock file says; the process may be long gone or be somebody else's by now."""
    try:
        return int((folder / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def forget_stale_lock(folder: Path) -> None:
    """Drops a lock file whose process number now belongs to a stranger (usual after a container restart).

    Only call when `processes_of` is empty: the file is what keeps two servers off one directory.
    """
    pid = postmaster_pid(folder)
    if pid is not None and (PROC / str(pid)).exists():
        (folder / "postmaster.pid").unlink(missing_ok=True)


def send(pid: int, number: signal.Signals) -> None:
    """A process that ended meanwhile is no error."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def wait_gone(pid: int, timeout_s: float) -> bool:
    """True as soon as a process that is not our child has ended."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        return bool(poll.poll(max(0, int(timeout_s * 1000))))
    finally:
        os.close(handle)


def wait_all_gone(tag: str, folder: Path, timeout_s: float) -> list[int]:
    """Those still there after the time is over."""
    until = time.monotonic() + timeout_s
    while alive := processes_of(tag, folder):
        rest_s = until - time.monotonic()
        if rest_s <= 0:
            break
        wait_gone(alive[0], rest_s)
    return alive


def _belongs(entry: Path, tag: str, folder: Path, place: os.stat_result) -> bool:
    words = (entry / "cmdline").read_bytes().split(b"\0")
    label = tag.encode()
    tagged = b"cluster_name=" + label in words or words[0].startswith(b"postgres: " + label + b": ")
    if not tagged and not words[0].rpartition(b"/")[2].startswith(b"postgres"):
        return False
    try:
        cwd = (entry / "cwd").stat()
    except PermissionError:
        return tagged or _is_locker(entry, folder)
    return (cwd.st_dev, cwd.st_ino) == (place.st_dev, place.st_ino)


def _is_locker(entry: Path, folder: Path) -> bool:
    lines = (folder / "postmaster.pid").read_text().split("\n")
    ticks = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[19])
    booted_at = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    started_at = booted_at + ticks / os.sysconf("SC_CLK_TCK")
    return lines[0] == entry.name and abs(float(lines[2]) - started_at) < START_TOLERANCE_S


def _is_alive(entry: Path) -> bool:
    return (entry / "stat").read_text().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
