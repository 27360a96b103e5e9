"""One release hands a running site to another, in the same process: `execve` in the supervisor.

The process number stays, so the children stay ours: the embedded Postgres servers run on, the older web processes
finish their requests, systemd notices nothing. What the next release has to know goes through a nameless file whose
number is on its command line (`petrel up --handover N`); the descriptors it names stay open. Whoever asks puts a
`Release` into DATA/run/handover.json and sends SIGUSR2 (`ask`). See decision 0024.
"""

import os
import signal
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import msgspec
from msgspec import Struct

from petrel.core.errors import PetrelError
from petrel.ops.processes.release import Release

FORMAT = 1
ASK = signal.SIGUSR2
HELD_BACK = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, ASK}
"""They wait from before the `execve` until the next supervisor listens to them."""
MOST_BYTES = 1_000_000


class Sitting(Struct, frozen=True):
    """A child of the release before."""

    part: str
    pid: int
    serves: bool


class Handover(Struct, frozen=True):
    """`given`: settings of the command line. `listeners`, `lock`: descriptors, -1 for none. `postgres`: the servers'
    processes. `is_back`: the giver could not begin, and gives back what it was given."""

    giver: Release
    given: dict[str, Any]
    listeners: dict[str, int]
    lock: int
    sitting: list[Sitting]
    postgres: dict[str, int]
    is_back: bool = False
    why: str = ""
    format: int = FORMAT

    def sockets(self) -> dict[str, socket.socket]:
        """The listening sockets, by name; to be asked once."""
        return {name: socket.socket(fileno=number) for name, number in self.listeners.items()}


class CannotTakeOver(PetrelError):
    """The site cannot be taken over"""


def request_file(data: Path) -> Path:
    return data / "run" / "handover.json"


def ask(data: Path, supervisor: int, release: Release) -> None:
    """Asks the supervisor to go on as `release`. Errors: OSError."""
    path = request_file(data)
    making = path.with_name(path.name + ".new")
    making.write_bytes(msgspec.json.encode(release))
    making.chmod(0o600)
    if (owner := data.stat()).st_uid != os.geteuid():
        os.chown(making, owner.st_uid, owner.st_gid)
    making.replace(path)
    wake(supervisor)


def wake(supervisor: int) -> None:
    """Has it look at what it is asked for."""
    os.kill(supervisor, ASK)


def is_asked(data: Path) -> bool:
    return request_file(data).exists()


def asked_for(data: Path) -> Release:
    """Who is to go on; the request is gone afterwards. Errors: CannotTakeOver."""
    path = request_file(data)
    try:
        text = path.read_bytes()
        path.unlink()
        release = msgspec.json.decode(text, type=Release)
    except (OSError, msgspec.MsgspecError) as e:
        raise CannotTakeOver(f"There is no request that can be read in {path}: {e}") from e
    if problem := release.why_not_here():
        raise CannotTakeOver(f"{release.name} cannot be started: {problem}")
    return release


def become(release: Release, words: Sequence[str], handover: Handover) -> NoReturn:
    """Goes on as `release` in this process; `words` are those of its `petrel up`. Errors: OSError, and then nothing has
    changed."""
    note = os.memfd_create("petrel handover", 0)
    open_ones = [number for number in (handover.lock, *handover.listeners.values()) if number >= 0]
    before = signal.pthread_sigmask(signal.SIG_BLOCK, HELD_BACK)
    try:
        os.write(note, msgspec.json.encode(handover))
        for number in open_ones:
            os.set_inheritable(number, True)
        command = release.command("up", *words, "--handover", str(note))
        os.execve(command[0], command, release.environment())
    except OSError:
        os.close(note)
        _keep_lock(handover)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        raise


def take(note: int) -> Handover:
    """What the release before has left for us. Errors: CannotTakeOver."""
    try:
        text = os.pread(note, MOST_BYTES, 0)
        os.close(note)
        handover = msgspec.json.decode(text, type=Handover)
    except (OSError, msgspec.MsgspecError) as e:
        raise CannotTakeOver(f"Descriptor {note} holds no handover: {e}") from e
    _keep_lock(handover)
    return handover


def _keep_lock(handover: Handover) -> None:
    if handover.lock >= 0:
        os.set_inheritable(handover.lock, False)
