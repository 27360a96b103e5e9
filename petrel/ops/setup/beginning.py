"""Starting the site by systemd, and waiting until it answers."""

import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CalledProcessError

from petrel.ops.processes import read_status
from petrel.ops.setup.machine import Machine
from petrel.ops.setup.shapes import UNITS, CannotWork
from petrel.storage.postgres import holder_of

PATIENCE_S = 600.0
LOOK_EVERY_S = 0.5
SAY_EVERY_S = 15.0
CERTIFICATE_S, ASK_S = 60.0, 5.0
LOG = "journalctl -u petrel -n 50"


def start(data: Path, machine: Machine, say: Callable[[str], None]) -> None:
    """Starts it, or starts it again with what has changed. Errors: CannotWork, with where to look."""
    sockets = [name for name in UNITS[1:] if machine.is_enabled(name)]
    try:
        machine.systemctl("stop", UNITS[0])
        for name in sockets:
            machine.systemctl("restart", name)
        machine.systemctl("start", "--no-block", UNITS[0])
    except CalledProcessError as e:
        raise CannotWork(f"systemd could not start the site: {(e.stderr or '').strip()}. See: {LOG}") from e
    _wait(data, machine, say)


def _wait(data: Path, machine: Machine, say: Callable[[str], None]) -> None:
    began = said = time.monotonic()
    while not _answers(data):
        now = time.monotonic()
        if machine.restarts(UNITS[0]) >= 3:
            raise CannotWork(f"The site starts and ends again. Why stands in: {LOG}. When it is mended, run the same "
                             "command again.")
        if now - began > PATIENCE_S:
            raise CannotWork(f"The site does not answer after {PATIENCE_S / 60:.0f} minutes. See: {LOG}")
        if now - said >= SAY_EVERY_S:
            said = now
            say(f"      still starting, {now - began:.0f} s")
        time.sleep(LOOK_EVERY_S)


def _answers(data: Path) -> bool:
    status = read_status(data)
    return status is not None and status.state == "ready" and holder_of(data) is not None


def certified(domain: str, port: int, roots: str) -> bool:
    """Whether the site shows a certificate of this name that browsers believe; `roots`: a file of the only authorities
    that are believed, "" for the usual. Asks this machine, wherever the name leads."""
    try:
        tls = ssl.create_default_context(cafile=roots or None)
        line = socket.create_connection(("localhost", port), timeout=ASK_S)
        with line, tls.wrap_socket(line, server_hostname=domain):
            return True
    except OSError:
        return False


def wait_for_certificate(domain: str, port: int, roots: str) -> bool:
    """For a minute: an issuer usually takes ten seconds. The site goes on trying by itself."""
    until = time.monotonic() + CERTIFICATE_S
    while not (is_there := certified(domain, port, roots)) and time.monotonic() < until:
        time.sleep(LOOK_EVERY_S)
    return is_there
