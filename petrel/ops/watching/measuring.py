"""What is measured: by the databases, of the machine, of the processes, of the files that others leave."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import psutil  # type: ignore[import-untyped]

from petrel.core.doors import reading
from petrel.core.viewer import System
from petrel.ops.backups import newest
from petrel.ops.processes import PartStatus, ServerStatus, clock_offset_s, read_status
from petrel.ops.watching.shapes import Measure
from petrel.ops.watching.tally import Tally

WHO = System("watching")
MEASURES = "select name, target, value from ops.measures('watching')"
DAY_S = 86_400.0
SILENT_S = 20.0
"""Followers say every five seconds that they live."""

REPORTS_S = 40.0
"""The jobs' process says every fifteen how long it took."""

SOURCES: list[Callable[[Path], Iterator[Measure]]] = []
"""Of this machine, each from the data directory. One that fails leaves the others standing."""


def source(f: Callable[[Path], Iterator[Measure]]) -> Callable[[Path], Iterator[Measure]]:
    SOURCES.append(f)
    return f


EXPLAINED: dict[str, Callable[[], str]] = {}
"""By the beginning of measures' names: what else people are told of them."""


def explains(beginning: str, f: Callable[[], str]) -> None:
    EXPLAINED[beginning] = f


def explained(measure: str) -> str:
    """Nothing that goes wrong there keeps somebody from being told."""
    try:
        return "\n".join(f() for beginning, f in EXPLAINED.items() if measure.startswith(beginning))
    except Exception as e:
        return f"(nobody could say more: {e!r})"


async def of_databases() -> list[Measure]:
    """Errors: Unavailable."""
    async with reading(WHO) as r:
        return [Measure(row["name"], float(row["value"]), row["target"]) for row in await r.fetch(MEASURES)]


def of_machine(data: Path) -> list[Measure]:
    """Takes some milliseconds, on the thread it is called on."""
    found: list[Measure] = []
    for one in SOURCES:
        try:
            found += one(data)
        except Exception:                       # one that cannot be read is missing, which a rule may ask about
            found.append(Measure("sources_failed", 1, one.__name__))
    return found


@source
def disk(data: Path) -> Iterator[Measure]:
    state = os.statvfs(data)
    yield Measure("disk_free_bytes", state.f_bavail * state.f_frsize)
    yield Measure("disk_used_ratio", 1 - state.f_bavail / max(1, state.f_blocks - state.f_bfree + state.f_bavail))
    if state.f_files:
        yield Measure("inodes_used_ratio", 1 - state.f_favail / state.f_files)


@source
def processes(data: Path) -> Iterator[Measure]:
    status = read_status(data)
    if status is None:
        return
    yield Measure("clock_step_seconds", abs(clock_offset_s() - status.clock_offset_s))
    watched: dict[str, tuple[list[int], PartStatus | ServerStatus]] = {
        **{n: (p.pids, p) for n, p in status.parts.items()},
        **{f"postgres {n}": ([s.pid] if s.pid else [], s) for n, s in status.postgres.items()}}
    for name, (pids, one) in watched.items():
        yield Measure("process_failing", float(one.state == "failing"), name)
        yield Measure("process_restarts", one.restarts, name)
        if isinstance(one, PartStatus):
            yield Measure(f"{name}_silent_seconds", one.silent_s())
            yield Measure("resident_bytes", sum(map(_resident_bytes, pids)), name)
            yield Measure("processor_seconds", sum(map(_processor_s, pids)), name)


def _resident_bytes(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _processor_s(pid: int) -> float:
    try:
        times = psutil.Process(pid).cpu_times()
        return float(times.user + times.system)
    except psutil.Error:
        return 0.0


class _Follower(msgspec.Struct):
    name: str
    lag_ms: int
    failures: int


class _Followers(msgspec.Struct):
    followers: list[_Follower]


@source
def followers(data: Path) -> Iterator[Measure]:
    path = data / "run" / "followers.json"
    if not path.exists():
        return
    # What a process said before it was stopped says nothing of now.
    if (silent_s := time.time() - path.stat().st_mtime) > SILENT_S:
        yield Measure("follower_lag_seconds", silent_s, "the followers' process")
    for one in msgspec.json.decode(path.read_bytes(), type=_Followers).followers:
        yield Measure("follower_lag_seconds", one.lag_ms / 1000, one.name)
        yield Measure("follower_failures", one.failures, one.name)


class _Jobs(msgspec.Struct):
    took_s: dict[str, float]


@source
def jobs(data: Path) -> Iterator[Measure]:
    path = data / "run" / "jobs.json"
    if path.exists() and time.time() - path.stat().st_mtime < REPORTS_S:
        for name, took_s in msgspec.json.decode(path.read_bytes(), type=_Jobs).took_s.items():
            yield Measure("schedule_seconds", took_s, name)


@source
def certificates(data: Path) -> Iterator[Measure]:
    """Days that are left of what is served; what was served before may end."""
    path = data / "certificates" / "live.pem"
    if path.exists():
        from cryptography import x509

        _, begin, chain = path.read_bytes().partition(b"-----BEGIN CERTIFICATE")
        ends_s = x509.load_pem_x509_certificate(begin + chain).not_valid_after_utc.timestamp()
        yield Measure("certificate_left_days", (ends_s - time.time()) / DAY_S)
    if (path.parent / "seen.json").exists():
        from petrel.ops import certificates as room

        if (census := room.census(room.places(data))) is not None:
            yield Measure("certificates_undeclared", sum(one.is_ours and not one.is_declared for one in census.seen))


@source
def backups(data: Path) -> Iterator[Measure]:
    last = newest(data)
    if last is None:
        return
    yield Measure("backup_age_seconds", last.age_s())
    if (proven_s := last.proven_age_s()) is not None:
        yield Measure("backup_proven_age_seconds", proven_s)
    if (archived_s := last.archived_age_s()) is not None:
        yield Measure("backup_archived_age_seconds", archived_s)


class Answers:
    """The share of answers that failed on our side since the last time it was asked, and how long the watcher of
    another host has not come, once it has."""

    LEAST = 20
    WATCHER = "/health/crew"

    def __init__(self, tally: Tally | None) -> None:
        self._tally = tally
        self._before = (0, 0)
        self._watcher = (0, 0.0)                # how often it came, when it last did

    def measured(self) -> Iterator[Measure]:
        if self._tally is None:
            return
        came = sum(classes["2xx"] + classes["5xx"] for name, classes, _, _ in self._tally.routes()
                   if name == self.WATCHER)
        if came > self._watcher[0]:
            self._watcher = (came, time.monotonic())
        if came:
            yield Measure("watcher_silent_seconds", time.monotonic() - self._watcher[1])
        now = self._tally.answers()
        asked, failed = now[0] - self._before[0], now[1] - self._before[1]
        self._before = now
        yield Measure("answers_failed_ratio", failed / asked if asked >= self.LEAST else 0.0)
