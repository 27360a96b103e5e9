"""Asks a Postgres server over its socket how it is, without a login and without a client library."""

import enum
import socket
import struct
from pathlib import Path

PORT = 5432
"""Only a part of the socket's file name here: nothing listens on the network."""


class Answer(enum.Enum):
    READY = "ready"
    STARTING = "starting"
    SILENT = "silent"


def socket_file(folder: Path) -> Path:
    return folder / f".s.PGSQL.{PORT}"


def ask(folder: Path, user: str, database: str, timeout_s: float = 2.0) -> Answer:
    """One connection attempt. Any answer but SQLSTATE 57P03 (starting, recovering, stopping) counts as ready."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(timeout_s)
            line.connect(str(socket_file(folder)))
            line.sendall(_startup(user, database))
            reply = line.recv(4096)
            if reply[:1] == b"R":
                line.sendall(b"X" + struct.pack("!i", 4))
    except OSError:
        return Answer.SILENT
    if not reply:
        return Answer.SILENT
    return Answer.STARTING if reply[:1] == b"E" and b"C57P03\0" in reply else Answer.READY


def _startup(user: str, database: str) -> bytes:
    pairs = b"user\0" + user.encode() + b"\0database\0" + database.encode() + b"\0\0"
    return struct.pack("!ii", 8 + len(pairs), 196608) + pairs
