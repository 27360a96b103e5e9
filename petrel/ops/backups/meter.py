"""What the stages of a restore take, apart from what else the machine does meanwhile.

A clock alone would tell how busy the machine was; with it stand how long we were ready and others ran, and the
processor time of all our programs, also of those that ended meanwhile.
"""

import os
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from msgspec import Struct

PROC = Path("/proc")


class Took(Struct, frozen=True):
    """`wall_s`: by the clock. `delay_s`: how much of it this process was ready and others ran; `below_s`: that of the
    processes below it that still live. `cpu_s`: of all these."""

    wall_s: float = 0.0
    delay_s: float = 0.0
    below_s: float = 0.0
    cpu_s: float = 0.0

    @property
    def calm_s(self) -> float:
        """As long as it would have taken this process on a machine of its own."""
        return max(0.0, self.wall_s - self.delay_s)

    @property
    def calm_together_s(self) -> float:
        """As `calm_s`, where this process and those below it work by turns."""
        return max(self.calm_s - self.below_s, min(self.cpu_s, self.wall_s) / 2)


class Meter:
    """Runs from its making on. Not for several threads."""

    def __init__(self) -> None:
        self.laps: dict[str, Took] = {}
        self._at = _Now(os.getpid())

    def lap(self, name: str) -> Took:
        """What it took since the last lap is added to `name`; returns that alone."""
        now, before, old = _Now(os.getpid()), self._at, self.laps.get(name, Took())
        below_s = sum(delay_s - before.below_s.get(pid, 0.0) for pid, delay_s in now.below_s.items())
        took = Took(now.wall_s - before.wall_s, now.delay_s - before.delay_s, below_s, now.cpu_s - before.cpu_s)
        self.laps[name] = Took(old.wall_s + took.wall_s, old.delay_s + took.delay_s, old.below_s + took.below_s,
                               old.cpu_s + took.cpu_s)
        self._at = now
        return took

    def seconds(self) -> dict[str, float]:
        """By the clock."""
        return {name: round(took.wall_s, 3) for name, took in self.laps.items()}


class _Now:
    """Where the counters of a process and of those below it are."""

    def __init__(self, pid: int) -> None:
        this = psutil.Process(pid)
        others = this.children(recursive=True)
        self.wall_s = time.monotonic()
        self.delay_s = _delay_s(pid)
        self.below_s = {one.pid: _delay_s(one.pid) for one in others}
        self.cpu_s = sum(map(_cpu_s, (this, *others)))


def _cpu_s(process: psutil.Process) -> float:
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
