"""Runs Postgres' programs as the cluster's owner, with doors held open for them.

A program reaches its directories through descriptors that we opened (`/proc/self/cwd`, `/proc/self/fd/N`), because
its user may not be allowed to walk there: a site in /root keeps its doors closed.
"""

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from petrel.storage.postgres.binaries import Binaries
from petrel.storage.postgres.errors import ClusterFailed
from petrel.storage.postgres.owner import Owner

HERE = "/proc/self/cwd"
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def run_in(folder: Path, owner: Owner, *command: str, text: str = "") -> None:
    """Runs a program to its end inside `folder`. Raises ClusterFailed with the last lines it said."""
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, **_as(owner, folder))
    if done.returncode != 0 or "FATAL" in done.stderr or "ERROR" in done.stderr:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-8:])
        raise ClusterFailed(f"{Path(command[0]).name} failed in {folder}:\n{said}", "See the message above.")


def launch_server(
    folder: Path, sockets: Path, tag: str, owner: Owner, binaries: Binaries, log: int
) -> "subprocess.Popen[bytes]":
    """Starts a postmaster for `folder`. It shuts down cleanly when the thread that called this ends."""
    door = os.open(sockets, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        return subprocess.Popen(
            [
                binaries.program("postgres"),
                *("-D", HERE),
                *("-c", f"unix_socket_directories=/proc/self/fd/{door}"),
                *("-c", f"cluster_name={tag}"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[door],
            preexec_fn=_end_with(os.getpid()),
            **_as(owner, folder),
        )
    finally:
        os.close(door)


def _as(owner: Owner, folder: Path) -> dict[str, Any]:
    """The owner's rights, a clean environment, and a process group of its own: Ctrl-C is the supervisor's."""
    rights: dict[str, Any] = {}
    if owner.borrowed:
        rights = {"user": owner.uid, "group": owner.gid, "extra_groups": []}
    return {"cwd": folder, "env": {"PATH": os.defpath, "LC_ALL": "C"}, "process_group": 0, **rights}


def _end_with(parent: int) -> Callable[[], None]:
    """For the new process: shut down cleanly (SIGINT) when the process that started it is gone."""

    def ask_kernel() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel
