"""What the stages of a restore take, apart from what else the machine does meanwhile.

A clock alone would tell how busy the machine was; with it stand how long we were ready and others ran, and the
processor time of all our programs, also of those that ended meanwhile.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from msgspec import Struct

PROC = Path("/proc")


class Took(Struct, frozen=True):
    """`wall_s`: by the clock. `delay_s`: how much of it this process was ready and others ran. `cpu_s`: of the
    processors, by this process and those below it."""

    wall_s: float = 0.0
    delay_s: float = 0.0
    cpu_s: float = 0.0


class Meter:
    """Runs from its making on. Not for several threads. `clock`: in seconds, of which those count."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.laps: dict[str, Took] = {}
        self.now_s = clock
        self._at = _Now(os.getpid(), clock)

    def lap(self, name: str) -> Took:
        """What it took since the last lap is added to `name`; returns that alone."""
        now, before, old = _Now(os.getpid(), self.now_s), self._at, self.laps.get(name, Took())
        took = Took(now.wall_s - before.wall_s, now.delay_s - before.delay_s, now.cpu_s - before.cpu_s)
        self.laps[name] = Took(old.wall_s + took.wall_s, old.delay_s + took.delay_s, old.cpu_s + took.cpu_s)
        self._at = now
        return took

    def slowed(self) -> float:
        """How much longer all laps took than on a machine with nothing else to do: 1 or more. Waiting for a disk or a
        line is no rival's doing."""
        cpu_s = sum(took.cpu_s for took in self.laps.values())
        return 1.0 + sum(took.delay_s for took in self.laps.values()) / cpu_s if cpu_s > 0 else 1.0

    def seconds(self) -> dict[str, float]:
        """By the clock."""
        return {name: round(took.wall_s, 3) for name, took in self.laps.items()}


class _Now:
    """Where the counters of a process and of those below it are."""

    def __init__(self, pid: int, clock: Callable[[], float]) -> None:
        this = psutil.Process(pid)
        others = this.children(recursive=True)
        self.wall_s = clock()
        self.delay_s = _delay_s(pid)
        self.cpu_s = sum(map(cpu_s, (this, *others)))


def cpu_s(process: psutil.Process) -> float:
    """Its own and, of those it waited for, theirs."""
    try:
        used = process.cpu_times()
    except psutil.Error:
        return 0.0                  # it has ended meanwhile
    return float(used.user + used.system + used.children_user + used.children_system)


def _delay_s(pid: int) -> float:
    """0 where the kernel does not count it."""
    try:
        return int((PROC / str(pid) / "schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0
