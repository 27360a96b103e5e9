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

SAYS_S = 5.0
"""How often a child says that it works: by a pipe, which needs neither a disk nor a clock that is right."""

SILENT_S = 15.0
"""A child that has said nothing for so long is told of."""

READY, WORKS = b"1", b"."
_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_libc = ctypes.CDLL(None, use_errno=True)
_pipe = -1


class Part(Struct, frozen=True):
    """`run` is called in the child and returns when SIGTERM asked it to. `serves`: it answers requests, so its
    readiness is announced, and it is drained before the others. `hangs_s`: begun anew when it has said nothing for so
    long; 0 for what people decide about."""

    name: str
    run: Callable[[], None]
    wanted: int = 1
    serves: bool = False
    hangs_s: float = 0


def report_ready() -> None:
    """Called by a child when it can do its work; the supervisor announces the site. Outside a child: nothing."""
    _say(READY)


def report_works() -> None:
    """Called by a child again and again, by what would stand still if it hung. Outside a child: nothing."""
    _say(WORKS)


def _say(word: bytes) -> None:
    global _pipe
    if _pipe >= 0:
        try:
            os.write(_pipe, word)
        except BlockingIOError:
            pass                                # it has heard nothing for days; there is enough for it to hear
        except OSError:
            os.close(_pipe)                     # another release listens, and has its own children
            _pipe = -1


class Seat:
    """A place for one child; over time several processes sit in it."""

    def __init__(self, part: Part, number: int, patience: Patience) -> None:
        self.part = part
        self.name = f"{part.name} {number}" if part.wanted > 1 else part.name
        self.deaths = Deaths(patience)
        self.pid = 0
        self.since = 0.0
        self.heard_at = 0.0
        self.ready = False
        self.pipe = -1

    def fill(self, now: float, close_in_child: Sequence[int]) -> None:
        """Forks. Signals wait meanwhile, so that none is swallowed by a handler the child does not want.

        Raises OSError when the machine has no room for another process.
        """
        receive, give = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
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
        self.since = self.heard_at = now
        self.ready = False

    def hear(self, now: float) -> bool:
        """Reads what the child has said; true if it has just become ready. Never waits."""
        if self.pipe < 0:
            return False
        try:
            said = os.read(self.pipe, 4096)
        except BlockingIOError:
            return False
        if not said:
            self._hang_up()
            return False
        self.heard_at = now
        was_ready, self.ready = self.ready, self.ready or READY in said
        return self.ready and not was_ready

    def silent_since(self, now: float) -> float | None:
        """By a clock that is never set, as `now`; None while it speaks, or begins."""
        return self.heard_at if self.ready and self.pid and now - self.heard_at > SILENT_S else None

    def hangs(self, now: float) -> bool:
        """Whether it is to be ended for it."""
        return bool(self.pid and self.part.hangs_s and now - self.heard_at > self.part.hangs_s)

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


def _live(part: Part, name: str, parent: int, pipe: int, close: Sequence[int]) -> NoReturn:
    """The whole life of a child. Never returns into the supervisor's code."""
    code = 1
    try:
        _settle(name, parent, pipe, close)
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


def _settle(name: str, parent: int, pipe: int, close: Sequence[int]) -> None:
    global _pipe
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
    _pipe = pipe
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
