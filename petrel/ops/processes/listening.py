"""Listening sockets: those that whoever started us has opened for us (systemd, so that ports below 1024 need no
rights), else our own.

source: sd_listen_fds(3): LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES; the first descriptor is 3.
"""

import os
import socket

from petrel.core.errors import Unavailable

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


def sockets(host: str, port: int, plain_port: int | None) -> dict[str, socket.socket]:
    """"site", and "plain" where it is wanted (not None) or was passed. Errors: Unavailable, with the cure."""
    given = passed()
    found = {name: one for name, one in given if name in ("site", "plain")}
    for name, one in given:             # without our names: the first is the site's, the second the plain one
        if name not in found:
            found["plain" if "site" in found else "site"] = one
    if "site" not in found:
        found["site"] = _bound(host, port, "--port")
    if "plain" not in found and plain_port is not None:
        found["plain"] = _bound(host, plain_port, "petrel settings set http_port")
    return found


def _bound(host: str, port: int, cure: str) -> socket.socket:
    try:
        return listen(host, port)
    except PermissionError as e:
        raise Unavailable(f"Ports below 1024 such as {port} need a right of their own. Let systemd open it (the units "
                          "that `petrel init` writes do), or give the program CAP_NET_BIND_SERVICE, or choose another "
                          f"port with {cure}.") from e
    except OSError as e:
        raise Unavailable(f"Cannot listen on {host}:{port}: {e.strerror}. "
                          f"Choose another with {cure}, or stop what listens there.") from e


def listen(host: str, port: int) -> socket.socket:
    """The listening socket of all web processes. Errors: OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.setblocking(False)
    listener.set_inheritable(True)
    return listener
