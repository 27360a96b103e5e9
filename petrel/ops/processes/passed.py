"""Listening sockets that whoever started us has opened for us: systemd, so that ports below 1024 need no rights.

source: sd_listen_fds(3): LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES; the first descriptor is 3.
"""

import os
import socket

FIRST = 3
NAMES = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")


def passed() -> list[tuple[str, socket.socket]]:
    """(name, socket) of each, once: the environment forgets them, so that no child takes them for its own."""
    said = [os.environ.pop(name, "") for name in NAMES]
    if said[0] != str(os.getpid()) or not said[1].isdigit():
        return []
    names = said[2].split(":") if said[2] else []
    found = []
    for number in range(int(said[1])):
        one = socket.socket(fileno=FIRST + number)
        one.setblocking(False)
        one.set_inheritable(True)
        found.append((names[number] if number < len(names) else "", one))
    return found
