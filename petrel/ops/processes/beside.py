"""The web part of another release, beside the one that serves: for the members of some cells (decision 0072).

Whoever wants it puts a `Release` into DATA/run/beside.json and wakes the supervisor (`want`). That starts it as one
more child: a small supervisor of the other release, which has its files in DATA/run/beside and listens on a Unix socket
there. So it is watched, started again and ended as every other part is, and can be handed over by itself.
"""

import os
import socket
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from petrel.core import beside, whole_file
from petrel.ops.processes.handover import wake
from petrel.ops.processes.release import Release
from petrel.ops.processes.seat import Part

NAME = "beside"


def home_of(data: Path) -> Path:
    """Where its supervisor has its files, as that of the site has them in DATA."""
    return data / "run" / NAME


def want(data: Path, supervisor: int, release: Release | None) -> None:
    """Has it started, or ended; wanted already, nothing happens. Errors: OSError."""
    if wanted(data) == release:
        return
    if release is None:
        forget(data)
    else:
        whole_file.write(_file(data), msgspec.json.encode(release), owner=whole_file.owner_of(data))
    wake(supervisor)


def wanted(data: Path) -> Release | None:
    try:
        return msgspec.json.decode(_file(data).read_bytes(), type=Release)
    except (OSError, msgspec.MsgspecError):
        return None


def forget(data: Path) -> None:
    """Nothing is wanted, and nobody finds what may still be there: asked at once they get an answer elsewhere."""
    _file(data).unlink(missing_ok=True)
    for path in home_of(data).glob("*.sock"):
        path.unlink(missing_ok=True)


def part(data: Path, release: Release, given: dict[str, Any], listeners: Iterable[socket.socket]) -> Part:
    """`given`: the settings of the site's command line, which hold for it too."""
    words = ["--data", str(data), "--beside"]
    for name, value in given.items():
        words += [OPTIONS[name], str(value)]
    return Part(NAME, partial(_become, release, words, list(listeners)))


OPTIONS = {"host": "--host", "port": "--port", "web_workers": "--workers"}
"""Of the settings that may stand on the command line."""


def listen(data: Path, build: str) -> socket.socket:
    """Its listening socket. Errors: OSError."""
    home = home_of(data)
    home.mkdir(mode=0o700, exist_ok=True)
    (home / "run").mkdir(mode=0o700, exist_ok=True)
    name = beside.socket_name(build)
    (home / name).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with beside.near(home) as short:
        listener.bind(f"{short}/{name}")
    (home / name).chmod(0o600)
    listener.setblocking(False)
    return listener


def _become(release: Release, words: Sequence[str], listeners: Sequence[socket.socket]) -> None:
    """In the child. The site's own sockets stay the site's."""
    for one in listeners:
        one.set_inheritable(False)
    command = release.command("up", *words)
    environment = release.environment()
    environment.pop("NOTIFY_SOCKET", None)              # who is ready is the other supervisor's to say
    os.execve(command[0], command, environment)


def _file(data: Path) -> Path:
    return data / "run" / "beside.json"


__all__ = ["NAME", "OPTIONS", "forget", "home_of", "listen", "part", "want", "wanted"]
