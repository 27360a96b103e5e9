"""Checks of the machine: disk, clock, port, directories."""

import asyncio
import ctypes
import errno
import os
import shutil
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from petrel.core.amounts import lasting, size
from petrel.ops.doctor.shapes import Check, bad, fine
from petrel.ops.processes import Status, clock_offset_s, user_of
from petrel.outside import clocks

GIB = 1024**3
DISK_FREE_MIN_BYTES = 2 * GIB
"""The write-ahead logs alone may grow to more than one GiB."""

INODES_FREE_MIN = 10_000
CLOCK_STEP_MAX_S = 1.0
CLOCK_DRIFT_MAX_S = 0.05
CLOCK_OFF_MAX_S = 30.0
"""Of what a web server says, which may have been on its way for some seconds."""

UNSYNCHRONISED = 0x40
CLOCK_WATCH_S = 0.2
SYSTEMD_S = 10.0
YEARS = range(2025, 2100)
SET_CLOCK = "Set the clock and keep it right with NTP (systemd-timesyncd or chrony), then restart the site."


def check_disk(data: Path) -> Check:
    """Room where the data directory is, or will be."""
    place = _nearest_existing(data)
    free_bytes = shutil.disk_usage(place).free
    state = os.statvfs(place)
    found = f"{size(free_bytes)} free in {place}"
    if free_bytes < DISK_FREE_MIN_BYTES:
        cure = f"Free at least {DISK_FREE_MIN_BYTES // GIB} GiB there, or move the site to a larger disk."
        return bad("disk", found, cure)
    if state.f_files and state.f_favail < INODES_FREE_MIN:
        return bad("disk", f"{state.f_favail} file entries free in {place}", "Remove small files from that disk.")
    return fine("disk", found)


async def check_clock(data: Path, status: Status | None) -> Check:
    """Ids contain the time: a clock that is stepped makes them collide with, or sort before, what exists."""
    now = time.time()
    year = time.gmtime(now).tm_year
    if year not in YEARS:
        return bad("clock", f"the year is {year}", SET_CLOCK)
    newest = max((path.stat().st_mtime for path in (data / "run").glob("*")), default=0.0)
    if newest > now + CLOCK_STEP_MAX_S:
        return bad("clock", f"{newest - now:.0f} s behind the newest file of the site", SET_CLOCK)
    if status:
        step_s = clock_offset_s() - status.clock_offset_s
        if abs(step_s) > CLOCK_STEP_MAX_S:
            return bad("clock", f"stepped by {step_s:+.1f} s since the site was started", SET_CLOCK)
    drift_s = await _drift_s()
    if abs(drift_s) > CLOCK_DRIFT_MAX_S:
        return bad("clock", f"jumped by {drift_s:+.3f} s while being watched", SET_CLOCK)
    return fine("clock", time.strftime("%Y-%m-%d %H:%M:%S UTC, steady", time.gmtime(now)))


def check_kept_time() -> Check:
    """Whether something keeps the clock right, as the kernel knows."""
    is_kept = _is_kept()
    if is_kept is None:
        is_kept = _is_kept_says_systemd()
    if is_kept is None:
        return fine("time source", "neither the kernel nor systemd says: see `timedatectl`")
    if not is_kept:
        return bad("time source", "nothing keeps the clock right: it will drift by seconds a week", SET_CLOCK)
    return fine("time source", "the clock is kept by NTP")


def _is_kept() -> bool | None:
    """None where we may not ask, as in the site's own unit: ProtectClock= forbids adjtimex(2) even to readers, and is
    worth more than the answer. source: adjtimex(2), STA_UNSYNC."""
    buffer = ctypes.create_string_buffer(512)
    if ctypes.CDLL(None, use_errno=True).adjtimex(buffer) < 0:
        return None
    # struct timex: four longs and an int before status, with the padding of a 64-bit machine.
    status = int.from_bytes(buffer.raw[40:44], sys.byteorder) if ctypes.sizeof(ctypes.c_long) == 8 else 0
    return not status & UNSYNCHRONISED


def _is_kept_says_systemd() -> bool | None:
    """Its clock service asks the same of the kernel, for everybody, whoever keeps the clock. Blocking: for a thread."""
    try:
        said = subprocess.run(["timedatectl", "show", "--property=NTPSynchronized", "--value"], check=False, text=True,
                              capture_output=True, timeout=SYSTEMD_S).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(said)


def check_right_time(server: str) -> Check:
    """By a clock elsewhere, whatever this machine believes of its own. Blocking: for a thread."""
    ahead_s = clocks.ahead_s(server)
    if ahead_s is None:
        return fine("time elsewhere", f"{server} does not answer, so nobody can say")
    if abs(ahead_s) > CLOCK_OFF_MAX_S:
        off = f"{lasting(abs(ahead_s))} {'ahead of' if ahead_s > 0 else 'behind'}"
        return bad("time elsewhere", f"this machine's clock is {off} that of {server}", SET_CLOCK)
    return fine("time elsewhere", "the same")


def check_port(host: str, port: int, status: Status | None) -> Check:
    """Free, or held by this very site. Port 0 means any."""
    if port == 0:
        return fine("port", "any free port will be taken")
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(place)
            trial.listen(1)
    except OSError as problem:
        return _port_problem(host, port, status, problem)
    return fine("port", f"{host}:{port} is free")


def check_entry(data: Path) -> Check | None:
    """What is wrong when we are somebody who may not even look into the data directory; None when we may."""
    try:
        (data / "run").stat()
    except PermissionError:
        user = user_of(data)
        return bad("data directory", f"{data} cannot be read: it is {user}'s",
                   f"Run this as that user: sudo -u {user} petrel doctor")
    except OSError:
        pass
    return None


def check_directories(data: Path) -> list[Check]:
    """Nobody but the site may look into its directories."""
    if not data.exists():
        return [fine("directories", f"{data} will be made by the first start")]
    checks = [_check_private(data, "data directory", {os.geteuid()})]
    for name in ("run", "keys", "log", "witness"):
        if (data / name).exists():
            checks.append(_check_private(data / name, name, {os.geteuid(), data.stat().st_uid}))
    for name in ("main", "keyring"):
        # The owner of a cluster is whoever runs its server; only the mode matters.
        if (data / name).exists():
            checks.append(_check_private(data / name, name, None))
    wrong = [check for check in checks if not check.ok]
    return wrong or [fine("directories", f"{data} and the {len(checks) - 1} directories in it are private")]


def _check_private(folder: Path, name: str, owners: set[int] | None) -> Check:
    label = f"directory {name}"
    try:
        state = folder.stat()
    except OSError as problem:
        return bad(label, f"{folder}: {problem.strerror}", "Start the site as the user who owns it.")
    mode = stat.S_IMODE(state.st_mode)
    if mode & 0o077:
        return bad(label, f"{folder} is open to others (mode {mode:o})", f"chmod 700 {folder}")
    if owners is not None and state.st_uid not in owners and os.geteuid() != 0:
        found = f"{folder} belongs to user {state.st_uid}, and you are {os.geteuid()}"
        return bad(label, found, "Start the site as the user who owns it.")
    return fine(label, str(folder))


def _port_problem(host: str, port: int, status: Status | None, problem: OSError) -> Check:
    where = f"{host}:{port}"
    if status and _listens(status.pid, port):   # systemd may have opened it for a site that has no right to
        return fine("port", f"{where} is in use by this site")
    if problem.errno == errno.EADDRINUSE:
        holders = _listeners(port)
        names = ", ".join(f"process {pid} ({_name_of(pid)})" for pid in sorted(holders)) or "another user's program"
        return bad("port", f"{where} is in use by {names}", f"Stop that program, or use another: --port {port + 1}")
    if problem.errno == errno.EACCES:
        return bad("port", f"{where}: {problem.strerror}",
                   "Let systemd open it (the units of `petrel init` do), or use port 8000 and a proxy.")
    return bad("port", f"{where}: {problem.strerror}", "Use an address of this machine: --host 127.0.0.1 or 0.0.0.0")


def _listens(pid: int, port: int) -> bool:
    """Whether this process has the port open; others may have it too, which `_listeners` does not tell."""
    try:
        return any(c.status == psutil.CONN_LISTEN and c.laddr.port == port for c in
                   psutil.Process(pid).net_connections(kind="tcp"))
    except psutil.Error:
        return False


def _listeners(port: int) -> set[int]:
    """Processes that listen on the port, as far as we may see them."""
    found = psutil.net_connections(kind="tcp")
    return {c.pid for c in found if c.status == psutil.CONN_LISTEN and c.laddr.port == port and c.pid}


def _name_of(pid: int) -> str:
    try:
        return str(psutil.Process(pid).name())
    except psutil.Error:
        return "?"


async def _drift_s() -> float:
    before = time.time() - time.monotonic()
    await asyncio.sleep(CLOCK_WATCH_S)
    return time.time() - time.monotonic() - before


def _nearest_existing(path: Path) -> Path:
    return next(place for place in (path, *path.parents) if place.exists())
