"""One child process of a part: forked from the loaded parent, so that both share their memory pages."""

import ctypes
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import NoReturn

from msgspec import Struct

from petrel.ops.processes.patience import Deaths, Patience

LEAVE_GENTLY = signal.SIGUSR1
"""To a process that serves: take nothing new, finish, and let those who are still connected ask once more."""

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_libc = ctypes.CDLL(None, use_errno=True)
_ready_pipe = -1


class Part(Struct, frozen=True):
    """`run` is called in the child and returns when SIGTERM asked it to. `serves`: it answers requests, so its
    readiness is announced, and it is drained before the others."""

    name: str
    run: Callable[[], None]
    wanted: int = 1
    serves: bool = False


def report_ready() -> None:
    """Called by a child when it can do its work; the supervisor announces the site. Outside a child: nothing."""
    global _ready_pipe
    if _ready_pipe >= 0:
        os.write(_ready_pipe, b"1")
        os.close(_ready_pipe)
        _ready_pipe = -1


class Seat:
    """A place for one child; over time several processes sit in it."""

    def __init__(self, part: Part, number: int, patience: Patience) -> None:
        self.part = part
        self.name = f"{part.name} {number}" if part.wanted > 1 else part.name
        self.deaths = Deaths(patience)
        self.pid = 0
        self.since = 0.0
        self.ready = False
        self.pipe = -1

    def fill(self, now: float, close_in_child: Sequence[int]) -> None:
        """Forks. Signals wait meanwhile, so that none is swallowed by a handler the child does not want.

        Raises OSError when the machine has no room for another process.
        """
        receive, give = os.pipe()
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        waiting = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            self.pid = os.fork()
            if self.pid == 0:
                _live(self.part, self.name, parent, give, [receive, *close_in_child])
        except OSError:
            os.close(receive)
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, waiting)
            os.close(give)
        self.pipe = receive
        self.since = now
        self.ready = False

    def hear(self) -> bool:
        """Reads the readiness pipe; true if the child has just become ready."""
        said = os.read(self.pipe, 1)
        self._hang_up()
        self.ready = bool(said)
        return self.ready

    def reap(self) -> int | None:
        """The exit code of a child that ended (negative: its signal), else nothing. Never waits."""
        if not self.pid:
            return None
        try:
            pid, state = os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:
            pid, state = self.pid, 1 << 8
        if not pid:
            return None
        self.pid = 0
        self.ready = False
        self._hang_up()
        return os.waitstatus_to_exitcode(state)

    def signal(self, number: signal.Signals) -> None:
        if self.pid:
            os.kill(self.pid, number)

    def _hang_up(self) -> None:
        if self.pipe >= 0:
            os.close(self.pipe)
            self.pipe = -1


def _live(part: Part, name: str, parent: int, ready_pipe: int, close: Sequence[int]) -> NoReturn:
    """The whole life of a child. Never returns into the supervisor's code."""
    code = 1
    try:
        _settle(name, parent, ready_pipe, close)
        part.run()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


def _settle(name: str, parent: int, ready_pipe: int, close: Sequence[int]) -> None:
    global _ready_pipe
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    _libc.prctl(_PR_SET_NAME, f"petrel {name}"[:15].encode())
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    # Ctrl-C and a closed terminal reach the whole process group; who stops when is the supervisor's business.
    for number in (signal.SIGINT, signal.SIGHUP, LEAVE_GENTLY, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)
    for descriptor in close:
        os.close(descriptor)
    _ready_pipe = ready_pipe
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
