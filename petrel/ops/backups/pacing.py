"""Holding a program back: it and all processes below it together take no more than a share of one core, over any while.

Low priority does not do that: an idle core is taken whole, and where the kernel groups processes by session, priorities
count within a session only. So the whole family is stopped (SIGSTOP) when it has used its share, and goes on when as
much time has passed as that share takes. Who is stopped must hold nothing that others wait for.

Whoever stops others has to be there to let them go on. When this process dies, the kernel kills the first of the
family, and a guard, which does nothing else, lets the others go on: servers then end as they do whenever who started
them is gone. When the guard dies we stop nobody any more. Should both be killed at once, the next run ends what they
left (`stop_leftovers`).
"""

import ctypes
import mmap
import os
import signal
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import psutil  # type: ignore[import-untyped]

from petrel.ops.backups.meter import cpu_s
from petrel.ops.backups.shapes import NotNow
from petrel.storage.postgres import wait_gone

BURST_S = 0.1
"""How long the family goes on before we look what it used: so much more than its share it may take at any moment."""
LEAST_S = 0.05
ENDS_S = 10.0
LOWER = "5"
"""The priority of a session beside others: about a third of what each of them gets, where there is not enough."""
GUARD = 'while read -r now; do stopped=$now; done; [ -z "$stopped" ] || kill -CONT $stopped'
_PR_SET_PDEATHSIG = 1
_DOUBLE = struct.Struct("=d")
_libc = ctypes.CDLL(None, use_errno=True)


def run(command: Sequence[str], share: float, owed_s: float = 0.0) -> tuple[int, bytes]:
    """Runs a program to its end; returns its exit code and what it put out. `share`: of one core. `owed_s`: processor
    time that counts as used already. The number of a descriptor is added to the command: of what `clock` reads. From
    the main thread only. Errors: NotNow."""
    with tempfile.TemporaryFile() as said, _Pauses() as pauses, _Guard() as guard:
        parent = os.getpid()

        def end_with_us() -> None:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)

        process = subprocess.Popen([*command, str(pauses.descriptor)], stdin=subprocess.DEVNULL, stdout=said,
                                   pass_fds=[pauses.descriptor], start_new_session=True, preexec_fn=end_with_us)
        family = _Family(process.pid)
        try:
            _pace(family, share, owed_s, pauses, guard)
        finally:
            family.go_on()
            if process.poll() is None:
                family.end(process)
        said.seek(0)
        return process.returncode, said.read()


def clock(descriptor: int) -> Callable[[], float]:
    """For the program that is held back: seconds, of a clock that stands while we are stopped."""
    page = mmap.mmap(descriptor, mmap.PAGESIZE, prot=mmap.PROT_READ)

    def now_s() -> float:
        while True:             # we may be stopped between the two
            paused_s = _DOUBLE.unpack_from(page)[0]
            at_s = time.monotonic()
            if _DOUBLE.unpack_from(page)[0] == paused_s:
                return at_s - float(paused_s)
    return now_s


def _pace(family: "_Family", share: float, owed_s: float, pauses: "_Pauses", guard: "_Guard") -> None:
    """Our own work for it counts too. What was not used is not saved up."""
    began_s, before_s = time.monotonic(), family.used_s() - owed_s
    while not wait_gone(family.pids[0], BURST_S):
        used_s, now_s = family.used_s(), time.monotonic()
        rest_s = (used_s - before_s) / share - (now_s - began_s)
        if 0 < rest_s < LEAST_S:
            continue
        if rest_s > 0:
            guard.tell(family.pids)
            stopped_s = time.monotonic()
            family.stop()
            wait_gone(family.pids[0], rest_s)
            pauses.add(time.monotonic() - stopped_s)
            family.go_on()
        began_s, before_s = time.monotonic(), used_s


class _Family:
    """A program and what is below it, also those whose parent ended meanwhile."""

    def __init__(self, pid: int) -> None:
        self._first = psutil.Process(pid)
        self._members = [self._first]
        self._lowered: set[psutil.Process] = set()

    @property
    def pids(self) -> list[int]:
        return [one.pid for one in self._members]

    def used_s(self) -> float:
        """Finds new members first."""
        try:
            below = self._first.children(recursive=True)
        except psutil.Error:
            below = []
        self._members = [self._first, *{*below, *(one for one in self._members[1:] if one.is_running())}]
        self._lowered |= {one for one in self._members if one not in self._lowered and _lower(one.pid)}
        return sum(map(cpu_s, self._members)) + time.process_time()

    def stop(self) -> None:
        for one in self._members:
            _send(one, signal.SIGSTOP)

    def go_on(self) -> None:
        for one in self._members:
            _send(one, signal.SIGCONT)

    def end(self, process: "subprocess.Popen[bytes]") -> None:
        """Servers end with who started them, cleanly."""
        process.kill()
        process.wait()
        psutil.wait_procs(self._members[1:], ENDS_S)


def _send(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.Error:
        pass                    # it has ended meanwhile


def _lower(pid: int) -> bool:
    """Where the kernel groups by session, the session has a priority too. False: not yet, as it takes few at a time."""
    try:
        Path(f"/proc/{pid}/autogroup").write_text(LOWER)
    except OSError:
        return False
    return True


class _Pauses:
    """For how long the family was stopped, where it can read it."""

    def __init__(self) -> None:
        self.descriptor = os.memfd_create("pauses")
        os.ftruncate(self.descriptor, mmap.PAGESIZE)
        self._page = mmap.mmap(self.descriptor, mmap.PAGESIZE)
        self._sum_s = 0.0

    def add(self, seconds: float) -> None:
        """Before the family goes on."""
        self._sum_s += seconds
        _DOUBLE.pack_into(self._page, 0, self._sum_s)

    def __enter__(self) -> "_Pauses":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._page.close()
        os.close(self.descriptor)


class _Guard:
    """Lets those go on of whom it was told last, when this process is gone."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(["/bin/sh", "-c", GUARD], bufsize=0, stdin=subprocess.PIPE,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def tell(self, pids: Sequence[int]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{' '.join(map(str, pids))}\n".encode())
        except BrokenPipeError as e:
            raise NotNow("The process that watches over those that are stopped has ended.") from e

    def __enter__(self) -> "_Guard":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
