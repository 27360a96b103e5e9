"""Telling whoever started us how far we are. source: sd_notify(3)."""

import os
import socket


def tell(state: str) -> None:
    """To systemd, where it started us: READY=1, STOPPING=1, MAINPID=number. Nobody there is no error."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
        try:
            line.sendto(state.encode(), address)
        except OSError:
            pass                                # it has other ways to see that we are gone
