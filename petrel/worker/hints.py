"""Hints: empty datagrams on a socket in DATA/run, by which processes of one machine wake each other.

A lost hint costs a poll interval, nothing else; so nothing is retried and nobody waits.
"""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def listening(run_directory: Path, name: str, wake: Callable[[], None]) -> Iterator[None]:
    """Calls `wake` for hints sent to `name` (`Doors.hint`) while the block runs. The last to listen gets them.

    A path too long for a socket address (107 bytes) means no hints: the poll interval is what remains.
    """
    path = run_directory / f"{name}.hint"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as ear:
        path.unlink(missing_ok=True)
        try:
            ear.bind(str(path))
        except OSError as e:
            if "too long" not in str(e):
                raise
            yield
            return
        path.chmod(0o600)
        mine = path.stat().st_ino
        loop = asyncio.get_running_loop()
        loop.add_reader(ear, _hear, ear, wake)
        try:
            yield
        finally:
            loop.remove_reader(ear)
            if path.exists() and path.stat().st_ino == mine:
                path.unlink(missing_ok=True)


def _hear(ear: socket.socket, wake: Callable[[], None]) -> None:
    """Empties the socket: a hundred hints are one."""
    try:
        while True:
            os.read(ear.fileno(), 16)
    except BlockingIOError:
        wake()
